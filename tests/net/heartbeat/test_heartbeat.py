# SPDX-License-Identifier: GPL-2.0-or-later
"""Liveness: verdicts of three daemons on each other, without any service address."""

import signal

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import PINS, wait_until


def start(cluster):
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    return cluster


def wait_verdict(daemon, peer, verdict):
    wait_until(lambda: daemon.verdict(peer) == verdict,
               f"{daemon.node} judges {peer} {verdict}; it reports {daemon.peer(peer)}")


def test_start_all_up(lab, cluster):
    start(cluster)
    peer = cluster["node-a"].peer("node-b")
    link = peer["links"][0]
    assert peer["id"] == 2 and peer["reason"]
    assert link["interface"] == "eth0" and link["address"] == lab.address("node-b")
    assert link["verdict"] == "up" and link["received"] > 0
    wait_until(lambda: "rtt_ns" in cluster["node-a"].peer("node-b")["links"][0], "an RTT")
    rtt = cluster["node-a"].peer("node-b")["links"][0]["rtt_ns"]
    assert 0 < rtt["min"] <= rtt["p50"] <= rtt["p99"] <= rtt["max"]


@pytest.mark.laboratory(ends="program")
def test_attached_in_native_mode_and_pinned(lab, cluster):
    start(cluster)
    interface = cluster["node-a"].json("status")["interfaces"][0]
    assert interface["name"] == "eth0" and interface["mode"] == "native"
    assert interface["program_id"] > 0
    assert (PINS / lab.instance("node-a") / "xb_peers").exists()


def test_healthy_cluster_drops_nothing_wrong(cluster):
    start(cluster)
    before = cluster["node-a"].json("drops")
    wait_until(lambda: cluster["node-a"].peer("node-b")["links"][0]["sent"] > 100, "100 PROBEs")
    after = cluster["node-a"].json("drops")
    # A start may count packets of an unknown epoch; afterwards no packet of any kind is dropped.
    starting = {"wrong_epoch", "old_epoch", "no_self", "stale_ack"}
    assert {name: after[name] - before[name] for name in after if name not in starting
            and after[name] != before[name]} == {}


def test_cut_is_seen_with_reason_and_heals(lab, cluster):
    start(cluster)
    lab.cut("node-b", "eth0")
    wait_verdict(cluster["node-a"], "node-b", "down")
    assert "silent for" in cluster["node-a"].peer("node-b")["reason"]
    assert cluster["node-a"].verdict("node-c") == "up"
    lab.heal("node-b", "eth0")
    cluster.wait_up()
    verdicts = [event["to"] for event in cluster["node-a"].events()
                if event["kind"] == "peer" and event["subject"] == "node-b"]
    assert verdicts[-2:] == ["down", "up"]


def test_lost_carrier_is_seen_and_heals(lab, cluster):
    start(cluster)
    lab.cut("node-b", "eth0", "--carrier")
    wait_verdict(cluster["node-a"], "node-b", "down")
    lab.heal("node-b", "eth0")
    cluster.wait_up()


def test_killed_daemon_is_hung_not_down(cluster):
    """Its kernel continues to answer and reports how long the daemon has made no progress."""
    start(cluster)
    cluster["node-b"].kill()
    wait_verdict(cluster["node-a"], "node-b", "hung")
    peer = cluster["node-a"].peer("node-b")
    assert peer["links"][0]["age_ns"] < 10**9
    assert peer["daemon_age_ns"] > 300 * 10**6


def test_stopped_daemon_is_hung_until_it_goes_on(cluster):
    start(cluster)
    cluster["node-b"].process.send_signal(signal.SIGSTOP)
    wait_verdict(cluster["node-a"], "node-b", "hung")
    cluster["node-b"].process.send_signal(signal.SIGCONT)
    cluster.wait_up()


def test_stopped_daemon_accuses_no_node_when_it_continues(cluster):
    start(cluster)
    before = len(cluster["node-b"].events())
    cluster["node-b"].process.send_signal(signal.SIGSTOP)
    wait_verdict(cluster["node-a"], "node-b", "hung")
    cluster["node-b"].process.send_signal(signal.SIGCONT)
    cluster.wait_up()
    accusations = [event for event in cluster["node-b"].events()[before:]
                   if event["kind"] == "peer" and event["to"] != "up"]
    assert accusations == []


def test_restart_after_kill_is_up_again(lab, cluster):
    start(cluster)
    cluster["node-b"].kill()
    wait_verdict(cluster["node-a"], "node-b", "hung")
    cluster["node-b"].start()
    cluster.wait_up()
    assert lab.has_program("node-b")


def test_clean_stop_leaves_nothing_behind(lab, cluster):
    start(cluster)
    assert cluster["node-b"].stop() == 0
    assert not lab.has_program("node-b")
    assert not (PINS / lab.instance("node-b")).exists()
    assert not lab.run_files("node-b")
    wait_verdict(cluster["node-a"], "node-b", "released")


def test_ipv6(lab):
    cluster = start(Cluster(lab, Settings(family=6)))
    link = cluster["node-a"].peer("node-b")["links"][0]
    assert link["address"] == "fd77::2"
    lab.cut("node-b", "eth0")
    wait_verdict(cluster["node-a"], "node-b", "down")


@pytest.mark.laboratory(nodes=2, links=2)
def test_two_links_one_cut(lab, cluster):
    """One dead link is a fact about the link; the node stays up."""
    start(cluster)
    lab.cut("node-b", "eth1")

    def link_verdicts():
        return [link["verdict"] for link in cluster["node-a"].peer("node-b")["links"]]

    wait_until(lambda: link_verdicts() == ["up", "down"], "only eth1 is down")
    assert cluster["node-a"].verdict("node-b") == "up"
    lab.cut("node-b", "eth0")
    wait_verdict(cluster["node-a"], "node-b", "down")
    lab.heal("node-b")
    wait_until(lambda: link_verdicts() == ["up", "up"], "both links are up")
