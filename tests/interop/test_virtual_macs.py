# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces with virtual MACs: what keepalived makes of a configuration, and then what xbeatd makes
of it on the same node."""

import json

import pytest

from tests.support.configuration import block, statement
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1, links=2)
NODE = "node-a"


def owner(name, vips, interface="eth0", vrid=51, excluded=(), **keys):
    """An instance that is Active at once. Values as for statement()."""
    values = {"state": "MASTER", "interface": interface, "virtual_router_id": vrid, "priority": 255,
              **keys}
    return block(f"vrrp_instance {name}",
                 *(line for key, value in values.items() for line in statement(key, value)),
                 block("virtual_ipaddress", *vips),
                 *([block("virtual_ipaddress_excluded", *excluded)] if excluded else []))


CONFIGURATIONS = {
    "names of both families": [
        owner("A", ["10.99.1.1/24"], use_vmac=True),
        owner("B", ["fe80::1:1/64", "fd99:1::1/64"], use_vmac=True),
        owner("C", ["10.99.1.2/24"], interface="eth1", use_vmac=True)],
    "IPv6 alone": [owner("A", ["fe80::1:1/64"], use_vmac=True)],
    "IPv6 first": [
        owner("A", ["fe80::1:1/64"], use_vmac=True),
        owner("B", ["10.99.1.2/24"], use_vmac=True),
        owner("C", ["fe80::1:1/64"], interface="eth1", use_vmac=True)],
    "given names": [
        owner("A", ["10.99.1.1/24"], use_vmac="vip-a"),
        owner("B", ["10.99.1.2/24"], vrid=52, use_vmac="vip-b 02:00:00:00:07:09"),
        owner("C", ["10.99.1.3/24"], vrid=53, use_vmac="02:00:00:00:07"),
        owner("D", ["fe80::1:1/64"], vrid=53, use_vmac="2:0:0:0:8: vip-d")],
    "prefix": ["global_defs {\nvmac_prefix vip\n}\n",
               owner("A", ["10.99.1.1/24"], use_vmac=True),
               owner("B", ["10.99.1.2/24"], interface="eth1", use_vmac=True)],
    "addresses on another interface": [
        owner("A", ["10.99.1.1/24", "10.99.1.2/24 dev eth0", "10.99.1.3/24 dev eth1"],
              excluded=["fd99:1::1", "fd99:1::2 dev eth1", "fd99:1::3 dev eth0"],
              use_vmac=True, use_vmac_addr=True),
        owner("B", ["fe80::1:1/64", "fd99:1::4", "fd99:1::5 dev eth1 use_vmac"], vrid=52,
              use_vmac=True),
        owner("C", ["10.99.1.4", "10.99.1.5 dev eth0"], vrid=52, interface="eth1", use_vmac=True)],
    "addresses only": [
        owner("A", ["10.99.1.1/24", "10.99.1.2/24 dev eth1"], use_vmac_addr=True),
        owner("B", ["10.99.1.3 use_vmac", "10.99.1.4 dev eth0 use_vmac", "10.99.1.5 dev eth1"],
              vrid=52)],
    "other family": [
        owner("A", ["10.99.1.1/24"], excluded=["fd99:1::1", "fd99:1::2 dev eth0"], use_vmac=True),
        owner("B", ["fe80::1:1/64", "fd99:1::3 dev eth1", "fd99:1::4 dev eth0"],
              excluded=["10.99.1.2", "10.99.1.3 dev eth1 no_track", "10.99.1.4 dev eth1 use_vmac"],
              vrid=52, use_vmac_addr=True)],
    "given MAC": [
        owner("A", ["10.99.1.1/24", "10.99.1.2/24 dev eth1 use_vmac"], use_vmac="02:00:00:00:07")],
    "prefix of addresses": [
        "global_defs {\nvmac_prefix vip\nvmac_addr_prefix other\n}\n",
        owner("A", ["10.99.1.1/24", "10.99.1.2/24 dev eth1"], use_vmac=True, use_vmac_addr=True)],
    "prefix of all": [
        "global_defs {\nvmac_prefix vip\n}\n",
        owner("A", ["10.99.1.1/24", "10.99.1.2/24 dev eth1"], use_vmac=True, use_vmac_addr=True)],
}


def is_virtual(address):
    return address.startswith(("10.99.1.", "fe80::1:", "fd99:1:"))


def interfaces(router):
    """Of each its base, MAC, and the virtual addresses on it."""
    found = {}
    for link in json.loads(router.ip("-j", "-d", "address", "show")):
        addresses = {entry["local"] for entry in link["addr_info"] if is_virtual(entry["local"])}
        macvlan = link.get("linkinfo", {}).get("info_kind") == "macvlan"
        if addresses or macvlan:
            found[link["ifname"]] = (link["link"] if macvlan else None,
                                     link["address"] if macvlan else None, addresses)
    return found


def held(router, texts):
    """What there is once all addresses are there."""
    wanted = sum(is_virtual(word) for text in texts for word in text.split())
    wait_until(lambda: sum(len(entry[2]) for entry in interfaces(router).values()) == wanted,
               lambda: f"all addresses are there: {interfaces(router)}")
    return interfaces(router)


@pytest.mark.parametrize("name", CONFIGURATIONS)
def test_same_interfaces(lab, name):
    texts = CONFIGURATIONS[name]
    keepalived = Keepalived(lab, NODE, *texts).start()
    theirs = held(keepalived, texts)
    keepalived.stop()
    assert interfaces(keepalived) == {}
    router = Xbeatd(lab, NODE, *texts).start()
    assert held(router, texts) == theirs
    router.stop()
    assert interfaces(router) == {}


def test_group_and_notification(lab):
    """What keepalived 2.2.7 does not know."""
    with_monitor = lab.spawn(NODE, "ip", "-o", "monitor", "link", "dev", "eth0")
    router = Xbeatd(lab, NODE, owner("A", ["10.99.1.1/24"],
                                     use_vmac="group 7 netlink_notify_msg name vip-a"))
    before = with_monitor.output()
    router.start_active("A")
    assert router.link("vip-a")["group"] == "7"
    wait_until(lambda: "eth0" in with_monitor.output()[len(before):], "the base is reported")
