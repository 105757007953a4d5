# SPDX-License-Identifier: GPL-2.0-or-later
"""Whose adverts count: between nodes with heartbeats, those of a host without the key move nothing."""

import time

import pytest

from tests.support.advert import Forger
from tests.support.cluster import Cluster
from tests.support.configuration import Settings, heartbeat, instance
from tests.support.laboratory import STATE, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
ACTIVE, BACKUP = "node-a", "node-b"
INTERVAL_MAX_CS = 4095  # the longest that an advert can carry
FORGED = [
    ("its own address", lambda lab: {"priority": 254, "interval_cs": INTERVAL_MAX_CS}),
    ("a release by the Active", lambda lab: {"source": lab.address(ACTIVE), "priority": 0}),
    ("the Backup", lambda lab: {"source": lab.address(BACKUP), "priority": 254,
                                "interval_cs": INTERVAL_MAX_CS}),
]
FORGED_IDS = [what for what, _ in FORGED]
CHANGES = 25  # of four kinds


def start(lab, *lines, **settings):
    return Cluster(lab, Settings(**{"priorities": [150, 100], **settings,
                                    "instance_lines": list(lines)})).start_active()


def transitions(cluster):
    return [daemon.vrrp()["transitions"] for daemon in cluster.daemons.values()]


def refuted(cluster):
    return [daemon.vrrp()["refuted_count"] for daemon in cluster.daemons.values()]


def events(daemon, kind):
    return [event for event in daemon.events() if event["kind"] == kind]


def wait_held(cluster):
    for daemon in cluster.daemons.values():
        wait_until(lambda: daemon.vrrp().get("routers_held"), "adverts are held to nodes")
    time.sleep(0.2)  # what follows a change of state at once may have been overtaken by it


@pytest.mark.parametrize("what, fields", FORGED, ids=FORGED_IDS)
def test_a_forged_advert_moves_nothing_and_is_reported(lab, what, fields):
    pair = start(lab)
    wait_held(pair)
    before, fields = transitions(pair), fields(lab)
    source = fields.get("source", lab.address("client"))
    # What has a node's own address is refused there before (vrrp_own).
    receivers = [node for node in pair.daemons if lab.address(node) != source]
    with Forger(lab) as forger:
        forger.send(**fields)
    expected = [int(node in receivers) for node in pair.daemons]
    wait_until(lambda: refuted(pair) == expected, "its receivers refute it")
    time.sleep(1.5)
    assert refuted(pair) == expected
    assert transitions(pair) == before
    assert lab.holders(pair.settings.vip) == [ACTIVE]
    for daemon in (pair[node] for node in receivers):
        shown = daemon.vrrp()
        assert (shown["refuted_source"], shown["refuted_priority"]) == (source, fields["priority"])
        assert daemon.drops("vrrp_not_a_node") == 1
        event, = events(daemon, "stranger")
        assert event["subject"] == "VI_1" and source in event["reason"]
        assert "routers any" in event["reason"]
        line, = [line for line in daemon.json("explain", "VI_1")["lines"] if source in line
                 and "refused" in line]
        assert "routers any" in line


def test_many_forged_adverts_are_one_event(lab):
    pair = start(lab)
    wait_held(pair)
    before = transitions(pair)
    with Forger(lab) as forger:
        for _ in range(20):
            forger.send(priority=254, interval_cs=INTERVAL_MAX_CS)
            forger.send(source=lab.address(ACTIVE), priority=0)
            time.sleep(0.05)
    wait_until(lambda: refuted(pair) == [20, 40], "all are counted")
    assert transitions(pair) == before
    for daemon in pair.daemons.values():
        assert len(events(daemon, "stranger")) <= 2


@pytest.mark.parametrize("what, fields", FORGED, ids=FORGED_IDS)
def test_with_routers_any_adverts_count_as_in_vrrp(lab, what, fields):
    pair = start(lab, "routers any")
    before = transitions(pair)
    with Forger(lab) as forger:
        forger.send(**fields(lab))
    wait_until(lambda: transitions(pair) != before, "it moves the instance")
    assert refuted(pair) == [0, 0]
    assert [daemon.vrrp()["routers"] for daemon in pair.daemons.values()] == ["any", "any"]


def test_nodes_is_the_default_once_all_have_described_it(lab):
    pair = Cluster(lab, Settings(priorities=[150, 100]))
    first = pair.daemon(ACTIVE).start_active()
    shown = first.vrrp()
    assert shown["routers"] == "any" and BACKUP in shown["routers_reason"]
    assert "any" in first.text("status")
    pair.daemon(BACKUP).start()
    wait_until(lambda: first.vrrp()["routers"] == "nodes", "node-b has described it")
    file = STATE / f"{first.instance}.routers"
    wait_until(file.exists, "it is written")
    for daemon in pair.daemons.values():
        daemon.stop()
    # The other node is not there, and may be no node: it was one.
    first.start_active()
    shown = first.vrrp()
    assert shown["routers"] == "nodes" and not shown["routers_held"]
    assert BACKUP in shown["routers_unheld_reason"]
    first.stop()
    # Other nodes: it begins again.
    file.write_text(file.read_text().replace("nodes 1 2", "nodes 1 3"))
    first.start_active()
    assert first.vrrp()["routers"] == "any"


