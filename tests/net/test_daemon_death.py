# SPDX-License-Identifier: GPL-2.0-or-later
"""The kernel sees the daemon die, and says so in its answers; nothing else is a death."""

import os
import signal

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import PINS, wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
RUNNING, DEAD = 1, 4  # enum xb_node_state


@pytest.fixture
def pair(lab):
    return Cluster(lab, Settings(advert_interval="0.1")).start_active()


def died_ns(daemon):
    return daemon.map("xb_self")[0]["died_ns"]


def said(pair):
    """What node-a said of itself last, as node-b's kernel heard it."""
    slot = next(slot for slot in pair["node-b"].map("xb_peers") if slot["node_id"] == 1)
    return slot["node_state"]


def test_death_is_said_until_the_daemon_is_back(pair):
    daemon = pair["node-a"]
    assert said(pair) == RUNNING
    killed_ns = daemon.kill()
    assert killed_ns <= died_ns(daemon) < killed_ns + 100 * 10**6
    wait_until(lambda: said(pair) == DEAD, 1, "node-b hears that node-a's daemon is dead")
    daemon.start()
    assert died_ns(daemon) == 0
    wait_until(lambda: said(pair) == RUNNING, 1, "node-b hears that it is back")


def test_its_second_life_ends_as_well(pair):
    """The program of the first one's link is gone by then."""
    daemon = pair["node-a"]
    daemon.kill()
    daemon.start()
    daemon.kill()
    assert died_ns(daemon)


def test_threads_and_children_are_not_the_daemon(pair):
    daemon = pair["node-a"]
    runner, = (daemon.proc() / "task" / str(daemon.process.pid) / "children").read_text().split()
    daemon.json("reload")
    wait_until(lambda: not daemon.reads_files(), 2, "the thread that reads files has ended")
    os.kill(int(runner), signal.SIGKILL)
    wait_until(lambda: not os.path.exists(f"/proc/{runner}/exe"), 2, "the runner has ended")
    assert died_ns(daemon) == 0
    assert said(pair) == RUNNING


def test_clean_stop_is_no_death(pair):
    daemon = pair["node-a"]
    assert (PINS / daemon.instance / "exit").exists()
    assert daemon.stop() == 0
    assert not (PINS / daemon.instance).exists()
    assert said(pair) != DEAD
