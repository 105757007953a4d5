# SPDX-License-Identifier: GPL-2.0-or-later
"""All nodes start together, as after a power failure. With "routers nodes" they need not wait for
Active_Down_Timer, 3.4 to 3.8 s with adverts of 1 s: heartbeats show that no node is Active."""

import contextlib

import pytest

from tests.support.before import before_build
from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, sync_group
from tests.support.laboratory import wait_until
from tests.support.owners import OwnerWatch
from tests.support.probe import serve_everywhere

NS_PER_SECOND = 10**9
# Less than three intervals of adverts, more than what a busy machine adds.
SOON_S = 2.5
SECOND_VIP = "10.77.0.101"


def spawn(*daemons):
    """Starts them in one moment; returns when all run."""
    for daemon in daemons:
        daemon.spawn()
    for daemon in daemons:
        wait_until(daemon.ready, f"xbeatd on {daemon.node} runs")


def make(lab, *lines, nodes=None, **keys):
    cluster = Cluster(lab, Settings(instance_lines=["routers nodes", *lines], **keys))
    return [cluster.daemon(node) for node in nodes or lab.nodes]


@contextlib.contextmanager
def one_owner(lab, *addresses):
    """There is never more than one. Yields the observers."""
    serve_everywhere(lab)
    watches = [OwnerWatch(lab, address) for address in addresses or [VIP]]
    yield watches
    for watch in watches:
        watch.owners = watch.finish()
        assert watch.owners.two_owners() == []


def took_s(daemon, name="VI_1"):
    """From the start of the instance until it was Active."""
    times = {(event["from"], event["to"]): event["time_unix_ns"] for event in daemon.events()
             if event["kind"] == "vrrp" and event["subject"] == name}
    return (times["backup", "active"] - times["initialize", "backup"]) / NS_PER_SECOND


def only_change(daemon, name="VI_1"):
    return daemon.changes(name) == [("initialize", "backup")]


@pytest.mark.parametrize("count", [pytest.param(count, marks=pytest.mark.laboratory(nodes=count))
                                   for count in (2, 3)])
def test_all_nodes_start(lab, count):
    # On a busy machine one may start later than others: for them it is not silent so soon.
    best, *others = make(lab, multiplier=30, daemon_timeout="1s")
    with one_owner(lab) as watches:
        spawn(*others, best)
        best.wait_state("active")
        watches[0].client.wait_owner("node-a")
    assert took_s(best) < SOON_S and "all were heard" in best.activations()[0]["reason"]
    assert watches[0].owners.order() == ["node-a"]
    assert all(only_change(daemon) for daemon in others)


@pytest.mark.laboratory(nodes=3)
def test_best_node_does_not_start(lab):
    """After three detection times; the other node knows no more of it."""
    _, best, other = make(lab)
    with one_owner(lab) as watches:
        spawn(other, best)
        best.wait_state("active")
        watches[0].client.wait_owner("node-b")
    assert took_s(best) < SOON_S and "some are silent" in best.activations()[0]["reason"]
    assert only_change(other)


@pytest.mark.laboratory(nodes=3, links=2)
@pytest.mark.parametrize("link, soon", [(0, True), (1, False)])
def test_best_node_does_not_start_with_a_virtual_mac(lab, link, soon):
    """A silent Active cannot be asked: only a cut of the one interface would hide it."""
    _, best, other = make(lab, "use_vmac", heartbeat_links=[link])
    spawn(other, best)
    best.wait_state("active")
    assert (took_s(best) < SOON_S) == soon and only_change(other)


@pytest.mark.laboratory(nodes=2)
def test_better_node_starts_later(lab):
    """Alone, a node waits as in VRRP."""
    best, other = make(lab)
    with one_owner(lab):
        spawn(other)
        spawn(best)
        best.wait_state("active")
    assert only_change(other) and took_s(best) < SOON_S


@pytest.mark.laboratory(nodes=2)
def test_node_that_is_alone(lab):
    _, other = make(lab)
    spawn(other)
    other.wait_state("active")
    assert took_s(other) > 3 and "no advert for" in other.activations()[0]["reason"]