def test_it_goes_on_without_its_file(lab):
    pair = Cluster(lab, Settings(priorities=[150, 100]))
    file = STATE / f"{lab.instance(ACTIVE)}.routers"
    file.mkdir(parents=True)
    try:
        first = pair.daemon(ACTIVE).start()
        pair.daemon(BACKUP).start()
        wait_until(lambda: first.vrrp()["routers"] == "nodes", "node-b has described it")
        first.stop()
        warning, = [line for line in first.process.output().splitlines() if str(file) in line]
        assert "cannot write" in warning
    finally:
        file.rmdir()


def test_a_healthy_cluster_refutes_nothing(lab):
    """Whatever moves the instance, senders are never so far ahead of their heartbeats."""
    pair = start(lab, advert_interval="0.1")
    wait_held(pair)
    first, second = pair[ACTIVE], pair[BACKUP]
    for change in range(CHANGES):
        first.ctl("priority", "VI_1", str(50 + change))
        pair.wait_holder(BACKUP)
        first.ctl("priority", "VI_1", "default")
        pair.wait_holder(ACTIVE)
        second.ctl("priority", "VI_1", str(101 + change))
        first.ctl("failover", "VI_1")
        pair.wait_holder(BACKUP)
        second.ctl("priority", "VI_1", "default")
        first.ctl("resume", "VI_1")
        pair.wait_holder(ACTIVE)
    time.sleep(0.2)
    assert refuted(pair) == [0, 0]
    assert [events(daemon, "stranger") for daemon in pair.daemons.values()] == [[], []]


def test_a_restart_opens_no_gap(lab):
    """A node that stops reports it: its silence makes no stranger's advert count."""
    pair = start(lab)
    wait_held(pair)
    before = pair[ACTIVE].vrrp()["transitions"]
    with Forger(lab) as forger:
        pair[BACKUP].stop()
        for _ in range(10):
            forger.send(priority=254, interval_cs=INTERVAL_MAX_CS)
            time.sleep(0.05)
        pair[BACKUP].start()
        for _ in range(10):
            forger.send(priority=254, interval_cs=INTERVAL_MAX_CS)
            time.sleep(0.05)
    wait_held(pair)
    assert pair[ACTIVE].vrrp()["transitions"] == before
    pair.wait_holder(ACTIVE)
    assert pair[BACKUP].state() == "backup"


def test_a_release_from_nobody_heard_yet_moves_nothing(lab):
    """After its start a node does not know yet who is Active."""
    pair = start(lab)
    wait_held(pair)
    pair[BACKUP].stop()
    lab.lose(ACTIVE, "out")
    pair[BACKUP].start()
    with Forger(lab) as forger:
        for _ in range(10):
            forger.send(source=lab.address(ACTIVE), priority=0)
            time.sleep(0.05)
        assert pair[BACKUP].state() == "backup"
        lab.lose_nothing()
        forger.send(source=lab.address(ACTIVE), priority=0)
    wait_held(pair)
    assert pair[BACKUP].vrrp()["transitions"] == 1
    pair.wait_holder(ACTIVE)


def test_plain_vrrp_counts_when_a_node_is_down(lab):
    pair = start(lab)
    wait_held(pair)
    pair[BACKUP].kill()
    wait_until(lambda: not pair[ACTIVE].vrrp()["routers_held"], "node-b is no longer up")
    with Forger(lab) as forger:
        forger.send(priority=254, interval_cs=INTERVAL_MAX_CS)
        wait_until(lambda: pair[ACTIVE].state() == "backup", "it yields as in VRRP")
    # Up to four own intervals of 1 s, not 40.95 s: it takes over after about 13 s.
    yielded = time.monotonic()
    pair[ACTIVE].wait_state("active")
    assert time.monotonic() - yielded < 20


def test_plain_vrrp_counts_for_a_node_that_describes_it_no_longer(lab):
    """It may have the instance without "heartbeat" now: its adverts must count, or both would be
    Active."""
    pair = start(lab)
    wait_held(pair)
    pair[ACTIVE].stop()
    lower = pair[BACKUP]
    lower.wait_state("active")
    other = instance("VI_2", "heartbeat lan", vrid=52)
    better = Xbeatd(lab, ACTIVE, heartbeat(lab), other, instance(priority=150, advert_int="1")).start_active()
    lower.wait_state("backup")
    assert lower.vrrp()["refuted_count"] == 0 and better.state() == "active"
    assert "node-a no longer describes this instance" in " ".join(lower.explain()["said"].split())
