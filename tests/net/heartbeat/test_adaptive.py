# SPDX-License-Identifier: GPL-2.0-or-later
"""multiplier auto: the detection time of each peer follows the gaps that are measured for it."""

import math
import re
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import wait_until
from tests.support.moment import stop_for

MS = 10**6
INTERVAL_NS = 10 * MS
# The defaults: 2 and 50 intervals.
MINIMUM_NS, MAXIMUM_NS = 20 * MS, 500 * MS


def start(lab, **keys):
    return Cluster(lab, Settings(**{"multiplier": "auto", **keys})).start_xbeatd(instance=False)


def detection(daemon, peer):
    return daemon.peer(peer)["detection"]


def wait_chosen(daemon, peer):
    return wait_until(lambda: detection(daemon, peer).get("phi") and detection(daemon, peer),
                      f"{daemon.node} knows gaps of {peer}")


def events(daemon, kind):
    return [event for event in daemon.events() if event["kind"] == kind]


def ack_window(daemon, peer):
    return next(slot["ack_window_count"] for slot in daemon.map("xb_peers")
                if slot["node_id"] == daemon.peer(peer)["id"])


def counted_gaps(daemon):
    """Gaps measured by the driver, of all peers: (start of the bucket in ns, gaps)."""
    return [((4 + place % 4) << (14 + place // 4), count) for slot in daemon.map("xb_gap_hist")
            for place, count in enumerate(slot["bucket_count"]) if count]


@pytest.mark.laboratory(nodes=2)
def test_quiet_network(lab):
    cluster = Cluster(lab, Settings(multiplier="auto")).start_xbeatd("node-a", instance=False)
    node = cluster["node-a"]
    assert detection(node, "node-b")["time_ns"] == MAXIMUM_NS
    assert ack_window(node, "node-b") == 50
    cluster.start_xbeatd("node-b", instance=False)
    # A gap of two intervals is expected until ten minutes have shown none: the detection time is 56
    # ms after a second, 40 ms after ten. Gaps are longer on a busy machine.
    chosen = wait_chosen(node, "node-b")
    longest_ns = 4 * max(MINIMUM_NS, chosen["gap_longest_ns"])
    assert MINIMUM_NS <= chosen["time_ns"] <= longest_ns and chosen["phi"] >= 8, chosen
    assert chosen["false_alarm_every_ns"] > 86400 * 10**9, chosen
    wait_until(lambda: ack_window(node, "node-b") == math.ceil(detection(node, "node-b")["time_ns"] / INTERVAL_NS),
               "the window follows the detection time")
    change = events(node, "detection")[0]
    assert change["subject"] == "node-b" and change["from"] == "500.0 ms", change
    assert "a false alarm" in change["reason"], change
    assert "detection time" in node.text("peers") and "phi" in node.text("peers")
    # The detection time is the one in use: a death is found in that time.
    cut = lab.cut_together("node-b")
    died = wait_until(lambda: [event for event in events(node, "peer") if event["to"] == "down"],
                      "node-b is down")
    # It may have been chosen again since.
    in_use_ms = float(re.search(r"limit ([\d.]+) ms", died[0]["reason"])[1])
    assert MINIMUM_NS / MS <= in_use_ms < MAXIMUM_NS / MS, died
    assert cut.least_ms(died[0]) < in_use_ms + 2 * INTERVAL_NS / MS, died


@pytest.mark.laboratory(nodes=3)
def test_peer_with_a_bad_cable_gets_a_longer_detection_time(lab):
    """Its packets are delayed by up to 25 ms, each by another time; those of the third node are
    not."""
    cable = lab.disturb("node-b", jitter_us=25000)
    cluster = start(lab)
    node = cluster["node-a"]
    cluster.wait_up()
    for peer in ("node-b", "node-c"):
        wait_chosen(node, peer)
    time.sleep(8)
    late = detection(node, "node-b")
    # A stall of the machine delays both peers' packets; what was learned of node-c from it is
    # discarded.
    wait_until(lambda: detection(node, "node-c")["time_ns"] < detection(node, "node-b")["time_ns"],
               "the detection time of node-c is shorter than that of node-b, which has the bad cable")
    downs = {node: [event for event in events(daemon, "peer") if event["from"] == "up"]
             for node, daemon in cluster.daemons.items()}
    lab.undisturb("node-b", cable)
    assert downs == {node: [] for node in lab.nodes}, "false alarms"
    assert late["gap_longest_ns"] > MINIMUM_NS, "the smallest detection time would have been wrong"
    assert late["time_ns"] > 1.5 * MINIMUM_NS and late["time_ns"] > late["gap_longest_ns"], late


@pytest.mark.laboratory(nodes=2)
def test_own_stalls_teach_nothing(lab):
    """Both are stopped: neither asks, so neither hears the other for 200 ms. That is no gap of the
    network."""
    cluster = start(lab)
    node = cluster["node-a"]
    cluster.wait_up()
    wait_chosen(node, "node-b")
    for _ in range(3):
        stop_for(0.2, *(daemon.process for daemon in cluster.daemons.values()))
        time.sleep(0.2)
    time.sleep(2.5)
    long_gaps = [start for start, _ in counted_gaps(node) if start > 100 * MS]
    assert long_gaps, "the driver has counted them"
    for daemon, peer in ((node, "node-b"), (cluster["node-b"], "node-a")):
        assert detection(daemon, peer)["gap_longest_ns"] < 100 * MS, detection(daemon, peer)
        assert detection(daemon, peer)["time_ns"] < MAXIMUM_NS / 2, detection(daemon, peer)


@pytest.mark.laboratory(nodes=2)
def test_a_restart_teaches_nothing(lab):
    """A clean restart of the other node, shorter than detection_max: its network is as good as
    before."""
    cluster = start(lab, heartbeat_lines=["detection_max 10s"])
    node = cluster["node-a"]
    cluster.wait_up()
    wait_chosen(node, "node-b")
    cluster["node-b"].stop()
    cluster["node-b"].start()
    cluster.wait_up()
    assert "released" in [event["to"] for event in events(node, "peer")]
    time.sleep(1.5)
    assert detection(node, "node-b")["gap_longest_ns"] < 100 * MS, detection(node, "node-b")


@pytest.mark.laboratory(nodes=2)
def test_fixed_multiplier_counts_nothing(lab):
    cluster = start(lab, multiplier=3)
    cluster.wait_up()
    time.sleep(1.5)
    assert counted_gaps(cluster["node-a"]) == []
    assert "detection" not in cluster["node-a"].peer("node-b")
    assert events(cluster["node-a"], "detection") == []
    assert ack_window(cluster["node-a"], "node-b") == 3
