# SPDX-License-Identifier: GPL-2.0-or-later
"""What xbeatd did not add it does not remove: addresses that the node has by itself."""

import pytest

from tests.support.configuration import VIP, block, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
VIP6 = "fd77::100"
QUICK = {"advert_int": "0.1"}
# The node's own, the virtual one, and what eth0 has of this address while Active.
OWN = {
    "another prefix length": (f"{VIP}/24", f"{VIP}/32", {24, 32}),
    "IPv6, another prefix length": (f"{VIP6}/64", f"{VIP6}/128", {64}),
}


def lengths(router, address):
    """The prefix lengths with which eth0 has the address."""
    return {entry["prefixlen"] for entry in router.address_entries() if entry["local"] == address}


def configured(*vips, name="VI_1", **keys):
    return instance(name, vips=["fe80::100/64", *vips] if ":" in vips[0] else vips, **keys)


@pytest.mark.parametrize("case", OWN)
def test_own_address_stays(lab, case):
    own, virtual, while_active = OWN[case]
    address, length = own.split("/")
    router = Xbeatd(lab, NODE, configured(virtual))
    router.ip("address", "add", own, "dev", "eth0", *["nodad"] * (":" in own))
    router.start_active()
    assert lengths(router, address) == while_active
    assert "left by an earlier daemon" not in router.process.output()
    assert f"{address} is this node's own address and is not guarded" in router.process.output()
    assert router.stop() == 0
    assert lengths(router, address) == {int(length)}


@pytest.mark.parametrize("vip", [f"{VIP}/24", f"{VIP6}/64"])
def test_address_that_the_operator_added_again_is_the_nodes_own(lab, vip):
    """Until it is removed: an Active has its addresses."""
    address, length = vip.split("/")
    router = Xbeatd(lab, NODE, configured(vip)).start_active()
    nodad = " nodad" * (":" in vip)
    router.batch(f"address delete {vip} dev eth0", f"address add {vip} dev eth0{nodad}")
    wait_until(lambda: f"{address} is this node's own address" in router.process.output(),
               "it is no longer the daemon's")
    assert router.state() == "active"
    router.ctl("drain", "--force")
    router.wait_state("initialize")
    assert lengths(router, address) == {int(length)}
    router.ctl("resume")
    router.wait_state("active")
    router.ip("address", "delete", vip, "dev", "eth0")
    router.wait_address(address)
    assert router.stop() == 0
    assert not lengths(router, address), "the daemon added it"


@pytest.mark.parametrize("vip", [f"{VIP}/24", f"{VIP6}/64"])
def test_what_is_there_as_configured_was_left(lab, vip):
    """As in keepalived 2.2.7: a keepalived that was killed may have left it, and a Backup must not
    answer for it."""
    address, length = vip.split("/")
    router = Xbeatd(lab, NODE, configured(vip, advert_int=1))
    router.ip("address", "add", vip, "dev", "eth0", *["nodad"] * (":" in vip))
    router.start()
    assert router.state() == "backup" and not lengths(router, address)
    wrote = router.process.output()
    assert f"removed {vip}, which was there at the start without xbeatd's mark" in wrote
    assert "left by an earlier daemon" not in wrote, "no xbeatd ran before"
    router.wait_state("active")
    assert lengths(router, address) == {int(length)}
    assert router.stop() == 0
    assert not lengths(router, address)


def test_reload_to_another_prefix_length(lab):
    router = Xbeatd(lab, NODE, configured(f"{VIP}/32"))
    router.ip("address", "add", f"{VIP}/24", "dev", "eth0")
    router.start_active()
    router.reload(configured(f"{VIP}/28"))
    assert router.state() == "active" and lengths(router, VIP) == {24, 28}
    router.reload(configured(f"{VIP}/24"))
    assert lengths(router, VIP) == {24}
    router.reload(configured("10.77.0.101/24"))
    assert lengths(router, VIP) == {24}


@pytest.mark.parametrize("family", [4, 6])
def test_killed_daemon_leaves_what_the_next_one_knows(lab, family):
    """Whatever the configuration is now: the mark is at the address."""
    address, length = (VIP, 32) if family == 4 else (VIP6, 128)
    more = [f"10.77.1.{i}/32" if family == 4 else f"fd77:1::{i:x}/128" for i in range(1, 70)]
    router = Xbeatd(lab, NODE, configured(f"{address}/{length}", *more))
    router.ip("address", "add", "10.77.0.90/24", "dev", "eth0")
    router.start_active()
    router.kill()
    assert lengths(router, address) == {length}
    other = configured("10.77.0.90/32", f"{VIP}/28") if family == 4 else configured(f"{VIP6}/64")
    router.configure(block("global_defs", "vrrp_startup_delay 1"), other)
    router.start()
    assert not lengths(router, address), "the earlier daemon added it"
    assert "10.77.0.90" in router.addresses(), "no daemon added it"
    router.wait_state("active")
    assert router.stop() == 0
    assert not lengths(router, address) and "10.77.0.90" in router.addresses()


def test_more_addresses_than_bits_are_removed_after_a_restart(lab):
    vips = [f"10.77.1.{i}/32" for i in range(1, 80)]
    router = Xbeatd(lab, NODE, configured(*vips)).start_active()
    router.kill()
    router.start_active()
    assert router.stop() == 0
    assert not [address for address in router.addresses() if address.startswith("10.77.1.")]


def test_static_address_that_was_there(lab):
    static = block("static_ipaddress", "10.77.0.120/24 dev eth0", "10.77.0.121/24 dev eth0")
    router = Xbeatd(lab, NODE, static, configured(f"{VIP}/24"))
    router.ip("address", "add", "10.77.0.120/24", "dev", "eth0")
    router.start_active()
    assert {"10.77.0.120", "10.77.0.121"} < set(router.addresses())
    assert router.stop() == 0
    assert "10.77.0.120" in router.addresses() and "10.77.0.121" not in router.addresses()
