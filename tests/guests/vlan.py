# SPDX-License-Identifier: GPL-2.0-or-later
"""What must hold on a trunk: what has a tag counts for the VLAN interface, and for no other."""

import time

from tests.support.advert import frame
from tests.support.configuration import VIP, VRID, heartbeat, instance, write_key
from tests.support.laboratory import wait_until
from tests.support.port import open_port
from tests.support.xbeatd import Xbeatd, wait_up

VLAN, STRANGERS_VLAN = 100, 7
VLAN_VIP = "10.78.0.100"
GUEST_INTERVAL = "200ms"  # a guest is slow


def add_vlan(lab, member, vlan_id, number=None):
    name = f"eth0.{vlan_id}"
    lab.run(member, "ip", "link", "add", name, "link", "eth0", "type", "vlan", "id", vlan_id)
    if number:
        lab.run(member, "ip", "addr", "add", f"10.78.0.{number}/24", "dev", name)
    lab.run(member, "ip", "link", "set", name, "up")
    return name


def vlan_tags(router, interface="eth0"):
    return next(entry["vlan_tags"] for entry in router.json("status")["interfaces"]
                if entry["name"] == interface)


def start(lab, node, untagged, tagged):
    """With the same VRID on eth0 and on the VLAN interface, and these priorities."""
    settings = {"advert_int": "0.2"}
    return Xbeatd(lab, node, instance("VI_0", priority=untagged, **settings),
                  instance("VI_100", interface=f"eth0.{VLAN}", priority=tagged,
                           vips=[f"{VLAN_VIP}/24"], **settings)).start()


def states(routers):
    return [[router.state(name) for name in ("VI_0", "VI_100")] for router in routers]


def stay(predicate, seconds, what):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        assert predicate(), what
        time.sleep(0.1)


def check_same_vrid(routers):
    """Each is Active on one of the two, with priorities that a mixture would show."""
    wanted = [["active", "backup"], ["backup", "active"]]
    wait_until(lambda: states(routers) == wanted, lambda: f"one Active each: {states(routers)}")
    transitions = [router.vrrp(name)["transitions"] for router in routers for name in ("VI_0", "VI_100")]
    stay(lambda: states(routers) == wanted, 4, "they stay so")
    assert transitions == [router.vrrp(name)["transitions"] for router in routers
                           for name in ("VI_0", "VI_100")]


def check_stranger(lab, routers):
    """Adverts of the VRID on a VLAN that the nodes do not have."""
    before = states(routers)
    with open_port(lab, "client", add_vlan(lab, "client", STRANGERS_VLAN)) as port:
        for source in "10.77.0.66", "192.0.2.66":
            for _ in range(10):
                port.send(frame(source, vrid=VRID, priority=254))
                time.sleep(0.1)
            assert states(routers) == before
    for _ in range(3):
        assert lab.run("client", "ping", "-c", "1", "-W", "2", VIP).returncode == 0
    assert states(routers) == before
    with open_port(lab, "client", "eth0") as port:  # the same without a tag
        port.send(frame("10.77.0.66", vrid=VRID, priority=254))
    wait_until(lambda: routers[0].state("VI_0") == "backup", "it counts without a tag")


def check_heartbeats(lab):
    """The interface is eth0, the addresses are on the VLAN interface."""
    addresses = {node: [f"10.78.0.{number}"] for number, node in enumerate(lab.nodes, 1)}
    text = heartbeat(lab, key_file=write_key(lab), interval=GUEST_INTERVAL, daemon_timeout="5s",
                     heartbeat_addresses=addresses)
    routers = [Xbeatd(lab, node, text).start() for node in lab.nodes]
    wait_up(*routers)
    assert all(router.drops("wrong_vlan") == 0 for router in routers)
    return routers


def check_trunk(lab, tags):
    for number, node in enumerate(lab.nodes, 1):
        add_vlan(lab, node, VLAN, number)
    routers = [start(lab, "node-a", 200, 100), start(lab, "node-b", 100, 200)]
    check_same_vrid(routers)
    check_stranger(lab, routers)
    assert [vlan_tags(router) for router in routers] == [tags, tags]
    for router in routers:
        assert router.stop() == 0
    for router in check_heartbeats(lab):
        assert router.stop() == 0
    for node in lab.nodes:
        assert "clsact" not in lab.run(node, "tc", "qdisc", "show").stdout
