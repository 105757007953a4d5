#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""VRFs: unicast without an interface in one, with xbeatd and keepalived as the other node, and a
virtual MAC on an interface in one."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.support.configuration import VIP, block, instance  # noqa: E402 (needs the path above)
from tests.support.daemon import Keepalived  # noqa: E402
from tests.support.laboratory import Laboratory, wait_until  # noqa: E402
from tests.support.watch import Watch  # noqa: E402
from tests.support.xbeatd import Xbeatd  # noqa: E402

FIRST, SECOND = "node-a", "node-b"
MAC = "00:00:5e:00:01:33"
SETTINGS = {"version": 2, "advert_int": 1}


def put_into_vrf(lab, node):
    for words in ("link add blue type vrf table 10", "link set blue up", "link set eth0 master blue"):
        lab.run(node, "ip", *words.split())


def unicast(lab, own, other, **keys):
    return instance("A", block("unicast_peer", lab.address(other)), unicast_src_ip=lab.address(own),
                    vips=[f"{VIP}/24 dev eth0"], **{"interface": None, **SETTINGS, **keys})


def check_unicast(lab, program, **where):
    """Both hear each other; nothing of it is in the main table."""
    text = unicast(lab, FIRST, SECOND, priority=200, **where)
    first = program(lab, FIRST, text).start()
    wait_until(lambda: lab.has_address(FIRST, VIP), f"{FIRST} is Active")
    second = Xbeatd(lab, SECOND, unicast(lab, SECOND, FIRST, vrf="blue", priority=100)).start()
    wait_until(lambda: second.vrrp("A").get("active_address") == lab.address(FIRST), "a Backup hears it")
    assert first.stop() == 0
    second.wait_state("active", "A")
    third = program(lab, FIRST, text).start()
    second.wait_state("backup", "A")
    assert second.stop() == 0
    third.stop()


def check_without(lab):
    """An interface outside the VRF does not count, nor does a VRF that is missing."""
    for vrf in ("red", "green"):
        router = Xbeatd(lab, FIRST, unicast(lab, FIRST, SECOND, vrf=vrf)).start()
        assert router.state("A") == "initialize"
        assert vrf in router.vrrp("A")["obstacles"][0]["text"]
        if vrf == "red":
            lab.run(FIRST, "ip", "link", "set", "eth0", "master", "red")
            router.wait_state("active", "A")
            lab.run(FIRST, "ip", "link", "set", "eth0", "master", "blue")
            router.wait_state("initialize", "A")
        router.stop()


def check_virtual_mac(lab):
    with Watch(lab, FIRST) as watch:
        router = Xbeatd(lab, FIRST, instance("A", use_vmac=True, **SETTINGS)).start()
        router.wait_state("active", "A")
        watch.wait_advert(mac=MAC)
        assert router.link("vrrp.51")["master"] == "blue"
        lab.ping("client", VIP)
        assert lab.neighbours("client")[VIP] == MAC
    router.stop()


with Laboratory("guest", nodes=2) as lab:
    for member in (FIRST, SECOND):
        put_into_vrf(lab, member)
    lab.run(FIRST, "ip", "link", "add", "red", "type", "vrf", "table", "11")
    lab.run(FIRST, "ip", "link", "set", "red", "up")
    check_unicast(lab, Keepalived, interface="eth0")  # 2.2.7 needs one
    check_unicast(lab, Xbeatd, vrf="blue")
    check_without(lab)
    check_virtual_mac(lab)
