# SPDX-License-Identifier: GPL-2.0-or-later
"""The cases of RFC 3768, 5798 and 9568 that implementations often get wrong, as seen on the wire,
one after the other: xbeatd on node-a, keepalived on node-b or adverts made by hand.
tests/unit/core/vrrp/test_rfc_cases.c tests the same in the state machine.
tests/interop/test_roles.py compares both programs' adverts, and tests priority 0 and the virtual
MAC for every kind of router."""

import json
import time

import pytest

from tests.support.advert import Forger
from tests.support.configuration import VIP, VRID, instance, sync_group
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.watch import Watch, seconds_between
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2, links=2)
SECOND = {"version": 2, "advert_int": 1}
PASSWORD = {"authentication": ["auth_type PASS", "auth_pass 12345"]}
OTHER_VIP = "10.77.0.101"
VIRTUAL_MACS = "00:00:5e:00"


@pytest.fixture
def watch(lab):
    with Watch(lab, "node-a") as opened:
        yield opened


@pytest.fixture
def forger(lab):
    with Forger(lab) as opened:
        yield opened


def xbeatd(lab, *instances):
    return Xbeatd(lab, "node-a", *instances).start()


def keepalived(lab, *instances):
    return Keepalived(lab, "node-b", *instances).start()


def follows(daemon, name="A"):
    """The address of the Active that an instance has heard."""
    return daemon.vrrp(name).get("active_address")


def silence_before(lab, watch, vrid):
    """Returns the last advert of node-b and the first of node-a after it."""
    ours, theirs = lab.address("node-a"), lab.address("node-b")
    last = watch.adverts(source=theirs, vrid=vrid)[-1]
    return last, watch.wait_advert(source=ours, vrid=vrid, since_ns=last.time_ns)


def are_apart(watch, adverts, seconds):
    return seconds_between(*adverts) > seconds - 0.1 and watch.least_s(*adverts) < seconds + 0.1


def test_rfc_case_01_active_down_timer_has_the_skew_of_its_version(lab, watch):
    daemon = xbeat_follows(lab, instance("A", vips=[VIP], **SECOND),
                           instance("B", vips=[OTHER_VIP], vrid=52))
    lab.cut("node-b")
    for name in ("A", "B"):
        daemon.wait_state("active", name)
    assert are_apart(watch, silence_before(lab, watch, 51), 3 + 156 / 256)
    assert are_apart(watch, silence_before(lab, watch, 52), 0.3 + 0.1 * 156 / 256)


def xbeat_follows(lab, *instances):
    """keepalived is the owner, xbeatd its Backup with priority 100. Returns xbeatd."""
    keepalived(lab, *(text.replace("priority 100", "priority 255") for text in instances))
    daemon = xbeatd(lab, *instances)
    wait_until(lambda: all("active_address" in entry for entry in daemon.json("vrrp")),
               "all instances have heard the Active")
    return daemon


def test_rfc_case_02_version_3_learns_the_interval_and_returns_to_its_own(lab, watch):
    keepalived(lab, instance("A", vips=[VIP], priority=255))
    daemon = xbeatd(lab, instance("A", vips=[VIP], advert_int=1))
    wait_until(lambda: follows(daemon), "the Active is heard")
    lab.cut("node-b")
    daemon.wait_state("active", "A")
    assert watch.least_s(*silence_before(lab, watch, VRID)) < 0.5
    adverts = wait_until(lambda: watch.adverts(source=lab.address("node-a"))[1:][:1] and
                         watch.adverts(source=lab.address("node-a"))[:2], "two adverts")
    assert adverts[0].interval_cs == 100
    assert are_apart(watch, adverts, 1)


def test_rfc_case_02_version_2_with_another_interval_is_dropped(lab):
    keepalived(lab, instance("A", vips=[VIP], **{**SECOND, "advert_int": 2}, priority=255))
    daemon = xbeatd(lab, instance("A", vips=[VIP], **SECOND))
    wait_until(lambda: daemon.json("drops")["vrrp_bad_interval"], "the drop is counted")
    assert follows(daemon) != lab.address("node-b")


def test_rfc_case_03_fault_is_announced_by_priority_zero(lab, watch):
    keepalived(lab, instance("A", vips=[VIP]))
    daemon = xbeatd(lab, instance("A", vips=[VIP], priority=150, track_interface=["eth1"]))
    lab.wait_holders(VIP, ["node-a"])
    lab.run("node-a", "ip", "link", "set", "eth1", "down")
    released = watch.wait_advert(source=lab.address("node-a"), priority=0)
    follower = watch.wait_advert(source=lab.address("node-b"), since_ns=released.time_ns)
    assert watch.least_s(released, follower) < 0.2
    assert daemon.vrrp("A")["state"] == "initialize"


