# SPDX-License-Identifier: GPL-2.0-or-later
"""Real-time scheduling and locked memory: what is configured, and the next best with a clear message
where it is refused. Alone, because the tests reserve the processors for deadline tasks."""

import os

import pytest

from tests.support.configuration import block
from tests.support.laboratory import wait_until


pytestmark = [pytest.mark.laboratory(nodes=2), pytest.mark.alone]

SCHED_DEADLINE = 6
DEADLINE = {"policy": "deadline", "runtime_ns": 1016000, "period_ns": 10000000,
            "memory_locked": True}
FIFO = {"policy": "fifo", "priority": 50, "memory_locked": True}


def scheduling(daemon):
    return daemon.json("status")["scheduling"]


def policy(pid):
    """The kernel's word."""
    return os.sched_getscheduler(pid) & ~os.SCHED_RESET_ON_FORK


def test_default_is_deadline_with_locked_memory(cluster):
    daemon = cluster.daemon("node-a").start()
    assert scheduling(daemon) == DEADLINE
    assert policy(daemon.process.pid) == SCHED_DEADLINE
    assert policy(daemon.child()) == os.SCHED_OTHER
    assert "deadline, at least 1 ms of each 10 ms" in daemon.text("status")


def test_deadline_task_forks_and_starts_threads(cluster):
    """The thread of a reload, and the runner once more after its death."""
    daemon = cluster.daemon("node-a").start()
    daemon.json("reload")
    runner = daemon.child()
    os.kill(runner, 9)
    wait_until(lambda: daemon.child() not in (None, runner), "another runner is there")
    assert policy(daemon.child()) == os.SCHED_OTHER
    assert policy(daemon.process.pid) == SCHED_DEADLINE


def test_a_reload_changes_the_policy(cluster):
    daemon = cluster.daemon("node-a").start()
    blocks = daemon.configuration.read_text()
    for line, expected in (("vrrp_rt_priority 40", {**FIFO, "priority": 40}),
                           ("no_realtime", {"policy": "other", "memory_locked": True}),
                           ("vrrp_startup_delay 0", DEADLINE)):
        daemon.reload(block("global_defs", line), blocks)
        assert scheduling(daemon) == expected


def reserve_processors(lab):
    """Starts deadline tasks until one is refused."""
    reserving = ("chrt", "-d", "-T", "90000", "-D", "1000000", "-P", "1000000", "0", "sleep", "60")
    while True:
        task = lab.spawn("node-b", *reserving)
        wait_until(lambda: not task.running() or policy(task.pid) == SCHED_DEADLINE, "chrt is done")
        if not task.running():
            return


def test_reserved_processors(lab, cluster):
    """Admission is refused."""
    reserve_processors(lab)
    daemon = cluster.daemon("node-a").start()
    answer = scheduling(daemon)
    assert "Device or resource busy" in answer["reason"] and "kernel.sched_rt_runtime_us" in answer["reason"]
    assert {**FIFO, "reason": answer["reason"]} == answer
    assert daemon.process.output().count(answer["reason"]) == 1
    assert answer["reason"] in daemon.text("status")
    daemon.wait_state("active")


@pytest.mark.skipif(os.cpu_count() < 2, reason="one processor has no part")
def test_not_all_processors(cluster):
    daemon = cluster.daemon("node-a").start("taskset", "-c", "0")
    answer = scheduling(daemon)
    assert answer["policy"] == "fifo" and "CPUAffinity=" in answer["reason"]


def test_refusal_is_logged_and_the_daemon_works(cluster):
    daemon = cluster.daemon("node-a").start(
        "setpriv", "--bounding-set=-sys_nice,-ipc_lock", "prlimit", "--memlock=65536")
    answer = scheduling(daemon)
    assert "SCHED_FIFO 50 was refused" in answer["reason"] and "CAP_SYS_NICE" in answer["reason"]
    assert answer == {"policy": "other", "memory_locked": False, "reason": answer["reason"]}
    log = daemon.process.output()
    assert answer["reason"] in log
    assert "mlockall was refused" in log and "CAP_IPC_LOCK" in log
    daemon.wait_state("active")
