# SPDX-License-Identifier: GPL-2.0-or-later
"""What is not a failure: packets that are late, duplicated or reordered; a machine full of
processor hogs, including some that real-time scheduling prefers. No node is judged down, and no
address moves."""

import os
import time

import pytest

from tests.support.configuration import Settings
from tests.support.failure import Row, Setting, run_row
from tests.support.hogs import hogs

LASTS_S = 3
# The hogs' time limit, in case the test is killed.
HOGS_END_S = 10
HOG_PRIORITY = 30  # above all ordinary tasks, below the programs that ask for the address


def bad_cable(scene):
    """Round trips of 2 to 20 ms, from before the daemons start."""
    scene.cable = scene.lab.disturb("node-a", delay_us=1000, jitter_us=4000, late_us=5000,
                                    late_percent=10, twice_percent=20)


def let_pass(scene):
    time.sleep(LASTS_S)
    assert scene.cable.running()


def load(count, **how):
    def make(scene):
        with hogs(count, HOGS_END_S, **how):
            time.sleep(LASTS_S)
    return make


PLAIN = Settings(advert_interval="0.1", daemon_timeout="900ms")
DISTURBED, LOADED = Setting(settings=PLAIN, prepare=bad_cable), Setting(settings=PLAIN)

ROWS = [
    # The client's own requests take the bad cable, too.
    Row("packets late, twice, in another order", DISTURBED, let_pass, outage_ms=60),
]
ALONE_ROWS = [
    Row("ordinary hogs", LOADED, load(16), outage_ms=60),
    # Real-time throttling stops all such tasks, including the measuring ones, for 50 ms in each
    # second.
    Row("hogs with real-time priority", LOADED,
        load(os.cpu_count(), fifo_priority=HOG_PRIORITY, processors=sorted(os.sched_getaffinity(0))),
        outage_ms=120),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_cable(stage, row):
    run_row(stage, row)


@pytest.mark.alone
@pytest.mark.parametrize("row", ALONE_ROWS, ids=str)
def test_load(stage, row):
    run_row(stage, row)
