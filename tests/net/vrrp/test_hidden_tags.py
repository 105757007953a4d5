# SPDX-License-Identifier: GPL-2.0-or-later
"""VLAN tags that are removed before the XDP program runs: a veth passes the tag beside the packet. An
advert of a VLAN counts for no instance of the interface under it."""

import contextlib
import json
import time

import pytest

from tests.support.advert import Forger
from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import BUILD, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
ACTIVE, BACKUP = "node-a", "node-b"
PUSH_VLAN, ACCEPT_ALL = "tc", "classifier"  # sections of tests/tools/tc_filters.bpf.c
STRANGERS = ["10.77.0.66", "192.0.2.66"]  # of the same network, and of another


def tc(lab, node, *words, check=True):
    return lab.run(node, "tc", *words, check=check).stdout


def filters(lab, node, side="ingress"):
    """Name and priority of the BPF filters of eth0."""
    shown = json.loads(tc(lab, node, "-j", "filter", "show", "dev", "eth0", side) or "[]")
    return [(entry["options"]["bpf_name"].partition(":")[0], entry["pref"])
            for entry in shown if entry["kind"] == "bpf" and "options" in entry]


def has_qdisc(lab, node):
    return "clsact" in tc(lab, node, "qdisc", "show", "dev", "eth0")


def vlan_tags(router):
    return next(entry["vlan_tags"] for entry in router.json("status")["interfaces"]
                if entry["name"] == "eth0")


@pytest.fixture
def active(lab):
    return Xbeatd(lab, ACTIVE, instance(priority=100)).start_active()


def add_filter(lab, member, side, section, *options):
    tc(lab, member, "filter", "add", "dev", "eth0", side, *options, "bpf", "direct-action",
       "object-file", BUILD / "tools" / "tc_filters.bpf.o", "section", section)


@contextlib.contextmanager
def tagged(lab, member="client"):
    """Its adverts go to VLAN 7."""
    tc(lab, member, "qdisc", "add", "dev", "eth0", "clsact")
    add_filter(lab, member, "egress", PUSH_VLAN)
    yield
    tc(lab, member, "qdisc", "del", "dev", "eth0", "clsact")


def send_for_a_while(forger, source):
    for _ in range(25):
        forger.send(source, priority=254)
        time.sleep(0.02)


@pytest.mark.parametrize("stranger", STRANGERS)
def test_strangers_vlan_moves_nothing(lab, active, stranger):
    transitions = active.vrrp()["transitions"]
    with Forger(lab) as forger:
        with tagged(lab):
            send_for_a_while(forger, stranger)
            for _ in range(3):
                assert lab.run("client", "ping", "-c", "1", "-W", "1", VIP).returncode == 0
        assert (active.state(), active.vrrp()["transitions"]) == ("active", transitions)
        # The same without the tag.
        forger.send(stranger, priority=254)
        active.wait_state("backup")


def test_keepalived_is_not_moved_either(lab):
    """The same adverts, and what the stack makes of them."""
    keepalived = Keepalived(lab, ACTIVE, instance(priority=100)).start()
    lab.wait_holders(VIP, [ACTIVE])
    with Forger(lab) as forger:
        with tagged(lab):
            send_for_a_while(forger, STRANGERS[0])
        assert lab.holders(VIP) == [ACTIVE]
        forger.send(STRANGERS[0], priority=254)
        lab.wait_holders(VIP, [])
    keepalived.stop()


def test_filter_outlives_the_daemon(lab, active):
    assert vlan_tags(active) == "tc"
    assert filters(lab, ACTIVE) == [("xbeat_tc", 1)]
    active.kill()
    assert filters(lab, ACTIVE) == [("xbeat_tc", 1)]
    active.start_active()
    assert filters(lab, ACTIVE) == [("xbeat_tc", 1)]
    assert active.stop() == 0
    assert not has_qdisc(lab, ACTIVE)


@pytest.mark.laboratory(nodes=1, links=2)
def test_interface_that_the_next_daemon_does_not_use(lab, active):
    active.kill()
    active.configure(instance(interface="eth1", vips=["10.77.1.100/24"])).start()
    assert not has_qdisc(lab, ACTIVE)
    # The kernel ends a link after its last pin, when an RCU grace period has passed.
    wait_until(lambda: not lab.has_program(ACTIVE), "the program is off eth0")


@pytest.mark.parametrize("side", ["ingress", "egress", None])
def test_qdisc_of_others_stays(lab, side):
    tc(lab, ACTIVE, "qdisc", "add", "dev", "eth0", "clsact")
    if side:
        add_filter(lab, ACTIVE, side, PUSH_VLAN)
    others = filters(lab, ACTIVE, side or "ingress")
    active = Xbeatd(lab, ACTIVE, instance()).start_active()
    assert ("xbeat_tc", 1) in filters(lab, ACTIVE)
    active.kill()
    active.start_active()
    assert active.stop() == 0
    assert has_qdisc(lab, ACTIVE)
    assert filters(lab, ACTIVE, side or "ingress") == others


