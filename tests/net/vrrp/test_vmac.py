# SPDX-License-Identifier: GPL-2.0-or-later
"""use_vmac in a running daemon: the interface's life, and which interface advertises and
answers."""

import time

import pytest

from tests.support.configuration import VIP, instance
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, OTHER = "node-a", "node-b"
MAC4, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:33"
VIRTUAL_MACS = "00:00:5e:00"
FIRST6, VIP6 = "fe80::100", "fd77::100"
SILENCE_SECONDS = 1.2  # reports of groups are repeated within a second


def both_families(priority=200, use_vmac=True, **keys):
    keys = {"priority": priority, "use_vmac": use_vmac, **keys}
    return instance(**keys) + instance("VI_6", vips=[f"{FIRST6}/64", f"{VIP6}/64"], **keys)


@pytest.fixture
def router(lab):
    made = Xbeatd(lab, NODE, both_families()).start_active()
    made.wait_state("active", "VI_6")
    return made


def advert_macs(lab, node=NODE):
    """Adverts of the two families."""
    with Watch(lab, node) as watch:
        wait_until(lambda: watch.families() == {4, 6}, "adverts of both families")
        return {advert.family: advert.mac for advert in watch.adverts(sent=True)}


def neighbour_mac(lab, address):
    lab.run("client", "ip", "neighbour", "flush", "to", address)
    lab.ping("client", address)
    return lab.run("client", "ip", "neighbour", "show", "to", address).stdout


def test_adverts_and_clients_use_the_virtual_mac(lab, router):
    assert [router.link(name)["address"] for name in ("vrrp.51", "vrrp6.51")] == [MAC4, MAC6]
    assert advert_macs(lab) == {4: MAC4, 6: MAC6}
    assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)
    assert "was not sent" not in router.process.output(), "the first one, too"
    assert VIP in router.addresses("vrrp.51") and VIP not in router.addresses("eth0")
    assert router.vrrp()["virtual_mac_interface"] == "vrrp.51"
    assert router.stop() == 0
    assert not router.has_link("vrrp.51") and not router.has_link("vrrp6.51")


def test_reloads_add_and_remove_it(lab, router):
    base = lab.mac(NODE)
    router.reload(both_families(vmac_xmit_base=True))
    router.wait_state("active")
    router.wait_state("active", "VI_6")
    assert advert_macs(lab) == {4: base, 6: base}
    assert MAC4 in neighbour_mac(lab, VIP)
    router.reload(both_families(use_vmac=None))
    router.wait_state("active")
    router.wait_state("active", "VI_6")
    assert not router.has_link("vrrp.51") and not router.has_link("vrrp6.51")
    assert {VIP, VIP6} < set(router.addresses())
    assert base in neighbour_mac(lab, VIP)


def test_killed_daemons_interface_is_taken_over(lab, router):
    before = [router.link(name)["ifindex"] for name in ("vrrp.51", "vrrp6.51")]
    router.kill()
    assert router.has_link("vrrp.51")
    router.start_active()
    router.wait_state("active", "VI_6")
    assert [router.link(name)["ifindex"] for name in ("vrrp.51", "vrrp6.51")] == before
    assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)


def test_deleted_interface_is_made_again(lab, router):
    router.ip("link", "delete", "vrrp.51")
    router.ip("link", "delete", "vrrp6.51")
    wait_until(lambda: router.has_link("vrrp.51") and router.has_link("vrrp6.51"), "created again")
    router.wait_address(VIP, "vrrp.51")
    router.wait_address(VIP6, "vrrp6.51")
    assert advert_macs(lab) == {4: MAC4, 6: MAC6}
    assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)
    assert [router.changes(name)[1:] for name in ("VI_1", "VI_6")] == [[("backup", "active")]] * 2
    said = {event["subject"]: event["to"] for event in router.events()
            if event["kind"] == "interface"}
    assert said == {"vrrp.51": "restored", "vrrp6.51": "restored"}


def test_backup_is_silent(lab, router):
    """From its start on, and after it has been Active."""
    with Watch(lab, OTHER) as watch:
        backup = Xbeatd(lab, OTHER, both_families(priority=100)).start()
        time.sleep(SILENCE_SECONDS)
        assert watch.count_sent_from(VIRTUAL_MACS) == 0
        router.ctl("drain", "--force")
        for name in ("VI_1", "VI_6"):
            backup.wait_state("active", name)
        wait_until(lambda: MAC4 in neighbour_mac(lab, VIP), "the other one answers")
        router.ctl("resume")
        for name in ("VI_1", "VI_6"):
            backup.wait_state("backup", name)
        watch.forget()
        time.sleep(SILENCE_SECONDS)
        assert watch.count_sent_from(VIRTUAL_MACS) == 0
    assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)


def test_an_interface_set_down_is_set_up_again(lab, router):
    for name in ("vrrp.51", "vrrp6.51"):
        router.ip("link", "set", name, "down")
    router.wait_address(VIP6, "vrrp6.51")
    wait_until(lambda: advert_macs(lab) == {4: MAC4, 6: MAC6}, "both advertise")
    assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)
