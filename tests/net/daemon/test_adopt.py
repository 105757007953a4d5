# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon that was killed is started with other nodes or links in its heartbeat block: what the
maps hold of nodes that stay is carried over, slot by slot."""

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, heartbeat
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

# A start on a busy machine takes longer than the default restart_grace.
SLOW = {"advert_interval": "0.1", "daemon_timeout": "20s", "heartbeat_lines": ["restart_grace 10s"]}


@pytest.fixture
def pair(lab):
    """Of node-a and node-b, where node-a is Active."""
    cluster = Cluster(lab, Settings(**SLOW, members=["node-a", "node-b"]))
    return cluster.start_active("node-a", "node-b").start_client()


def restart_with(cluster, members):
    """node-a, killed and started with another block."""
    cluster["node-a"].kill()
    cluster.settings.members = members
    return cluster.daemon("node-a").start()


def check_adopted(daemon, epoch, evidence_count):
    assert any("adopted the pinned state" in event["reason"] for event in daemon.events())
    assert daemon.json("status")["epoch"] == epoch
    assert daemon.slot("node-b")["evidence_count"] > evidence_count


def check_undisturbed(cluster):
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result
    assert [event for event in cluster["node-b"].events() if event["kind"] == "peer"
            and event["subject"] == "node-a" and event["to"] != "up"] == []


def test_node_is_added_by_a_restart(lab, pair):
    """It comes first in the block, so that all slots move."""
    epoch = pair["node-a"].json("status")["epoch"]
    evidence_count = pair["node-a"].slot("node-b")["evidence_count"]
    restart_with(pair, ["node-c", "node-b", "node-a"]).wait_state("active")
    check_adopted(pair["node-a"], epoch, evidence_count)
    assert pair["node-a"].slot("node-c")["evidence_count"] == 0
    wait_until(lambda: pair["node-a"].verdict("node-b") == "up", "node-a hears node-b")
    check_undisturbed(pair)


def test_node_is_removed_by_a_restart(lab):
    """The first of the block."""
    cluster = Cluster(lab, Settings(**SLOW, members=["node-c", "node-b", "node-a"]))
    cluster.start_active().start_client()
    epoch = cluster["node-a"].json("status")["epoch"]
    evidence_count = cluster["node-a"].slot("node-b")["evidence_count"]
    restart_with(cluster, ["node-a", "node-b"]).wait_state("active")
    check_adopted(cluster["node-a"], epoch, evidence_count)
    assert [slot["name"] for slot in cluster["node-a"].map("xb_peers")] == ["node-b"]
    wait_until(lambda: cluster["node-a"].verdict("node-b") == "up", "node-a hears node-b")
    check_undisturbed(cluster)


def test_block_is_added_and_removed_by_a_restart(lab):
    """node-a is Active without heartbeats, with them, and again without; node-b never takes over."""
    cluster = Cluster(lab, Settings(advert_interval="0.3", members=["node-a", "node-b"]))
    without = {node: cluster.vrrp_instance(node) for node in cluster.settings.members}
    for node, text in without.items():
        cluster.daemons[node] = Xbeatd(lab, node, text).start()
    cluster.wait_holder("node-a")
    cluster.start_client()
    daemon = cluster["node-a"]
    epoch = daemon.map("xb_self")[0]["epoch"]
    for texts in ([heartbeat(lab, cluster.settings, cluster.key_file),
                   cluster.vrrp_instance("node-a", "heartbeat lan")], [without["node-a"]]):
        daemon.configure(*texts)
        daemon.restart()
        daemon.wait_state("active")
        assert daemon.map("xb_self")[0]["epoch"] == epoch
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result
    assert cluster["node-b"].activations() == []


@pytest.mark.laboratory(ends="program")  # a change of mode is a gap
@pytest.mark.parametrize("members", [["node-a", "node-b"], ["node-c", "node-b", "node-a"]],
                         ids=["same nodes", "other nodes"])
def test_maps_of_the_version_before_are_migrated(lab, before, members):
    """The Active's daemon of the version before dies, and this one goes on."""
    cluster = Cluster(lab, Settings(**SLOW, members=["node-a", "node-b"]))
    cluster.start_active("node-a", "node-b", build=before).start_client()
    daemon = cluster["node-a"]
    epoch = daemon.json("status")["epoch"]
    evidence_count = daemon.slot("node-b")["evidence_count"]
    received_count = cluster["node-b"].map("xb_vrrp")[0]["received_count"]
    daemon.kill()
    cluster.settings.members = members
    cluster.daemon("node-a").start().wait_state("active")
    check_adopted(cluster["node-a"], epoch, evidence_count)
    cluster["node-b"].kill()
    cluster.daemon("node-b").start().wait_state("backup")
    assert cluster["node-b"].map("xb_vrrp")[0]["received_count"] > received_count
    wait_until(lambda: cluster["node-a"].verdict("node-b") == "up", "node-a hears node-b")
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result
    assert cluster["node-b"].activations() == [], "node-b took over"
