# SPDX-License-Identifier: GPL-2.0-or-later
"""Real-time scheduling and locked memory: the default, and a clear message where they are
refused."""

import pytest


pytestmark = pytest.mark.laboratory(nodes=2)


def test_default_is_fifo_with_locked_memory(cluster):
    cluster.start_xbeatd("node-a")
    assert cluster["node-a"].json("status")["scheduling"] == {
        "policy": "fifo", "priority": 50, "memory_locked": True}


def test_refusal_is_logged_and_the_daemon_works(cluster):
    daemon = cluster.daemon("node-a").start(
        "setpriv", "--bounding-set=-sys_nice,-ipc_lock", "prlimit", "--memlock=65536")
    assert daemon.json("status")["scheduling"] == {"policy": "other", "memory_locked": False}
    log = daemon.process.output()
    assert "SCHED_FIFO 50 was refused" in log and "CAP_SYS_NICE" in log
    assert "mlockall was refused" in log and "CAP_IPC_LOCK" in log
    daemon.wait_state("active")
