# SPDX-License-Identifier: GPL-2.0-or-later
"""Where the fault is: a node, the path to it, one direction, or this node itself. Other nodes are
asked by indirect probes."""

import re
import signal
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import wait_until
from tests.support.moment import moment_of


@pytest.fixture
def judged(lab):
    """Three nodes, and the client as their witness."""
    cluster = Cluster(lab, Settings(client_is_node=True))
    cluster.start_xbeatd(*lab.nodes, "client", instance=False)
    cluster.wait_up()
    return cluster


def wait_verdict(daemon, peer, verdict):
    wait_until(lambda: daemon.verdict(peer) == verdict,
               f"{daemon.node} judges {peer} {verdict}; it reports {daemon.peer(peer)}")


def verdicts(daemon, peer):
    return [event for event in daemon.events()
            if event["kind"] == "peer" and event["subject"] == peer]


def isolation(daemon):
    """Events of a node about itself since all others were up: the first to start hears none, and one
    that changes its XDP mode is silent for a moment."""
    events = daemon.events()
    up = [number for number, event in enumerate(events) if event["kind"] == "peer" and event["to"] == "up"]
    last = next(number for number in up
                if len({events[n]["subject"] for n in up if n <= number}) == len(daemon.json("peers")))
    return [event["to"] for event in events[last:] if event["kind"] == "node"]


def test_dead_node_is_down_for_all_who_were_asked(lab, judged):
    lab.cut("node-c", "eth0")
    for node, others in {"node-a": ("node-b", "client"), "node-b": ("node-a", "client"),
                         "client": ("node-a", "node-b")}.items():
        wait_verdict(judged[node], "node-c", "down")
        event = verdicts(judged[node], "node-c")[-1]
        assert event["from"] == "up", event
        for other in others:
            assert other in event["reason"], event
        silent, heard = map(float, re.fullmatch(
            r"silent for ([\d.]+) ms on 1 link, limit 30.0 ms; \S+ and \S+ last heard it ([\d.]+) ms ago",
            event["reason"]).groups())
        # No node has heard it in the last interval but one.
        assert heard > 10 and silent >= 30, event


def set_apart(lab, *nodes, apart=True):
    """These hear every node except each other: the switch separates isolated ports."""
    for node in nodes:
        lab.run("switch", "bridge", "link", "set", "dev", f"{node}.0", "isolated",
                "on" if apart else "off")


def test_broken_way_between_two_is_no_death(lab, judged):
    set_apart(lab, "node-a", "node-b")
    for node, peer in (("node-a", "node-b"), ("node-b", "node-a")):
        wait_verdict(judged[node], peer, "unreachable")
        reason = verdicts(judged[node], peer)[-1]["reason"]
        assert re.search(r"; (node-c|client) heard it [\d.]+ ms ago: the path between it and "
                         r"this node is broken", reason), reason
        assert isolation(judged[node]) == []
    assert {judged["node-c"].verdict(peer) for peer in ("node-a", "node-b", "client")} == {"up"}
    said = judged["node-a"].explain("node-b")
    assert said["peer"] == "node-b" and said["verdict"] == "unreachable"
    assert re.search(r"node-c, asked [\d.]+ [mu]s ago, had last heard it [\d.]+ [mun]s before",
                     said["said"]), said
    heard_by = {view["node"]: view["age_ns"] for view in judged["node-a"].peer("node-b")["heard_by"]}
    assert set(heard_by) == {"node-c", "client"}
    assert max(heard_by.values()) < 10**9, heard_by


def test_unreachable_becomes_down_when_it_dies_and_up_when_it_is_back(lab, judged):
    set_apart(lab, "node-a", "node-b")
    wait_verdict(judged["node-a"], "node-b", "unreachable")
    lab.cut("node-b", "eth0")
    wait_verdict(judged["node-a"], "node-b", "down")
    lab.heal("node-b", "eth0")
    set_apart(lab, "node-a", "node-b", apart=False)
    judged.wait_up()
    assert [event["to"] for event in verdicts(judged["node-a"], "node-b")] == \
           ["up", "unreachable", "down", "up"]
    assert "heard_by" not in judged["node-a"].peer("node-b")