def test_rfc_case_03_the_active_answers_priority_zero_at_once(lab, watch, forger):
    assert answer_to(lab, watch, forger, priority=0) < 0.05


def answer_to(lab, watch, forger, **fields):
    """Returns the seconds after which an Active with adverts of 10 s answers a forged advert."""
    xbeatd(lab, instance("A", vips=[VIP], priority=255, advert_int=10))
    watch.wait_advert(source=lab.address("node-a"))
    time.sleep(0.2)
    forger.send(interval_cs=1000, **fields)
    asked = watch.wait_advert(source=forger.source)
    return watch.least_s(asked, watch.wait_advert(source=lab.address("node-a"), since_ns=asked.time_ns))


def split_and_heal(lab, ours, theirs, priority):
    """Two nodes with the same priority are Active; then each hears the other."""
    Xbeatd(lab, ours, instance("A", vips=[VIP], priority=priority)).start()
    Keepalived(lab, theirs, instance("A", vips=[VIP], priority=priority)).start()
    wait_until(lambda: any(VIP in lab.addresses(node) for node in lab.nodes), "one is Active")
    lab.cut("node-b")
    lab.wait_holders(VIP, ["node-a", "node-b"])
    lab.heal("node-b")


@pytest.mark.parametrize("ours,theirs", [("node-a", "node-b"), ("node-b", "node-a")])
def test_rfc_case_04_equal_priority_yields_to_the_higher_address(lab, ours, theirs):
    split_and_heal(lab, ours, theirs, 100)
    lab.wait_holders(VIP, ["node-b"])


def test_rfc_case_05_an_owner_is_active_at_once(lab, watch):
    keepalived(lab, instance("A", vips=[VIP], priority=254))
    watch.wait_advert(source=lab.address("node-b"))
    daemon = xbeatd(lab, instance("A", vips=[VIP], priority=255, advert_int=1))
    assert daemon.vrrp("A")["state"] == "active"
    lab.wait_holders(VIP, ["node-a"])


def test_rfc_case_05_of_two_owners_one_stays(lab):
    """The higher address stays Active, unless keepalived hears the other owner first: it then
    lowers its priority to 254."""
    split_and_heal(lab, "node-a", "node-b", 255)
    wait_until(lambda: len(lab.holders(VIP)) == 1, "one of them is Active")
    time.sleep(0.5)
    assert len(lab.holders(VIP)) == 1


def test_rfc_case_06_a_lower_advert_is_answered_at_once(lab, watch, forger):
    assert answer_to(lab, watch, forger, priority=1) < 0.05


# The fault of an advert, and the drop reason that counts it.
BAD_ADVERTS = [
    ({"ttl": 254}, "vrrp_bad_ttl"),
    ({"version": 2}, "vrrp_bad_version"),
    ({"type": 2}, "vrrp_bad_type"),
    ({"count": 2}, "vrrp_bad_length"),
    ({"count": 2, "bytes_min": 60}, "vrrp_bad_length"),
    ({"count": 0, "addresses": ()}, "vrrp_bad_length"),
    ({"checksum_kind": "bad"}, "vrrp_bad_checksum"),
    ({"interval_cs": 0}, "vrrp_bad_interval"),
    ({"source": "224.0.0.1"}, "vrrp_bad_source"),
    ({"vrid": 52, "version": 2, "interval_cs": 100}, "vrrp_bad_password"),
    ({"vrid": 52, "version": 2, "interval_cs": 100, "authentication": b"\x0112346\0\0\0"},
     "vrrp_bad_password"),
    ({"vrid": 52, "version": 2, "interval_cs": 200, "authentication": b"\x0112345\0\0\0"},
     "vrrp_bad_interval"),
    ({"vrid": 53, "ttl": 63}, "vrrp_bad_destination"),
]
GOOD_ADVERTS = [
    ({"bytes_min": 60}, "A"),
    ({"vrid": 52, "version": 2, "interval_cs": 100, "authentication": b"\x0112345\0\0\0"}, "B"),
]


