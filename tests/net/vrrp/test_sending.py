# SPDX-License-Identifier: GPL-2.0-or-later
"""An Active whose adverts do not leave its machine: never two owners, never in silence. A routing rule
stands for what forbids them."""

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, VRID, Settings, block, heartbeat, instance
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


def filter_output(lab, node, *rules):
    """In the node's own packet filter."""
    lines = ["add table inet own", "add chain inet own out { type filter hook output priority 0; }",
             *(f"add rule inet own out {rule}" for rule in rules)]
    lab.run(node, "nft", "-f", lab.write("filter.nft", "\n".join(lines) + "\n"))


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


def test_explain_reports_before_it_gives_up(lab):
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
def test_own_packet_filter_is_named(lab, family):
    """What the machine's own firewall drops is no fault of the network."""
    cluster = Cluster(lab, Settings(family=family))
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    daemon = cluster["node-a"]
    daemon.reload(daemon.configuration.read_text(),
                  instance(advert_int=5, priority=255, vips=[VIPS[family]]))
    daemon.wait_state("active")
    filter_output(lab, "node-a", "meta l4proto 112 drop", "udp dport 694 drop")
    wait_until(lambda: "packet filter" in daemon.explain("node-b")["said"], lambda: daemon.explain("node-b"))
    assert daemon.peer("node-b")["links"][0]["send_error"] == "Operation not permitted"
    assert "Operation not permitted" in daemon.text("peers")
    probes, = (event for event in daemon.events() if event["kind"] == "probes")
    assert probes["to"] == "not sent" and "packet filter" in probes["reason"], probes
    daemon.ctl("reload")
    wait_until(lambda: "packet filter drops IP protocol 112" in daemon.explain()["said"], lambda: daemon.explain())
    assert "advertises every" not in daemon.explain()["said"]
    assert "its adverts have not left this machine" in daemon.text("vrrp")
    assert adverts_events(daemon) == [("sent", "not sent")]
    assert daemon.process.output().count("Operation not permitted") == 2, "each once"


@pytest.mark.parametrize("version, family", [(2, 4), (3, 4), (3, 6)])
def test_one_active_without_addresses(lab, version, family):
    """Adverts that list none count where the configuration says that none is meant."""
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


REFUSED = {
    "vrrp_bad_version": ({"version": 3}, {"version": 2}),
    "vrrp_bad_interval": ({"version": 2, "advert_int": 1}, {"version": 2, "advert_int": 2}),
}


@pytest.mark.parametrize("reason", REFUSED)
def test_refused_adverts_are_not_called_lost(lab, reason):
    cluster = Cluster(lab)
    for node, keys in zip(lab.nodes, REFUSED[reason]):
        cluster.daemon(node, instance=False)
        cluster[node].configure(heartbeat(lab), cluster.vrrp_instance(node, "heartbeat lan", **keys))
        cluster[node].start()
        cluster["node-a"].wait_state("active")
    cluster.wait_up()
    backup = cluster["node-b"]
    wait_until(lambda: f"arrive and are refused here ({reason})" in backup.explain()["said"],
               lambda: backup.explain())
    assert not any(text in backup.explain()["said"] for text in ("do not arrive here", "are received"))
    wait_until(lambda: f"its adverts are refused here ({reason})" in backup.vrrp()["reason"],
               lambda: f"that is why it holds: {backup.vrrp()}")


@pytest.mark.parametrize("reason", REFUSED)
def test_refused_adverts_without_heartbeats(lab, reason):
    first, second = (Xbeatd(lab, node, instance("VI_1", "state BACKUP", "nopreempt", priority=priority, **keys))
                     for node, priority, keys in zip(lab.nodes, (150, 1), REFUSED[reason]))
    first.start_active()
    second.start()
    wait_until(lambda: reason in second.explain()["said"], lambda: second.explain())
    explained = second.explain()
    assert explained["state"] == "backup", "its timer of 3 s has not expired"
    assert "No adverts from an Active are received" not in explained["said"]
