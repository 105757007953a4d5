# SPDX-License-Identifier: GPL-2.0-or-later
"""Alternative names of interfaces (ip link property) name them wherever a configuration does."""

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, block, heartbeat, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd, wait_up

pytestmark = pytest.mark.laboratory(nodes=2, links=2)


def add_names(lab, node):
    for interface in ("eth0", "eth1"):
        lab.run(node, "ip", "link", "property", "add", "dev", interface, "altname", f"alt-{interface}")


def test_everything_is_served_by_its_other_name(lab):
    add_names(lab, "node-a")
    daemon = Xbeatd(lab, "node-a", block("static_ipaddress", "10.77.1.150/24 dev alt-eth1"), instance(
        "VI_1", block("virtual_routes", "10.78.0.0/16 via 10.77.1.200 dev alt-eth1"),
        interface="alt-eth0", track_interface=["alt-eth1"],
        vips=[f"{VIP}/24", "10.77.1.100/24 dev alt-eth1"])).start_active()
    assert {VIP} < set(daemon.addresses("eth0"))
    assert {"10.77.1.100", "10.77.1.150"} < set(daemon.addresses("eth1"))
    assert daemon.vrrp()["interface"] == "eth0"
    assert {(one["kind"], one["name"]) for one in daemon.json("tracking")} == {
        ("interface", "eth0"), ("interface", "eth1")}
    lab.cut("node-a", "eth1", "--carrier")
    daemon.wait_state("initialize")
    assert "interface eth1" in daemon.explain()["said"]


def test_heartbeats_by_the_other_name(lab):
    cluster = Cluster(lab)
    for node in lab.nodes:
        add_names(lab, node)
        cluster.daemon(node, instance=False)
        cluster[node].configure(heartbeat(lab).replace("interface eth", "interface alt-eth"),
                                cluster.vrrp_instance(node, "heartbeat lan"))
        cluster[node].start()
    wait_up(*cluster.daemons.values())
    wait_until(lambda: cluster["node-a"].state() == "active", "node-a is Active")
