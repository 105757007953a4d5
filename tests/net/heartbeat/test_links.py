# SPDX-License-Identifier: GPL-2.0-or-later
"""Several links: which of them is bad, on which node, and what that means for addresses."""

import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings
from tests.support.laboratory import wait_until

# Detection time is 30 ms: one for this node, and one more for another node that is asked.
MOVE_MS_MAX = 200


def start(lab, *track, **keys):
    """Active_Down_Timer is above a second: anything quicker here comes from heartbeats."""
    cluster = Cluster(lab, Settings(advert_interval="0.3", **keys))
    for node in lab.nodes:
        cluster.daemon(node, cluster.vrrp_instance(node, "heartbeat lan", *track),
                       instance=False).start()
    cluster.wait_up()
    cluster.wait_holder("node-a")
    return cluster


def link_events(daemon, subject):
    return [event for event in daemon.events()
            if event["kind"] == "link" and event["subject"] == subject]


def peer_events(daemon, since=0):
    return [event for event in daemon.events()[since:] if event["kind"] == "peer"]


def bad_links(daemon):
    return [link["interface"] for link in daemon.json("status")["links"] if link["bad"]]


def links(daemon, peer):
    return [link["verdict"] for link in daemon.peer(peer)["links"]]


@pytest.mark.laboratory(nodes=3, links=2)
@pytest.mark.parametrize("track", ["track_link eth0 weight -60", "track_link eth0"])
def test_addresses_leave_a_bad_interface(lab, track):
    """Its carrier is up, and heartbeats over eth1 continue."""
    cluster = start(lab, track)
    before = {node: len(cluster[node].events()) for node in lab.nodes}
    cut = lab.cut_together("node-a")
    cluster["node-b"].wait_state("active")
    activation, = cluster["node-b"].activations()
    assert cut.least_ms(activation) < MOVE_MS_MAX, activation
    lab.wait_holders(VIP, ["node-b"])
    event = link_events(cluster["node-a"], "self/eth0")[-1]
    assert (event["from"], event["to"]) == ("good", "bad"), event
    assert "2 of 2 on other links" in event["reason"], event
    assert [bad_links(cluster[node]) for node in lab.nodes] == [["eth0"], [], []]
    assert "bad link" in cluster["node-a"].text("status")
    # No node is down: the other link works.
    assert {node: peer_events(cluster[node], before[node]) for node in lab.nodes} == \
           {node: [] for node in lab.nodes}
    assert links(cluster["node-b"], "node-a") == ["down", "up"]
    assert links(cluster["node-b"], "node-c") == ["up", "up"]
    # For longer than the VRRP timer: no node takes it back while its interface is bad.
    time.sleep(1.5)
    assert lab.holders(VIP) == ["node-b"]
    lab.heal("node-a", "eth0")
    cluster.wait_holder("node-a")
    assert bad_links(cluster["node-a"]) == []


@pytest.mark.laboratory(nodes=3, links=2)
def test_addresses_do_not_follow_a_link_that_flaps(lab):
    """Down for 100 ms, up for 200 ms, again and again: its node is up, and without the address
    until that ends."""
    cluster = start(lab, "track_link eth0 weight -60")
    before = {node: len(cluster[node].events()) for node in lab.nodes}
    lab.flap("node-a", 6, gone_s=0.1, back_s=0.2)
    assert lab.holders(VIP) == ["node-b"]
    assert [(event["from"], event["to"]) for event in link_events(cluster["node-a"], "self/eth0")] == \
           [("good", "bad")]
    cluster.wait_holder("node-a")
    assert [len(cluster[node].activations()) for node in lab.nodes] == [2, 1, 0]
    assert {node: peer_events(cluster[node], before[node]) for node in lab.nodes} == \
           {node: [] for node in lab.nodes}


@pytest.mark.laboratory(nodes=3, links=2)
def test_bad_link_without_tracking_is_only_reported(lab):
    cluster = start(lab)
    lab.cut_together("node-a")
    wait_until(lambda: bad_links(cluster["node-a"]) == ["eth0"], "node-a finds eth0 bad")
    time.sleep(0.5)
    assert lab.holders(VIP) == ["node-a"]


@pytest.mark.laboratory(nodes=3, links=2)
def test_one_lost_peer_makes_no_bad_link(lab):
    """node-c is cut off on eth0: node-a and node-b still hear each other there."""
    cluster = start(lab, "track_link eth0 weight -60")
    lab.cut_together("node-c")
    wait_until(lambda: bad_links(cluster["node-c"]) == ["eth0"], "node-c finds eth0 bad")
    cluster["node-c"].wait_priority(1)
    assert bad_links(cluster["node-a"]) == bad_links(cluster["node-b"]) == []
    assert cluster["node-a"].priority() == 150
    assert links(cluster["node-a"], "node-c") == ["down", "up"]
    assert lab.holders(VIP) == ["node-a"]


@pytest.mark.laboratory(nodes=2, links=2)
def test_two_nodes_cannot_tell_whose_link_it_is(lab):
    cluster = start(lab, "track_link eth0 weight -20")
    lab.cut_together("node-a")
    cluster["node-a"].wait_priority(130)
    cluster["node-b"].wait_priority(80)
    time.sleep(0.2)
    assert lab.holders(VIP) == ["node-a"]


@pytest.mark.laboratory(nodes=2, links=2)
def test_dying_node_makes_no_link_bad(lab):
    """Its links fall silent one after the other; the survivor, which must take over, has no
    fault."""
    cluster = start(lab, "track_link eth0", "track_link eth1")
    cut = lab.cut_together("node-a", links=(0, 1))
    cluster["node-b"].wait_state("active")
    activation, = cluster["node-b"].activations()
    assert cut.least_ms(activation) < MOVE_MS_MAX, activation
    time.sleep(0.2)
    assert link_events(cluster["node-b"], "self/eth0") == []
    assert cluster["node-b"].state() == "active"


@pytest.mark.laboratory(nodes=3, links=2)
def test_better_node_that_comes_later_takes_it_from_a_bad_interface(lab):
    """No node was better when eth0 of node-a fell silent; later, heartbeats report one that is."""
    cluster = start(lab, "track_link eth0 weight -60")
    cluster["node-b"].stop()
    lab.cut_together("node-a")
    cluster["node-a"].wait_priority(90)
    time.sleep(0.2)
    assert lab.holders(VIP) == ["node-a"]
    cluster["node-b"].start()
    lab.wait_holders(VIP, ["node-b"])


@pytest.mark.laboratory(nodes=4, links=2)
def test_addresses_leave_a_bad_interface_also_of_a_successor(lab):
    """The node that died as the Active is no candidate: the next best takes over."""
    cluster = start(lab, "track_link eth0 weight -60", priorities=[200, 150, 100, 50])
    lab.cut_together("node-a", links=(0, 1))
    cluster["node-b"].wait_state("active")
    cut = lab.cut_together("node-b")
    cluster["node-c"].wait_state("active")
    activation, = cluster["node-c"].activations()
    assert cut.least_ms(activation) < MOVE_MS_MAX, activation
