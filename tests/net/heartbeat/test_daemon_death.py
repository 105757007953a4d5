# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon that dies: its kernel reports it at once, and peers wait restart_grace for the next
one."""

import os
import signal
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import PINS, wait_until
from tests.support.moment import moment_of

RUNNING, DEAD = 1, 4  # enum xb_node_state


@pytest.fixture
def pair(lab):
    return Cluster(lab, Settings(advert_interval="0.1")).start_active()


def died_ns(daemon):
    return daemon.map("xb_self")[0]["died_ns"]


def said(pair):
    """node-a's last report of its own state, as node-b's kernel heard it."""
    slot = next(slot for slot in pair["node-b"].map("xb_peers") if slot["node_id"] == 1)
    return slot["node_state"]


@pytest.mark.laboratory(nodes=2)
def test_death_is_reported_until_the_daemon_is_back(pair):
    daemon = pair["node-a"]
    assert said(pair) == RUNNING
    killed_ns = daemon.kill()
    assert killed_ns <= died_ns(daemon) <= time.monotonic_ns()
    wait_until(lambda: said(pair) == DEAD, "node-b hears that node-a's daemon is dead")
    daemon.start()
    assert died_ns(daemon) == 0
    wait_until(lambda: said(pair) == RUNNING, "node-b hears that it is back")


@pytest.mark.laboratory(nodes=2)
def test_its_second_life_ends_as_well(pair):
    """The program of the first daemon's link is no longer loaded by then."""
    daemon = pair["node-a"]
    daemon.kill()
    daemon.start()
    daemon.kill()
    assert died_ns(daemon)


@pytest.mark.laboratory(nodes=2)
def test_threads_and_children_are_not_the_daemon(pair):
    daemon = pair["node-a"]
    runner, starter = daemon.child(), daemon.starter()
    daemon.json("reload")
    wait_until(lambda: not daemon.reads_files(), "the thread that reads files has ended")
    for pid in runner, starter:
        os.kill(pid, signal.SIGKILL)
        wait_until(lambda pid=pid: not os.path.exists(f"/proc/{pid}/exe"), "it has ended")
    assert died_ns(daemon) == 0
    assert said(pair) == RUNNING


@pytest.mark.laboratory(nodes=2)
def test_clean_stop_is_no_death(pair):
    daemon = pair["node-a"]
    assert (PINS / daemon.instance / "exit").exists()
    assert daemon.stop() == 0
    assert not (PINS / daemon.instance).exists()
    assert said(pair) != DEAD


def patient(lab, grace):
    """Its nodes wait longer for a hung daemon than for a dead one."""
    cluster = Cluster(lab, Settings(daemon_timeout="10s", heartbeat_lines=[f"restart_grace {grace}"]))
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    return cluster


def verdicts(daemon, peer):
    return [event for event in daemon.events()
            if event["kind"] == "peer" and event["subject"] == peer]


def daemon_of(daemon, peer):
    return [event["to"] for event in daemon.events()
            if event["kind"] == "daemon" and event["subject"] == peer]


def test_dead_daemon_is_reported_at_once_and_is_hung_after_its_grace(lab):
    cluster = patient(lab, "500ms")
    cluster["node-b"].kill()
    node = cluster["node-a"]
    wait_until(lambda: daemon_of(node, "node-b") == ["dead"], "the kernel of node-b reports it")
    wait_until(lambda: node.verdict("node-b") == "hung", "node-b hangs")
    assert node.peer("node-b")["daemon"] == "dead"
    event = verdicts(node, "node-b")[-1]
    assert "restart_grace 500 ms" in event["reason"], event
    died = moment_of(lab, next(event for event in node.events() if event["to"] == "dead"))
    assert died.most_ms(event) > 400 and died.least_ms(event) < 800, event
    assert "Its daemon died" in node.explain("node-b")["said"]
    cluster["node-b"].start()
    wait_until(lambda: daemon_of(node, "node-b") == ["dead", "running"], "it is back")


def test_daemon_that_is_back_within_its_grace_was_never_hung(lab):
    cluster = patient(lab, "5s")
    cluster["node-b"].kill()
    cluster["node-b"].start()
    for node in (cluster["node-a"], cluster["node-c"]):
        wait_until(lambda: daemon_of(node, "node-b") == ["dead", "running"], "it is back")
        assert [event["to"] for event in verdicts(node, "node-b")] == ["up"]
