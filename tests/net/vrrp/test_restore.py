# SPDX-License-Identifier: GPL-2.0-or-later
"""Another program removes addresses from the Active, or adds them to a Backup."""

import time

import pytest

from tests.support.configuration import VIP, instance
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
VIP6, VIP6_FIRST = "fd77::100", "fe80::100"
RESTORED_MS_MAX = 50


@pytest.fixture
def router(lab):
    routes = ["192.0.2.0/24 via 10.77.0.200 src 10.77.0.100 dev eth0"]
    vips = [f"{VIP}/24", "10.77.0.101/24 no_track"]
    return Xbeatd(lab, NODE, instance(vips=vips, virtual_routes=routes),
                  instance("VI_6", vips=[f"{VIP6_FIRST}/64", f"{VIP6}/64"])).start_active()


def restorations(router, name):
    return [event for event in router.events() if (event["kind"], event["subject"]) == ("address", name)]


@pytest.mark.parametrize("address,length", [(VIP, 24), (VIP6, 64), (VIP6_FIRST, 64)])
def test_removed_address_is_back_at_once(lab, router, address, length):
    router.wait_state("active", "VI_6")
    name = "VI_1" if address == VIP else "VI_6"
    with Watch(lab, NODE) as watch:
        removed = lab.moment(lambda: router.batch(f"address delete {address}/{length} dev eth0"))
        event, = wait_until(lambda: restorations(router, name), "it is restored")
        assert removed.least_ms(event) < RESTORED_MS_MAX, event
        router.wait_address(address)
        wait_until(lambda: watch.claims(address=address), "neighbours are notified")
    assert f"something else removed {address}; it was restored (1 time so far)" in event["reason"]
    assert event["to"] == "restored"
    assert f"Something else removed {address}" in router.explain(name)["said"]
    assert router.vrrp(name)["state"] == "active"
    assert any("192.0.2.0/24" in route for route in router.routes())


def test_address_that_is_not_tracked_is_left_alone(router):
    router.batch("address delete 10.77.0.101/24 dev eth0")
    time.sleep(0.3)
    assert "10.77.0.101" not in router.addresses() and VIP in router.addresses()


def test_all_addresses_flushed(lab, router):
    """Without an address to advertise from, no node is Active; with one, it is Active again."""
    router.ip("address", "flush", "dev", "eth0", check=False)
    wait_until(lambda: "address" in router.obstacles(), "no address to advertise from")
    assert router.vrrp()["state"] == "initialize"
    assert "add one" in router.vrrp()["obstacles"][0]["text"]
    router.wait_address(VIP, there=False)
    router.ip("address", "add", f"{lab.address(NODE)}/24", "dev", "eth0")
    router.wait_state("active")
    assert router.addresses()[:2] == [lab.address(NODE), VIP]
    assert any("192.0.2.0/24" in route for route in router.routes())


def flush(lab, *which):
    """Returns the exit status: 255 after 10 rounds that each found addresses to remove."""
    return lab.run(NODE, "ip", "address", "flush", "dev", "eth0", *which, check=False).returncode


@pytest.mark.parametrize("count", [1, 100])
def test_flush_ends_and_addresses_are_back_after_it(lab, count):
    vips = [f"10.77.1.{i}/24" for i in range(1, count + 1)]
    router = Xbeatd(lab, NODE, instance(vips=vips)).start_active()
    for _ in range(5):
        assert flush(lab, "to", "10.77.1.0/24") == 0
        for vip in vips[0], vips[-1]:
            router.wait_address(vip.split("/")[0])
    assert router.state() == "active" and len(router.activations()) == 1


def test_flush_of_the_unicast_source_ends(lab):
    """As in keepalived, the instance goes on without it."""
    own = f"{lab.address(NODE)}/24"
    router = Xbeatd(lab, NODE, instance(unicast_src_ip=lab.address(NODE),
                                        unicast_peer=["10.77.0.99"])).start_active()
    for _ in range(5):
        assert flush(lab, "scope", "global") == 0
        router.wait_address(VIP)
        router.ip("address", "add", own, "dev", "eth0")
        assert VIP in router.addresses()
    assert router.state() == "active" and len(router.activations()) == 1


def test_backup_does_not_fight_for_or_against_an_address(router):
    """A Backup leaves an address alone that was added by hand."""
    router.ctl("drain", "--force")
    router.wait_state("initialize")
    for state in ("initialize", "backup"):
        router.ip("address", "add", f"{VIP}/24", "dev", "eth0")
        time.sleep(0.2)
        assert VIP in router.addresses() and router.vrrp()["state"] == state
        router.ip("address", "delete", f"{VIP}/24", "dev", "eth0")
        time.sleep(0.2)
        assert VIP not in router.addresses()
        if state == "initialize":
            router.reload(instance(advert_int=10))
            router.ctl("resume")
            router.wait_state("backup")