@pytest.mark.laboratory(nodes=3)
@pytest.mark.parametrize("node", ["node-a", "node-c"])
def test_restart_beside_an_active(lab, node):
    """It follows the Active, though its own evidence is new."""
    daemons = dict(zip(lab.nodes, make(lab, preempt=False)))
    spawn(daemons["node-b"])
    daemons["node-b"].wait_state("active")
    late = daemons[node]
    with one_owner(lab) as watches:
        watches[0].client.wait_owner("node-b")
        spawn(late)
        wait_until(lambda: late.verdict("node-b") == "up", "they hear each other")
        wait_until(lambda: late.explain()["said"].count("10.77.0.2"), "it follows the Active")
    assert only_change(late) and watches[0].owners.order() == ["node-b"]


@pytest.mark.laboratory(nodes=3, links=2)
def test_active_that_no_heartbeat_reaches(lab):
    """Heartbeats have an interface of their own, which is cut at the Active. The others start together
    and hear only each other; they ask, and it answers by an advert."""
    daemons = make(lab, heartbeat_links=[1])
    active, *others = daemons
    spawn(*daemons)
    active.wait_state("active")
    for daemon in others:
        daemon.stop()
    lab.cut_together("node-a", links=[1])
    wait_until(lambda: {active.verdict(daemon.node) for daemon in others} <= {"released", "down"},
               "it hears no other node")
    with one_owner(lab) as watches:
        watches[0].client.wait_owner("node-a")
        spawn(*others)
        wait_until(lambda: all(daemon.json("status")["uptime_ns"] > 5 * NS_PER_SECOND for daemon in others),
                   "their first timers are over")
    assert watches[0].owners.order() == ["node-a"]
    assert all(only_change(daemon) for daemon in others)


@pytest.mark.laboratory(nodes=3)
def test_keepalived_is_active(lab):
    """Beside a router that is no node a start waits as in VRRP, and follows it."""
    cluster = Cluster(lab, Settings(instance_lines=["routers any"], members=["node-b", "node-c"], preempt=False))
    cluster.start_keepalived("node-a")
    lab.wait_holders(VIP, ["node-a"])
    daemons = [cluster.daemon(node) for node in ("node-b", "node-c")]
    with one_owner(lab) as watches:
        watches[0].client.wait_owner("node-a")
        spawn(*daemons)
        wait_until(lambda: all("10.77.0.1" in daemon.explain()["said"] for daemon in daemons), "they follow it")
    assert watches[0].owners.order() == ["node-a"]
    assert all(only_change(daemon) for daemon in daemons)


@pytest.mark.laboratory(nodes=2)
def test_routers_that_may_be_no_nodes(lab):
    """Another router may be Active: a start waits for its adverts."""
    cluster = Cluster(lab, Settings(instance_lines=["routers any"]))
    daemons = [cluster.daemon(node) for node in lab.nodes]
    spawn(*daemons)
    daemons[0].wait_state("active")
    assert took_s(daemons[0]) > 3


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("older", ["node-a", "node-b"])
def test_node_of_the_version_before(lab, older):
    """It waits for its timer, and if it is the better one, so does the other."""
    old, new = Cluster(lab), Cluster(lab, Settings(instance_lines=["routers nodes"]))
    daemons = [old.daemon(node, build=before_build()) if node == older else new.daemon(node) for node in lab.nodes]
    with one_owner(lab) as watches:
        spawn(*daemons)
        daemons[0].wait_state("active")
        watches[0].client.wait_owner("node-a")
    assert (took_s(daemons[0]) < SOON_S) == (older == "node-b")
    assert watches[0].owners.order() == ["node-a"] and only_change(daemons[1])


@pytest.mark.laboratory(nodes=2)
def test_sync_group(lab):
    """Both addresses go to one node."""
    cluster = Cluster(lab, Settings(instance_lines=["routers nodes"]))
    daemons = [cluster.daemon(node, cluster.vrrp_instance(
        node, "heartbeat lan", "routers nodes", name="VI_2", vrid=52, vips=[f"{SECOND_VIP}/24"]),
        sync_group("G", "VI_1", "VI_2")) for node in lab.nodes]
    with one_owner(lab, VIP, SECOND_VIP):
        spawn(*daemons)
        for name in ("VI_1", "VI_2"):
            daemons[0].wait_state("active", name)
            assert took_s(daemons[0], name) < SOON_S and only_change(daemons[1], name)
