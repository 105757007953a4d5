# SPDX-License-Identifier: GPL-2.0-or-later
"""An Active whose adverts do not leave its machine: never two owners, never in silence. A routing rule
stands for what forbids them."""

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, VRID, block, heartbeat, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
VIPS = {4: f"{VIP}/24", 6: "fd77::100/64"}


def rule(lab, node, verb, family=4):
    """"add" forbids that packets to the other node leave, but for those of heartbeats; "del" allows
    it."""
    ip = ["ip", f"-{family}", "rule", verb, "to", other(lab, node, family)]
    lab.run(node, *ip, "priority", "1", "ipproto", "udp", "lookup", "main")
    lab.run(node, *ip, "priority", "2", "prohibit")


def other(lab, node, family=4):
    return lab.address(next(name for name in lab.nodes if name != node), family=family)


def unicast(lab, node, family=4):
    """No rule forbids multicast, or what is sent over a given interface."""
    return {"interface": None, "unicast_src_ip": lab.address(node, family=family),
            "unicast_peer": [other(lab, node, family)]}


def adverts_events(daemon):
    return [(event["from"], event["to"]) for event in daemon.events() if event["kind"] == "adverts"]


def daemons(lab, family):
    return [Xbeatd(lab, node, instance(priority=priority, vips=[VIPS[family]],
                                       **unicast(lab, node, family))).start()
            for node, priority in (("node-a", 200), ("node-b", 100))]


@pytest.mark.parametrize("family", [4, 6])
def test_active_that_cannot_send_gives_up(lab, family):
    first, second = daemons(lab, family)
    first.wait_state("active")
    rule(lab, "node-a", "add", family)
    first.wait_state("initialize")
    second.wait_state("active")
    assert lab.holders(VIPS[family].split("/")[0]) == ["node-b"]
    assert first.obstacles() == ["sending"]
    assert "Permission denied" in first.explain()["said"]
    assert adverts_events(first) == [("sent", "not sent")]
    assert first.process.output().count("Permission denied") == 2, "the event, and the change of state"
    rule(lab, "node-a", "del", family)
    first.wait_state("active")
    assert adverts_events(first) == [("sent", "not sent"), ("not sent", "sent")]
    assert second.state() == "backup"


def test_explain_tells_before_it_gives_up(lab):
    rule(lab, "node-a", "add")
    daemon = Xbeatd(lab, "node-a", instance(advert_int=20, priority=255,
                                            **unicast(lab, "node-a"))).start_active()
    assert daemon.vrrp()["adverts"]["failing_ns"] > 0
    said = daemon.explain()["said"]
    assert "advertises every" not in said and "none of its adverts has left" in said
    assert "gives the instance up" in said


def test_with_heartbeats_only_if_another_node_can_take_over(lab):
    cluster = Cluster(lab)
    for node in lab.nodes:
        cluster.daemon(node, instance=False)
        cluster[node].configure(heartbeat(lab), cluster.vrrp_instance(
            node, "heartbeat lan", advert_int="0.1", **unicast(lab, node)))
        cluster[node].start()
    cluster.wait_holder("node-a")
    cluster.wait_up()
    rule(lab, "node-b", "add")
    rule(lab, "node-a", "add")
    cluster["node-b"].wait_state("active")
    assert cluster["node-a"].obstacles() == ["sending"]
    # No node is left that could: node-b stays, and node-a knows from heartbeats that it is Active.
    wait_until(lambda: "stays Active all the same" in cluster["node-b"].explain()["said"], "it stays")
    cluster["node-b"].wait_state("active")
    assert lab.holders(VIP) == ["node-b"]
    rule(lab, "node-a", "del")
    cluster["node-a"].wait_state("active")
    cluster["node-b"].wait_state("initialize")
    assert lab.holders(VIP) == ["node-a"]


def test_it_stays_where_dont_track_primary_asks_for_it(lab):
    daemon = Xbeatd(lab, "node-a", instance("VI_1", "dont_track_primary")).start_active()
    lab.run("node-a", "ip", "link", "set", "eth0", "down")
    wait_until(lambda: daemon.vrrp()["adverts"].get("failing_ns", 0) > 2e9, "they fail for long")
    said = daemon.explain()["said"]
    assert daemon.state() == "active" and "dont_track_primary" in said
    assert "Network is unreachable" in said or "Network is down" in said, said


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.parametrize("version", [2, 3])
def test_one_active_without_addresses(lab, version, family):
    """Adverts that list none count where the configuration says that none is meant."""
    if (version, family) == (2, 6):
        pytest.skip("version 2 has no IPv6")
    lines = ["no_virtual_ipaddress", *(["native_ipv6"] if family == 6 else [])]
    first, second = (
        Xbeatd(lab, node, block("vrrp_instance VI_1", "interface eth0", f"version {version}", "advert_int 1",
                                f"virtual_router_id {VRID}", f"priority {priority}", *lines)).start()
        for node, priority in (("node-a", 200), ("node-b", 100)))
    first.wait_state("active")
    wait_until(lambda: "Active with priority 200" in second.explain()["said"], "node-b hears it")
    assert first.vrrp()["adverts"].get("failing_ns") is None
    first.kill()
    second.wait_state("active")
    assert first.start().state() == "backup"
    wait_until(lambda: second.state() == "backup", lambda: second.vrrp())


def test_refused_adverts_are_not_called_lost(lab):
    cluster = Cluster(lab)
    for node, version in (("node-a", 3), ("node-b", 2)):
        cluster.daemon(node, instance=False)
        cluster[node].configure(heartbeat(lab), cluster.vrrp_instance(
            node, "heartbeat lan", version=version))
        cluster[node].start()
        cluster["node-a"].wait_state("active")
    cluster.wait_up()
    wait_until(lambda: "arrive and are refused here (vrrp_bad_version)"
               in cluster["node-b"].explain()["said"], lambda: cluster["node-b"].explain())
    assert "do not arrive here" not in cluster["node-b"].explain()["said"]
