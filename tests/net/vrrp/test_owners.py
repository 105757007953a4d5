# SPDX-License-Identifier: GPL-2.0-or-later
"""Each node records which node owns the addresses of an instance, since when and why."""

import re

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd


def moves(daemon, name="VI_1"):
    return [(event["from"], event["to"]) for event in daemon.events(earlier=True)
            if (event["kind"], event["subject"]) == ("owner", name)]


def wait_moves(daemon, *expected):
    wait_until(lambda: moves(daemon) == [*expected], lambda: f"{daemon.node}: {moves(daemon)}, not {expected}")


def test_each_node_knows_the_owner(lab):
    cluster = Cluster(lab).start_active()
    a, b, c = cluster.daemons.values()
    for daemon in (a, b, c):
        wait_moves(daemon, ("none", "node-a"))
        assert daemon.vrrp()["owners"] == ["node-a"]
    since = c.vrrp()["owners_since_unix_ns"]
    c.restart()
    wait_until(lambda: c.vrrp().get("owners") == ["node-a"], "it knows the owner again")
    assert c.vrrp()["owners_since_unix_ns"] == since and len(moves(c)) == 1, "it is no other owner"
    a.kill()
    for daemon in (b, c):
        wait_moves(daemon, ("none", "node-a"), ("node-a", "node-b"))
    assert "its daemon died" in b.vrrp()["owners_reason"]
    # By the verdict, or by what node-a's kernel reports: whichever comes first.
    assert re.search("node-a is hung|kernel of node-a has fenced the addresses: its daemon died",
                     c.vrrp()["owners_reason"])
    assert "node-b has owned its addresses" in c.explain()["said"]
    assert "owner node-b for" in c.text("vrrp")
    a.start().wait_state("active")
    wait_moves(c, ("none", "node-a"), ("node-a", "node-b"), ("node-b", "node-a"))
    assert "node-b handed it over; node-a reports active (priority 150, higher than 100 of node-b)" in \
        c.vrrp()["owners_reason"]
    a.ctl("failover", "VI_1")
    for daemon in (a, b, c):
        wait_until(lambda daemon=daemon: moves(daemon)[-1] == ("node-a", "node-b"), "they see it move")
    assert "operator" in a.vrrp()["owners_reason"]
    assert "node-b reports active (priority 100, not higher than " in c.vrrp()["owners_reason"]


def test_a_partition_has_an_owner_on_each_side(lab):
    cluster = Cluster(lab).start_active()
    lab.cut("node-a")
    wait_moves(cluster["node-c"], ("none", "node-a"), ("node-a", "node-b"))
    assert "node-a is down" in cluster["node-c"].vrrp()["owners_reason"]
    assert cluster["node-a"].vrrp()["owners"] == ["node-a"]


@pytest.mark.laboratory(nodes=2)
def test_without_heartbeats_the_adverts_name_it(lab):
    a, b = (Xbeatd(lab, node, instance(priority=priority)) for node, priority in
            (("node-a", 150), ("node-b", 100)))
    a.start_active()
    b.start()
    wait_moves(b, ("none", lab.address("node-a")))
    assert "adverts of priority 150" in b.vrrp()["owners_reason"]
    a.stop()
    wait_moves(b, ("none", lab.address("node-a")), (lab.address("node-a"), "self"))
