# SPDX-License-Identifier: GPL-2.0-or-later
"""Tasks that real-time scheduling prefers to everything else starve neither daemon: no verdict
changes, no address is fenced or moves."""

import os

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.hogs import hogs

SECONDS = 20
# Longer than what a virtual machine stands still; the guard's 3 s are the defaults.
SETTINGS = Settings(multiplier=10, daemon_timeout="3s")


@pytest.mark.alone
@pytest.mark.laboratory(nodes=2)
def test_hogs_above_every_fifo_daemon(lab):
    cluster = Cluster(lab, SETTINGS).start_active()
    before = [daemon.events() for daemon in cluster.daemons.values()]
    with hogs(os.cpu_count(), SECONDS, fifo_priority=60, processors=range(os.cpu_count())) as processes:
        for process in processes:
            process.wait()
    assert [daemon.events() for daemon in cluster.daemons.values()] == before
    assert lab.holders(SETTINGS.vip) == ["node-a"]
    assert [daemon.json("status")["scheduling"]["policy"] for daemon in cluster.daemons.values()] == [
        "deadline", "deadline"]
