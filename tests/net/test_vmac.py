# SPDX-License-Identifier: GPL-2.0-or-later
"""use_vmac in a running daemon: the interface's life, who advertises and answers from it."""

import time

import pytest

from tests.support.capture import Capture
from tests.support.cluster import VIP
from tests.support.laboratory import wait_until
from tests.support.router import Router, instance

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, OTHER = "node-a", "node-b"
MAC4, MAC6 = "00:00:5e:00:01:33", "00:00:5e:00:02:33"
FIRST6, VIP6 = "fe80::100", "fd77::100"
SILENCE_SECONDS = 1.2  # reports of groups are repeated within a second


def both_families(priority=200, flags=("use_vmac",), **keys):
    return (instance([f"{VIP}/24"], priority=priority, flags=flags, **keys)
            + instance([f"{FIRST6}/64", f"{VIP6}/64"], name="VI_6", priority=priority, flags=flags,
                       **keys))


@pytest.fixture
def router(lab):
    made = Router(lab, NODE, both_families()).start_active()
    made.wait("VI_6", "active")
    return made


def advert_macs(lab, node=NODE):
    """Of the two families."""
    with Capture(lab, node) as capture:
        wait_until(lambda: {frame.type for _, frame in capture.adverts()} == {0x800, 0x86dd}, 3,
                   "adverts of both families")
        return {frame.type: frame.src for _, frame in capture.adverts()}


def neighbour_mac(lab, address):
    lab.run("client", "ip", "neighbour", "flush", "to", address)
    lab.run("client", "ping", "-c", "1", "-W", "1", address)
    return lab.run("client", "ip", "neighbour", "show", "to", address).stdout


def test_adverts_and_clients_use_the_virtual_mac(lab, router):
    assert [router.link(name)["address"] for name in ("vrrp.51", "vrrp6.51")] == [MAC4, MAC6]
    assert advert_macs(lab) == {0x800: MAC4, 0x86dd: MAC6}
    assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)
    assert "was not sent" not in router.process.output(), "the first one, too"
    assert VIP in router.addresses("vrrp.51") and VIP not in router.addresses("eth0")
    assert router.vrrp()["virtual_mac_interface"] == "vrrp.51"
    assert router.stop() == 0
    assert not router.has_link("vrrp.51") and not router.has_link("vrrp6.51")


def test_reloads_add_and_remove_it(lab, router):
    base = router.link()["address"]
    router.reload(both_families(flags=("use_vmac", "vmac_xmit_base")))
    router.wait("VI_1", "active")
    router.wait("VI_6", "active")
    assert advert_macs(lab) == {0x800: base, 0x86dd: base}
    assert MAC4 in neighbour_mac(lab, VIP)
    router.reload(both_families(flags=()))
    router.wait("VI_1", "active")
    router.wait("VI_6", "active")
    assert not router.has_link("vrrp.51") and not router.has_link("vrrp6.51")
    assert {VIP, VIP6} < set(router.addresses())
    assert base in neighbour_mac(lab, VIP)


def test_killed_daemons_interface_is_taken_over(lab, router):
    before = [router.link(name)["ifindex"] for name in ("vrrp.51", "vrrp6.51")]
    router.kill()
    assert router.has_link("vrrp.51")
    router.start_active()
    router.wait("VI_6", "active")
    assert [router.link(name)["ifindex"] for name in ("vrrp.51", "vrrp6.51")] == before
    assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)


def test_deleted_interface_is_made_again(lab, router):
    router.ip("link", "delete", "vrrp.51")
    router.ip("link", "delete", "vrrp6.51")
    wait_until(lambda: router.has_link("vrrp.51") and router.has_link("vrrp6.51"), 3, "made again")
    router.wait_address(VIP, "vrrp.51")
    router.wait_address(VIP6, "vrrp6.51")
    assert advert_macs(lab) == {0x800: MAC4, 0x86dd: MAC6}
    assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)
    assert [router.changes(name)[1:] for name in ("VI_1", "VI_6")] == [[("backup", "active")]] * 2
    said = {event["subject"]: event["to"] for event in router.events()
            if event["kind"] == "interface"}
    assert said == {"vrrp.51": "restored", "vrrp6.51": "restored"}


def test_backup_is_silent(lab, router):
    """From its start on, and after it has been Active."""
    with Capture(lab, OTHER) as capture:
        backup = Router(lab, OTHER, both_families(priority=100)).start()
        time.sleep(SILENCE_SECONDS)
        assert not [frame for _, frame in capture.frames() if frame.src in (MAC4, MAC6)]
        router.ctl("drain")
        for name in ("VI_1", "VI_6"):
            backup.wait(name, "active")
        wait_until(lambda: MAC4 in neighbour_mac(lab, VIP), 2, "the other one answers")
        router.ctl("resume")
        for name in ("VI_1", "VI_6"):
            backup.wait(name, "backup")
        capture.forget()
        time.sleep(SILENCE_SECONDS)
        assert not [frame for _, frame in capture.frames() if frame.src in (MAC4, MAC6)]
    assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)
