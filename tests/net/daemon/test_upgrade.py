# SPDX-License-Identifier: GPL-2.0-or-later
"""A rolling upgrade from the version before, and back, node by node: the Backups first, then the
Active, which is handed over. It changes no other node's verdict or role, and the address never has
two owners."""

import os

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings
from tests.support.laboratory import BUILD, wait_until
from tests.support.owners import OwnerWatch
from tests.support.probe import serve_everywhere

# Longer than a virtual machine stalls: a verdict that changes is the upgrade's.
SETTINGS = {"multiplier": 20, "daemon_timeout": "3s", "advert_interval": "0.2"}


@pytest.fixture(params=["three nodes", "two and a witness"])
def settings(request):
    """nopreempt: the upgraded Active comes back as a Backup, and nothing moves that was not asked
    for."""
    return Settings(**SETTINGS, preempt=False, witness="node-c" if "witness" in request.param else "")


def verdicts(events, subject=None):
    return [event["to"] for event in events
            if event["kind"] == "peer" and subject in (None, event["subject"])]


def roles(events):
    return [event["to"] for event in events if event["kind"] == "vrrp" and event["from"] != event["to"]]


class Upgrade:
    """Replaces the programs of one node after another, and checks what the others saw of it."""

    def __init__(self, cluster, build):
        self.cluster = cluster
        self.build = build
        self.seen = {node: len(daemon.events()) for node, daemon in cluster.daemons.items()}

    def news(self):
        """The events of each daemon since the last call, or since its start."""
        events = {node: daemon.events() for node, daemon in self.cluster.daemons.items()}
        news = {node: events[node][count:] for node, count in self.seen.items()}
        self.seen = {node: len(list_) for node, list_ in events.items()}
        return news

    def replace(self, node):
        daemon = self.cluster[node]
        assert daemon.stop() == 0
        self.seen[node] = 0
        daemon.build = self.build
        daemon.start()
        self.cluster.wait_up()
        news = self.news()
        assert "active" not in roles(news.pop(node))
        for other, events in news.items():
            assert roles(events) == [], (node, other, events)
            assert verdicts(events, node) == ["released", "up"], (node, other, events)
            assert verdicts(events) == verdicts(events, node), (node, other, events)

    def take_back(self, node, other):
        """Its next start, with preemption: the one change that follows."""
        assert self.cluster[node].stop() == 0
        self.seen[node] = 0
        self.cluster[node].build = self.build
        self.cluster[node].start().wait_state("active")
        self.cluster.wait_holder(node)
        news = self.news()
        assert roles(news.pop(node)) == ["backup", "active"]
        given_up, = (event for event in news.pop(other) if event["kind"] == "vrrp")
        assert given_up["to"] == "backup" and f"handed over to {node}" in given_up["reason"], given_up
        assert all(roles(events) == [] for events in news.values()), news

    def hand_over(self, node, to):
        """As an operator does it before the stop."""
        self.cluster[node].json("failover", "VI_1")
        self.cluster[to].wait_state("active")
        self.cluster.wait_holder(to)
        news = self.news()
        assert roles(news.pop(node)) == ["initialize"]
        assert roles(news.pop(to)) == ["active"]
        assert all(roles(events) == [] for events in news.values()), news


def owners_during(lab, act):
    """The observations of an ARP prober and a client while act() runs."""
    watch = OwnerWatch(lab, VIP)
    wait_until(watch.client.owner, "the client is answered")
    act()
    return watch.finish()


@pytest.mark.laboratory(ends="program")  # a change of mode is a gap, in which a better node is passed over
@pytest.mark.parametrize("way", ["upgrade", "downgrade"])
def test_rolling_upgrade(lab, before, settings, way):
    first, second = (before, BUILD) if way == "upgrade" else (BUILD, before)
    cluster = Cluster(lab, settings).start_active(build=first)
    serve_everywhere(lab)
    upgrade = Upgrade(cluster, second)

    def roll():
        for node in ("node-c", "node-b"):
            upgrade.replace(node)
        upgrade.hand_over("node-a", "node-b")
        upgrade.replace("node-a")

    owners = owners_during(lab, roll)
    assert owners.order() == ["node-a", "node-b"]
    assert owners.two_owners() == []
    assert {os.readlink(daemon.proc() / "exe") for daemon in cluster.daemons.values()} == {str(second / "xbeatd")}


@pytest.mark.laboratory(nodes=2)
def test_upgraded_active_takes_back(lab, before):
    """Without nopreempt. Its peer, upgraded before, gives the address to a claim."""
    cluster = Cluster(lab, Settings(**SETTINGS)).start_active(build=before)
    serve_everywhere(lab)
    upgrade = Upgrade(cluster, BUILD)

    def roll():
        upgrade.replace("node-b")
        upgrade.hand_over("node-a", "node-b")
        upgrade.take_back("node-a", "node-b")

    owners = owners_during(lab, roll)
    assert owners.order() == ["node-a", "node-b", "node-a"]
    assert owners.two_owners() == []
