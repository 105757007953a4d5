#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""use_ipvlan: the interface, adverts and addresses that keepalived has with a configuration, and then
xbeatd on the same node; and both as the other's node."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.support.configuration import VIP, instance  # noqa: E402 (needs the path above)
from tests.support.daemon import Keepalived  # noqa: E402
from tests.support.laboratory import Laboratory, wait_until  # noqa: E402
from tests.support.node import Node  # noqa: E402
from tests.support.watch import Watch  # noqa: E402
from tests.support.xbeatd import Xbeatd  # noqa: E402

FIRST, SECOND = "node-a", "node-b"
OWN, OTHERS = "10.77.0.51", "10.77.0.52"
SETTINGS = {"version": 2, "advert_int": 1}


def configuration(own, priority, more=""):
    return instance("A", priority=priority, use_ipvlan=f"{own} {more}".strip(), **SETTINGS)


def shape(lab, program, more):
    """What is there while it is Active: the interface, its addresses, and the source of adverts."""
    node = Node(lab, FIRST)
    with Watch(lab, FIRST) as watch:
        daemon = program(lab, FIRST, configuration(OWN, 200, more)).start()
        device = next((word for word in more.split() if word not in ("private", "vepa")), "vrrp.51")
        wait_until(lambda: lab.has_address(FIRST, VIP), "it is Active")
        advert = watch.wait_advert()
        link = node.link(device)
        lab.ping("client", VIP)
        seen = (link["link"], link["linkinfo"]["info_kind"], link["linkinfo"]["info_data"],
                [[address for address in node.addresses(name) if address in (OWN, VIP)]
                 for name in (device, "eth0")],
                advert.source, advert.mac == lab.mac(FIRST), lab.neighbours("client")[VIP] == lab.mac(FIRST))
        daemon.stop()
        wait_until(lambda: not node.has_link(device), "the interface is removed")
    return seen


with Laboratory("guest", nodes=2) as lab:
    for options in ("", "ipv51 private"):
        theirs, ours = (shape(lab, program, options) for program in (Keepalived, Xbeatd))
        assert ours == theirs, f"{options}: {ours} instead of {theirs}"
        assert ours[1] == "ipvlan" and ours[4] == OWN
    first = Xbeatd(lab, FIRST, configuration(OWN, 200)).start()
    first.wait_state("active", "A")
    second = Keepalived(lab, SECOND, configuration(OTHERS, 100)).start()
    first.kill()
    wait_until(lambda: lab.has_address(SECOND, VIP), "keepalived takes over")
    first.start().wait_state("active", "A")
    wait_until(lambda: not lab.has_address(SECOND, VIP), "keepalived yields")
    assert OWN in first.addresses("vrrp.51") and VIP in first.addresses()
    first.stop()
    second.stop()