def test_rfc_case_07_what_is_wrong_is_counted_and_ignored(lab, forger):
    daemon = xbeatd(lab, instance("A", vips=[VIP]),
                    instance("B", vips=[OTHER_VIP], vrid=52, **SECOND, **PASSWORD),
                    instance("C", vips=["10.77.0.102"], vrid=53, unicast_ttl=255,
                             unicast_src_ip=lab.address("node-a"),
                             unicast_peer=[f"{lab.address('client')} min_ttl 64 max_ttl 200"]))
    for name in ("A", "B", "C"):
        daemon.wait_state("active", name)
    to_node = {"vrid": 53, "destination": lab.address("node-a"), "mac": lab.mac("node-a")}
    bad = [*BAD_ADVERTS, ({**to_node, "ttl": 63}, "vrrp_bad_ttl"), ({**to_node, "ttl": 201}, "vrrp_bad_ttl"),
           ({**to_node, "source": lab.address("node-b"), "ttl": 64}, "vrrp_bad_source")]
    for fields, reason in bad:
        before = daemon.json("drops")
        forger.send(**fields)
        wait_until(lambda: daemon.json("drops") == {**before, reason: before[reason] + 1},
                   f"{fields} is counted as {reason}")
    before = daemon.json("drops")
    forger.send(vrid=0)
    assert {entry["state"] for entry in daemon.json("vrrp")} == {"active"}
    for fields, name in [*GOOD_ADVERTS, ({**to_node, "ttl": 64}, "C")]:
        forger.send(**fields)
        daemon.wait_state("backup", name)
    assert daemon.json("drops") == before


def test_rfc_case_08_checksums_are_sent_as_the_peers_send_them(lab, watch, forger):
    """Tested after each kind of advert; a daemon that has heard none sends keepalived's kind."""
    daemon = xbeatd(lab, instance("A", vips=[VIP], advert_int=0.1))
    ours = lab.address("node-a")
    assert watch.wait_advert(source=ours).checksum == "pseudo"
    for kind in ("plain", "pseudo"):
        forger.send(checksum_kind=kind)
        daemon.wait_state("backup", "A")
        daemon.wait_state("active", "A")
        assert watch.adverts(source=ours)[-1].checksum == kind


def test_rfc_case_09_another_address_list_makes_no_second_active(lab, watch):
    """As during a rollout: keepalived has the new file already."""
    keepalived(lab, instance("A", vips=[VIP, OTHER_VIP], priority=150))
    lab.wait_holders(VIP, ["node-b"])
    daemon = xbeatd(lab, instance("A", vips=[VIP]))
    wait_until(lambda: daemon.vrrp("A")["adverts"]["received"] > 10, "adverts are heard")
    assert daemon.vrrp("A")["state"] == "backup"
    assert not watch.adverts(source=lab.address("node-a"))


def test_rfc_case_09_a_rolling_change_between_ours(lab, watch):
    """First the Backup's file changes, then the Active's; no other node ever advertises."""
    daemons = {node: Xbeatd(lab, node, instance("A", vips=[VIP], priority=priority)).start()
               for node, priority in (("node-a", 150), ("node-b", 100))}
    lab.wait_holders(VIP, ["node-a"])
    changed_ns = time.time_ns()
    for node, priority in (("node-b", 100), ("node-a", 150)):
        daemons[node].reload(instance("A", vips=[VIP, OTHER_VIP], priority=priority))
        time.sleep(0.5)
    lab.wait_holders(OTHER_VIP, ["node-a"])
    assert {advert.source for advert in watch.adverts(changed_ns)} == {lab.address("node-a")}
    assert watch.adverts()[-1].addresses == [VIP, OTHER_VIP]


BOTH_FAMILIES = {"A": [VIP, OTHER_VIP], "B": ["fe80::100", "fd77::100"]}


def both_families(**keys):
    return [instance(name, vips=vips, **keys) for name, vips in BOTH_FAMILIES.items()]


def ask(lab):
    for vips in BOTH_FAMILIES.values():
        lab.ping("client", vips[1])


def test_rfc_case_10_a_backup_sends_nothing_from_the_virtual_mac(lab, watch):
    """Silent although a client asks for the address; it sends only when the Active stops."""
    active = keepalived(lab, *both_families(priority=255, use_vmac=True))
    daemon = xbeatd(lab, *both_families(use_vmac=True))
    wait_until(lambda: follows(daemon, "A") and follows(daemon, "B"), "the Active is heard")
    watch.forget()
    ask(lab)
    assert watch.count_sent_from(VIRTUAL_MACS) == 0
    active.stop()
    for name in BOTH_FAMILIES:
        daemon.wait_state("active", name)
    ask(lab)
    assert watch.count_sent_from(VIRTUAL_MACS) > 0


