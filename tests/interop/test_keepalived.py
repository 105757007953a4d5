# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd and keepalived as the two nodes of one virtual router, VRRP version 3 over IPv4."""

import time

import pytest

from tests.support.cluster import Cluster, Settings, VIP
from tests.support.laboratory import wait_until
from tests.support.probe import Client, serve_everywhere

pytestmark = pytest.mark.laboratory(nodes=2)


def together(lab, priorities, **changes):
    """node-a runs xbeatd, node-b keepalived."""
    cluster = Cluster(lab, Settings(priorities=priorities, advert_interval="0.1", **changes))
    return cluster


def advert_counts(cluster):
    return cluster["node-a"].vrrp()["adverts"]


def test_keepalived_active_xbeat_backup(lab):
    cluster = together(lab, [100, 150])
    cluster.start_keepalived("node-b")
    cluster.wait_holder("node-b")
    cluster.start_xbeatd("node-a")
    wait_until(lambda: advert_counts(cluster)["received"] > 5, 5, "adverts of keepalived are seen")
    vrrp = cluster["node-a"].vrrp()
    assert vrrp["state"] == "backup" and vrrp["active_address"] == lab.address("node-b")
    assert lab.holders(VIP) == ["node-b"]


def test_xbeat_active_keepalived_backup(lab):
    cluster = together(lab, [150, 100])
    cluster.start_xbeatd("node-a")
    cluster.wait_holder("node-a")
    cluster.start_keepalived("node-b")
    time.sleep(1)
    assert lab.holders(VIP) == ["node-a"]
    assert "BACKUP STATE" in cluster["node-b"].process.output()


def test_xbeat_takes_over_from_dead_keepalived(lab):
    """Nothing but the Active_Down_Timer speaks here: keepalived sends no heartbeats."""
    cluster = together(lab, [100, 150])
    cluster.start_keepalived("node-b")
    cluster.wait_holder("node-b")
    cluster.start_xbeatd("node-a")
    serve_everywhere(lab)
    client = Client(lab, VIP)
    client.wait_owner("node-b")
    time.sleep(1.2)
    lab.cut("node-b", "eth0")
    client.wait_owner("node-a")
    lab.heal("node-b", "eth0")
    cluster.wait_holder("node-b")
    client.wait_owner("node-b", 15)


def test_keepalived_takes_over_from_dead_xbeat(lab):
    cluster = together(lab, [150, 100])
    cluster.start_xbeatd("node-a")
    cluster.wait_holder("node-a")
    cluster.start_keepalived("node-b")
    serve_everywhere(lab)
    client = Client(lab, VIP)
    client.wait_owner("node-a")
    time.sleep(1.2)
    lab.cut("node-a", "eth0")
    client.wait_owner("node-b")
    lab.heal("node-a", "eth0")
    cluster.wait_holder("node-a")
    client.wait_owner("node-a", 15)


def test_xbeat_preempts_keepalived(lab):
    cluster = together(lab, [150, 100])
    cluster.start_keepalived("node-b")
    cluster.wait_holder("node-b")
    cluster.start_xbeatd("node-a")
    cluster.wait_holder("node-a")


def test_keepalived_preempts_xbeat(lab):
    cluster = together(lab, [100, 150])
    cluster.start_xbeatd("node-a")
    cluster.wait_holder("node-a")
    cluster.start_keepalived("node-b")
    cluster.wait_holder("node-b")
    assert cluster["node-a"].state() == "backup"


@pytest.mark.parametrize("first,second", [("keepalived", "xbeatd"), ("xbeatd", "keepalived")])
def test_nopreempt_is_kept_both_ways(lab, first, second):
    """The newcomer has the higher priority and leaves the Active alone."""
    node = {"xbeatd": "node-a", "keepalived": "node-b"}
    priorities = [150, 100] if second == "xbeatd" else [100, 150]
    cluster = together(lab, priorities, preempt=False)
    start = {"xbeatd": cluster.start_xbeatd, "keepalived": cluster.start_keepalived}
    start[first](node[first])
    cluster.wait_holder(node[first])
    start[second](node[second])
    time.sleep(1.5)
    assert lab.holders(VIP) == [node[first]]


def test_clean_stop_hands_over_at_once_both_ways(lab):
    """Priority 0 makes the other one Active without waiting for its timer."""
    cluster = together(lab, [150, 100])
    cluster.start_xbeatd("node-a")
    cluster.wait_holder("node-a")
    cluster.start_keepalived("node-b")
    time.sleep(0.5)
    cluster["node-a"].stop()
    cluster.wait_holder("node-b")
    assert "priority 0" in cluster["node-b"].process.output() or lab.holders(VIP) == ["node-b"]
    cluster.start_xbeatd("node-a")
    cluster.wait_holder("node-a")
    cluster["node-a"].stop()
    cluster.wait_holder("node-b")
    cluster.start_xbeatd("node-a")
    cluster.wait_holder("node-a")