def test_node_that_does_not_hear_is_one_way_for_others_and_isolated_itself(lab, judged):
    """What is sent to it goes to another port of the switch."""
    mac = lab.mac("node-b")
    astray = ["dev", "client.0", "master", "static", "sticky"]
    lab.run("switch", "bridge", "fdb", "replace", mac, *astray)
    for node in ("node-a", "node-c", "client"):
        wait_verdict(judged[node], "node-b", "one-way")
        event = verdicts(judged[node], "node-b")[-1]
        assert event["from"] == "up" and "has not heard this node" in event["reason"], event
        assert "filters" in judged[node].explain("node-b")["said"]
    wait_until(lambda: isolation(judged["node-b"]) == ["isolated"], "node-b knows")
    lab.run("switch", "bridge", "fdb", "delete", mac, "dev", "client.0", "master")
    judged.wait_up()
    assert isolation(judged["node-b"])[-1] == "connected"


def test_node_that_hears_no_node_is_isolated(lab, judged):
    lab.cut("node-a", "eth0")
    wait_until(lambda: isolation(judged["node-a"]), "node-a reports it")
    status = judged["node-a"].json("status")
    assert status["isolated"] is True
    assert re.match(r"none of 3 other nodes is heard \(last: \S+, [\d.]+ ms ago",
                    status["isolated_reason"]), status
    assert "isolated" in judged["node-a"].text("status")
    for peer in ("node-b", "node-c", "client"):
        wait_verdict(judged["node-a"], peer, "down")
        assert "this node may be cut off" in verdicts(judged["node-a"], peer)[-1]["reason"]
    wait_verdict(judged["node-b"], "node-a", "down")
    assert isolation(judged["node-b"]) == []
    lab.heal("node-a", "eth0")
    judged.wait_up()
    assert isolation(judged["node-a"]) == ["isolated", "connected"]
    assert "isolated" not in judged["node-a"].json("status")


def test_halves_of_a_cluster_are_down_for_each_other_and_none_is_isolated(lab, judged):
    """A node that no node on this side hears may be dead."""
    halves = (("node-a", "client"), ("node-b", "node-c"))
    lab.part(*halves)
    for here, there in (halves, halves[::-1]):
        for member in here:
            for other in there:
                wait_verdict(judged[member], other, "down")
            assert isolation(judged[member]) == []
            assert judged[member].verdict(next(name for name in here if name != member)) == "up"
    lab.lose_nothing()
    judged.wait_up()


def test_node_that_stops_is_released_and_not_asked_after(judged):
    judged["node-c"].stop()
    for node in ("node-a", "node-b", "client"):
        wait_verdict(judged[node], "node-c", "released")
    wait_until(lambda: judged["node-a"].peer("node-c")["links"][0]["verdict"] == "down",
               "its link is down")
    assert judged["node-a"].verdict("node-c") == "released"
    assert "heard_by" not in judged["node-a"].peer("node-c")


@pytest.mark.laboratory(nodes=2, links=2)
def test_node_on_one_of_two_links_is_degraded(lab, cluster):
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    lab.cut("node-b", "eth1")
    node = cluster["node-a"]
    wait_until(lambda: node.peer("node-b").get("degraded"), "node-b is degraded")
    assert node.verdict("node-b") == "up"
    assert re.search(r"^node-b +up, degraded", node.text("peers"), re.M)
    events = [event for event in node.events() if event["subject"] == "node-b/eth1"]
    assert [event["to"] for event in events][-1] == "down" and events[-1]["from"] == "up"
    assert "degraded" in node.explain("node-b")["said"] and node.verdict("node-b") == "up"
    assert "node-b is up, degraded" in node.text("explain", "node-b")
    lab.heal("node-b", "eth1")
    wait_until(lambda: "degraded" not in node.peer("node-b"), "node-b is healthy")


def test_death_during_an_own_stall_is_found_one_detection_time_after_it(lab, judged):
    node = judged["node-a"]
    node.process.send_signal(signal.SIGSTOP)
    time.sleep(1)
    lab.cut("node-b", "eth0")
    time.sleep(0.2)
    node.process.send_signal(signal.SIGCONT)
    wait_verdict(node, "node-b", "down")
    event = verdicts(node, "node-b")[-1]
    stall = [event for event in node.events() if event["kind"] == "stall"][-1]
    assert re.match(r"this node stalled for [\d.]+ s: no peer is judged silent for 30\.0 ms",
                    stall["reason"]), stall
    stalled = moment_of(lab, stall)
    assert stalled.most_ms(event) >= 30 and stalled.least_ms(event) < 60, (stall, event)
    accused = {event["subject"] for event in node.events() if event["kind"] == "peer"
               and event["to"] in ("down", "unreachable", "one-way")}
    assert accused == {"node-b"}


def test_explain_of_nobody_says_where_the_names_are(judged):
    done = judged["node-a"].ctl("explain", "node-x", check=False)
    assert done.returncode == 1
    assert "node-x" in done.stderr
