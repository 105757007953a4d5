# SPDX-License-Identifier: GPL-2.0-or-later
"""Something else puts a virtual address on a node that is not Active: xbeatd leaves it there and
reports it. What it does itself is no reason for a report."""

import time

import pytest

from tests.support.configuration import VIP, block, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
VIP6 = "fd77::100"
# xbeatd looks one second after a change; then a report would be there.
LOOKED_S = 2.5


def reports(router, name="VI_1"):
    return [(event["from"], event["to"]) for event in router.events()
            if (event["kind"], event["subject"]) == ("address", name)]


def foreign(router):
    return [(entry["instance"], entry["address"], entry["interface"])
            for entry in router.json("status")["foreign_addresses"]]


def drain(router):
    """Although no other node takes over."""
    router.ctl("drain", "--force")


def backup(lab, *more, **changes):
    """A router that is Backup for an hour."""
    return Xbeatd(lab, NODE, *more, instance(advert_int=40, down_timer_adverts=100, **changes),
                  instance("VI_6", vips=["fe80::100/64", f"{VIP6}/64"], advert_int=40,
                           down_timer_adverts=100)).start()


@pytest.mark.parametrize("name,address,length", [("VI_1", VIP, 24), ("VI_6", VIP6, 64)])
def test_added_address_is_reported_until_it_is_gone(lab, name, address, length):
    router = backup(lab)
    router.wait_state("backup", name)
    for device in ("eth0", "lo"):  # only an address of eth0 would be the instance's
        router.ip("address", "add", f"{address}/{length}", "dev", device)
    wait_until(lambda: foreign(router) == [(name, address, "eth0")], "status reports it")
    assert reports(router, name) == [("absent", "foreign")]
    reason, = (event["reason"] for event in router.events() if event["to"] == "foreign")
    assert reason.startswith(f"{address}/{length} is on eth0 though this node is backup: ")
    assert f"{address} is on eth0 though this node is backup" in router.explain(name)["said"]
    assert router.vrrp(name)["foreign_addresses"] == [
        {"instance": name, "address": address, "interface": "eth0"}]
    assert f"foreign        {address} is on eth0" in router.text("status")
    assert f"{address} is on eth0, added by something else" in router.text("vrrp")
    assert address in router.addresses(), "xbeatd leaves it alone"
    router.ip("address", "delete", f"{address}/{length}", "dev", "eth0")
    wait_until(lambda: not foreign(router), "it is gone")
    assert reports(router, name) == [("absent", "foreign"), ("foreign", "absent")]
    assert "foreign_addresses" not in router.vrrp(name)
    router.ip("address", "delete", f"{address}/{length}", "dev", "lo")


def test_a_node_out_of_elections_reports_it_too(lab):
    router = Xbeatd(lab, NODE, instance()).start_active()
    drain(router)
    router.wait_state("initialize")
    router.ip("address", "add", f"{VIP}/24", "dev", "eth0")
    wait_until(lambda: foreign(router) == [("VI_1", VIP, "eth0")], "it is reported")
    router.ctl("resume")
    router.wait_state("active")
    assert not foreign(router), "now it is the instance's"
    time.sleep(LOOKED_S)
    assert reports(router) == [("absent", "foreign")]


def test_own_additions_and_removals_are_not_reported(lab):
    router = Xbeatd(lab, NODE, instance(advert_int=0.05)).start_active()
    for _ in range(15):
        drain(router)
        router.wait_state("initialize")
        router.ctl("resume")
        router.wait_state("active")
    router.kill()
    router.start().wait_state("active")
    time.sleep(LOOKED_S)
    assert reports(router) == [] and not foreign(router)


def test_an_address_that_comes_and_goes_is_reported_at_a_bounded_rate(lab):
    router = backup(lab)
    router.wait_state("backup")
    begin = time.monotonic()
    for _ in range(4):
        router.ip("address", "add", f"{VIP}/24", "dev", "eth0")
        wait_until(lambda: foreign(router), "status reports it each time")
        router.ip("address", "delete", f"{VIP}/24", "dev", "eth0")
        wait_until(lambda: not foreign(router), "it is gone")
    spacings = int((time.monotonic() - begin) / 10)
    assert 1 <= reports(router).count(("absent", "foreign")) <= 1 + spacings


def test_addresses_that_belong_here_are_not_reported(lab):
    """An owner's own address, and a static one."""
    own = lab.address(NODE)
    router = Xbeatd(lab, NODE, block("static_ipaddress", "10.77.0.55/24 dev eth0"),
                    instance("VI_2", priority=255, vips=[f"{own}/24"], vrid=52),
                    instance("VI_3", vips=["10.77.0.55/24"], vrid=53, advert_int=40,
                             down_timer_adverts=100)).start()
    router.wait_state("active", "VI_2")
    drain(router)
    router.wait_state("initialize", "VI_2")
    for address in (own, "10.77.0.55"):
        router.ip("address", "change", f"{address}/24", "dev", "eth0", "valid_lft", "forever")
    time.sleep(LOOKED_S)
    assert not foreign(router)
    assert reports(router, "VI_2") == reports(router, "VI_3") == []


def test_a_reload_that_adds_an_address_reports_one_that_is_there(lab):
    router = backup(lab)
    router.wait_state("backup")
    router.ip("address", "add", "10.77.0.101/24", "dev", "eth0")
    time.sleep(LOOKED_S)
    assert not foreign(router), "no instance has it"
    router.reload(instance(advert_int=40, down_timer_adverts=100,
                           vips=[f"{VIP}/24", "10.77.0.101/24"]))
    wait_until(lambda: foreign(router) == [("VI_1", "10.77.0.101", "eth0")], "it is reported")