@pytest.mark.parametrize("keys", [{}, {"use_vmac": True}], ids=["own-mac", "virtual-mac"])
def test_rfc_case_11_the_advert_comes_first(lab, watch, keys):
    """Then gratuitous ARP requests, or NA with the override flag and, from a router, the router
    flag."""
    lab.run("node-a", "sysctl", "-q", "-w", "net.ipv6.conf.all.forwarding=1")
    xbeatd(lab, *both_families(priority=255, **keys))
    for vips, operation, flags in zip(BOTH_FAMILIES.values(), (1, 0), (0, 0xA0)):
        wait_until(lambda: {claim.address for claim in watch.claims()} >= set(vips), "all are announced")
        first = watch.adverts(addresses=vips)[0]
        claims = [claim for claim in watch.claims() if claim.address in vips]
        assert all(claim.time_ns >= first.time_ns for claim in claims)
        assert {(claim.operation, claim.flags, claim.claimed_mac) for claim in claims} == \
            {(operation, flags, first.mac)}


def test_rfc_case_12_link_local_source_and_first_address(lab, watch):
    vips = ["fe80::100", "fd77::100"]
    xbeatd(lab, instance("A", vips=vips, priority=255))
    advert = watch.wait_advert(destination="ff02::12")
    assert advert.source.startswith("fe80::") and advert.addresses == vips
    entries = [entry for link in json.loads(lab.run("node-a", "ip", "-j", "address").stdout)
               for entry in link["addr_info"] if entry.get("local") in vips]
    assert [entry.get("nodad") for entry in entries] == [True, True]


GROUP = sync_group("G", "A", "B")
GROUP_VIPS = {"A": VIP, "B": "10.77.1.100"}


def group_of(priority):
    return (instance("A", vips=[GROUP_VIPS["A"]], priority=priority),
            instance("B", vips=[GROUP_VIPS["B"]], priority=priority, interface="eth1"), GROUP)


def wait_group(lab, node):
    for vip in GROUP_VIPS.values():
        lab.wait_holders(vip, [node])


@pytest.mark.parametrize("active,backup", [("node-a", "node-b"), ("node-b", "node-a")])
def test_rfc_case_13_a_sync_group_moves_as_one(lab, active, backup):
    """One of the Active's two links fails, and recovers."""
    xbeatd(lab, *group_of(150 if active == "node-a" else 100))
    keepalived(lab, *group_of(150 if active == "node-b" else 100))
    wait_group(lab, active)
    lab.cut(active, "eth1", "--carrier")
    wait_group(lab, backup)
    lab.heal(active, "eth1")
    wait_group(lab, active)


def test_rfc_case_14_the_same_vrid_in_both_families_and_on_two_interfaces(lab):
    """Each instance has another Active."""
    texts = {150: [], 100: []}
    vips = {"A": [VIP], "B": ["fe80::100", "fd77::100"], "C": ["10.77.1.100"]}
    for priority, other in ((150, 100), (100, 150)):
        texts[priority] = [instance("A", vips=vips["A"], priority=priority),
                           instance("B", vips=vips["B"], priority=other),
                           instance("C", vips=vips["C"], priority=priority, interface="eth1")]
    daemon = xbeatd(lab, *texts[150])
    keepalived(lab, *texts[100])
    for name, node in (("A", "node-a"), ("B", "node-b"), ("C", "node-a")):
        lab.wait_holders(vips[name][-1], [node])
    assert [daemon.vrrp(name)["state"] for name in "ABC"] == ["active", "backup", "active"]


def test_rfc_case_14_nopreempt_after_a_fault(lab):
    daemon = xbeatd(lab, instance("A", vips=[VIP], priority=150, state="BACKUP", nopreempt=True,
                                  track_interface=["eth1"]))
    lab.wait_holders(VIP, ["node-a"])
    keepalived(lab, instance("A", vips=[VIP]))
    lab.run("node-a", "ip", "link", "set", "eth1", "down")
    lab.wait_holders(VIP, ["node-b"])
    lab.run("node-a", "ip", "link", "set", "eth1", "up")
    daemon.wait_state("backup", "A")
    time.sleep(0.6)
    assert lab.holders(VIP) == ["node-b"]
