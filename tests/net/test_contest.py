# SPDX-License-Identifier: GPL-2.0-or-later
"""A rival announces itself right after a takeover: neighbours come back to the Active at once, not
only with the next gratuitous ARP of garp_master_delay."""

import time

from scapy.layers.inet import IP
from scapy.layers.l2 import ARP, Ether
from scapy.layers.vrrp import VRRPv3

from tests.support.configuration import VIP, VRID
from tests.support.laboratory import wait_until
from tests.support.port import open_port


def neighbour_mac(lab):
    return lab.neighbours("client").get(VIP)


def pretend(lab, node, port):
    """Says in the name of a node that it has the address: an advert and gratuitous ARP."""
    own = lab.mac(node)
    advert = (Ether(src=own, dst="01:00:5e:00:00:12")
              / IP(src=lab.address(node), dst="224.0.0.18", ttl=255, proto=112)
              / VRRPv3(vrid=VRID, priority=50, adv=100, addrlist=[VIP]))
    claim = (Ether(src=own, dst="ff:ff:ff:ff:ff:ff")
             / ARP(op=1, hwsrc=own, psrc=VIP, hwdst="00:00:00:00:00:00", pdst=VIP))
    frames = [bytes(advert), bytes(claim)]
    return lambda: [port.send(frame) for frame in frames]


def test_neighbours_are_called_back_at_once(lab, cluster):
    cluster.start_active()
    cluster.start_client()
    macs = {node: lab.mac(node) for node in lab.nodes}
    with open_port(lab, "node-c", "eth0") as port:
        claim = pretend(lab, "node-c", port)
        lab.cut("node-a")
        wait_until(lambda: neighbour_mac(lab) == macs["node-b"], 1, "the client is with node-b")
        claim()
        start = time.monotonic()
        wait_until(lambda: neighbour_mac(lab) == macs["node-c"], 0.09, "the client believes node-c")
    wait_until(lambda: neighbour_mac(lab) == macs["node-b"], 10, "the client is back with node-b")
    assert time.monotonic() - start < 2, "garp_master_delay was waited for"
