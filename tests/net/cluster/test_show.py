# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl cluster: the whole cluster from any of its nodes."""

import pytest

from tests.support.cluster import Cluster
from tests.support.compared import wait_all_compared
from tests.support.configuration import VIP, VRID, Settings
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=3)


def roles(daemon):
    """Of its only instance: state and priority by node."""
    shown, = daemon.json("cluster")["instances"]
    assert (shown["name"], shown["vrid"], shown["family"], shown["addresses"]) == ("VI_1", VRID, 4, [VIP])
    return {role["node"]: (role.get("state"), role.get("priority")) for role in shown["nodes"]}


def test_all_nodes_show_the_same(lab):
    cluster = Cluster(lab, Settings()).start_active()
    wait_all_compared(cluster)
    expected = {"node-a": ("active", 150), "node-b": ("backup", 100), "node-c": ("backup", 50)}
    for node, daemon in cluster.daemons.items():
        wait_until(lambda: roles(daemon) == expected, lambda: roles(daemon))
        shown = daemon.json("cluster")["nodes"]
        assert [each["name"] for each in shown] == lab.nodes
        own, = (each for each in shown if each.get("self"))
        assert (own["name"], own["state"]) == (node, "running")
        for other in (each for each in shown if each is not own):
            assert (other["verdict"], other["version"], other["state"]) == ("up", own["version"], "running")
            assert other["links"][0]["rtt_ns"]["p50"] > 0
        text = daemon.text("cluster")
        assert f"{VIP}  node-a (150)  node-b (100), node-c (50)" in text
        assert text.endswith("the configurations of all nodes agree\n")
        assert max(map(len, text.splitlines())) <= 80 and len(text.splitlines()) < 24


def test_a_dead_node_keeps_its_configuration(lab):
    cluster = Cluster(lab, Settings()).start_active()
    wait_all_compared(cluster)
    lab.cut("node-a")
    daemon = cluster["node-b"]
    wait_until(lambda: roles(daemon)["node-b"][0] == "active", "node-b takes over")
    assert roles(daemon)["node-a"] == (None, None)
    assert "node-b (100)" in daemon.text("cluster") and "node-a (not heard)" in daemon.text("cluster")
    shown = next(node for node in daemon.json("cluster")["nodes"] if node["name"] == "node-a")
    assert (shown["verdict"], shown["comparison"]) == ("down", "compared")


def test_without_heartbeats(lab):
    cluster = Cluster(lab, Settings())
    daemon = cluster.daemon("node-a", instance=False)
    daemon.configure(cluster.vrrp_instance("node-a")).start()
    refused = daemon.ctl("cluster", check=False)
    assert refused.returncode == 1 and "no heartbeat block" in refused.stderr
