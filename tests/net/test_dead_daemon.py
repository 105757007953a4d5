# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon that dies: its kernel says so at once, and peers wait restart_grace for the next one."""

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import wait_until


def patient(lab, grace):
    """Its nodes wait for a hung daemon longer than for a dead one."""
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


def test_dead_daemon_is_told_at_once_and_hung_after_its_grace(lab):
    cluster = patient(lab, "500ms")
    cluster["node-b"].kill()
    node = cluster["node-a"]
    wait_until(lambda: daemon_of(node, "node-b") == ["dead"], 0.5, "the kernel of node-b says so")
    peer = node.peer("node-b")
    assert peer["verdict"] == "up" and peer["daemon"] == "dead", peer
    wait_until(lambda: node.verdict("node-b") == "hung", 2, "node-b hangs")
    event = verdicts(node, "node-b")[-1]
    assert "restart_grace 500 ms" in event["reason"], event
    died = next(event for event in node.events() if event["to"] == "dead")
    assert 0.4 < (event["time_unix_ns"] - died["time_unix_ns"]) / 1e9 < 0.8
    assert "Its daemon died" in node.explain("node-b")["said"]
    cluster["node-b"].start()
    wait_until(lambda: daemon_of(node, "node-b") == ["dead", "running"], 5, "it is back")


def test_daemon_that_is_back_within_its_grace_was_never_hung(lab):
    cluster = patient(lab, "5s")
    cluster["node-b"].kill()
    cluster["node-b"].start()
    for node in (cluster["node-a"], cluster["node-c"]):
        wait_until(lambda: daemon_of(node, "node-b") == ["dead", "running"], 5, "it is back")
        assert [event["to"] for event in verdicts(node, "node-b")] == ["up"]