def test_qdisc_that_others_use_stays(lab, active):
    add_filter(lab, ACTIVE, "egress", PUSH_VLAN)
    assert active.stop() == 0
    assert filters(lab, ACTIVE) == []
    assert len(filters(lab, ACTIVE, "egress")) == 1


def filter_events(router):
    return [event for event in router.events() if event["kind"] == "filter"]


def hears_active(backup):
    """Waits for adverts that count from now on."""
    before = backup.vrrp()["adverts"]["received"]
    wait_until(lambda: backup.vrrp()["adverts"]["received"] > before + 10, "adverts count")


def test_filter_of_others_that_decides_first(lab, active):
    """The tc program gets nothing then: the interface's networks decide."""
    backup = Xbeatd(lab, BACKUP, instance(priority=90)).start()
    backup.wait_state("backup")
    transitions = backup.vrrp()["transitions"]
    add_filter(lab, BACKUP, "ingress", ACCEPT_ALL, "pref", "1")
    hears_active(backup)
    with Forger(lab) as forger, tagged(lab):
        send_for_a_while(forger, STRANGERS[1])
    assert backup.drops("vrrp_unknown_vlan") >= 20
    assert [event["to"] for event in filter_events(backup)] == ["bypassed"]
    tc(lab, BACKUP, "qdisc", "del", "dev", "eth0", "clsact")
    hears_active(backup)
    assert (backup.state(), backup.vrrp()["transitions"]) == ("backup", transitions)
    assert active.state() == "active"


@pytest.mark.parametrize("removed", [["qdisc", "del", "dev", "eth0", "clsact"],
                                     ["filter", "del", "dev", "eth0", "ingress"]], ids=["qdisc", "filter"])
def test_removed_filter_comes_back(lab, active, removed):
    """Meanwhile the Active is heard: not one Backup takes over."""
    backup = Xbeatd(lab, BACKUP, instance(priority=90)).start()
    backup.wait_state("backup")
    moment = lab.moment(lambda: tc(lab, BACKUP, *removed))
    wait_until(lambda: filters(lab, BACKUP), "the filter is there again")
    event, = wait_until(lambda: filter_events(backup), "the removal is reported")
    assert (event["subject"], event["from"], event["to"]) == ("eth0", "removed", "attached")
    assert moment.least_ms(event) < 1000
    tc(lab, BACKUP, *removed)
    wait_until(lambda: filters(lab, BACKUP), "the filter is there again")
    hears_active(backup)
    assert len(filter_events(backup)) == 1, "the second is not reported again so soon"
    assert backup.changes() == [("initialize", "backup")]
    assert backup.stop() == 0
    # It was xbeat that made it, also if only the filter was removed.
    assert not has_qdisc(lab, BACKUP)


def test_more_networks_than_fit(lab):
    """Adverts count all the same while the tc program has them."""
    batch = lab.write("batch", "".join(f"address add 10.{64 + i // 256}.{i % 256}.1/24 dev eth0\n"
                                       for i in range(1100)))
    lab.run(BACKUP, "ip", "-batch", batch)
    backup = Xbeatd(lab, BACKUP, instance(priority=90)).start_active()
    line, = [line for line in backup.process.output().splitlines() if " networks " in line]
    assert "only 1024 of the 110" in line, line
    assert len(backup.map("xb_networks")) == 1024


def test_kernel_that_refuses_the_filter(lab, active):
    """A qdisc whose filters are shared by interfaces takes none for one interface."""
    tc(lab, BACKUP, "qdisc", "add", "dev", "eth0", "ingress_block", "1", "clsact")
    backup = Xbeatd(lab, BACKUP, instance(priority=90)).start()
    backup.wait_state("backup")
    assert vlan_tags(backup) == "unknown"
    assert "VLAN tags are unknown" in backup.text("status")
    assert backup.process.output().count("cannot be attached") == 1
    hears_active(backup)
    with Forger(lab) as forger, tagged(lab):
        send_for_a_while(forger, STRANGERS[1])
    assert backup.drops("vrrp_unknown_vlan") >= 20
    tc(lab, BACKUP, "qdisc", "del", "dev", "eth0", "clsact")
    wait_until(lambda: vlan_tags(backup) == "tc", "it is attached now")
    hears_active(backup)
    assert backup.changes() == [("initialize", "backup")]
    assert active.state() == "active"


@pytest.mark.laboratory(nodes=2, ends="plain")
def test_adverts_reach_tc_in_generic_mode(lab):
    """Packets that generic XDP has copied for a program that takes fragments look different there."""
    cluster = Cluster(lab, Settings(multiplier=20)).start_active()
    backup = cluster["node-b"]
    wait_until(lambda: [event for event in backup.events()
                        if event["kind"] == "mode" and event["to"] == "generic"], "generic mode")
    untaken = backup.map("xb_vlan")[0]["untaken_count"]
    received = backup.vrrp()["adverts"]["received"]
    wait_until(lambda: backup.vrrp()["adverts"]["received"] > received + 3, "adverts arrive")
    assert backup.map("xb_vlan")[0]["untaken_count"] == untaken
