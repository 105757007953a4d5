# SPDX-License-Identifier: GPL-2.0-or-later
"""A rival announces itself right after a takeover: neighbours return to the Active at once, not
only with the next gratuitous ARP of garp_master_delay."""

import itertools
import re
import signal
import time

import pytest
from scapy.layers.inet import IP
from scapy.layers.l2 import ARP, Ether
from scapy.layers.vrrp import VRRPv3

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, VRID, Settings
from tests.support.laboratory import wait_until
from tests.support.port import open_port
from tests.support.watch import Watch


def neighbour_mac(lab):
    return lab.neighbours("client").get(VIP)


def pretend(lab, node, port):
    """Claims the address in the name of a node: an advert and gratuitous ARP."""
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
    changes = lab.spawn("client", "ip", "monitor", "neigh")

    def client_was_with():
        """The nodes that the client used, in order, since the first was lost."""
        seen = re.findall(rf"^{VIP} dev eth0 lladdr (\S+)", changes.output(), re.M)
        return [mac for mac, _ in itertools.groupby(seen)]

    with open_port(lab, "node-c", "eth0") as port:
        claim = pretend(lab, "node-c", port)
        lab.cut("node-a")
        wait_until(lambda: client_was_with()[-1:] == [macs["node-b"]], "the client is with node-b")
        with Watch(lab, "client") as watch:
            claim()
            wait_until(lambda: watch.claims(address=VIP, claimed_mac=macs["node-c"]), "node-c claims it")
            rival = watch.claims(address=VIP, claimed_mac=macs["node-c"])[0]
            answer = wait_until(lambda: watch.claims(rival.time_ns + 1, address=VIP, claimed_mac=macs["node-b"]),
                                "node-b claims it back")[0]
        assert watch.least_s(rival, answer) < 2, "garp_master_delay was waited for"
    wait_until(lambda: client_was_with()[-3:] == [macs["node-b"], macs["node-c"], macs["node-b"]],
               lambda: f"the client follows node-c and is called back: {client_was_with()} of {macs}")


@pytest.fixture
def two_actives(lab):
    """node-b has taken over from node-a, which was cut off. Then node-a's daemon was stopped, and
    its link healed: its kernel answers until the guard expires, and the client uses node-a."""
    cluster = Cluster(lab, Settings(advert_interval="0.1", daemon_timeout="1s")).start_active().start_client()
    lab.cut("node-a")
    cluster["node-b"].wait_state("active")
    time.sleep(3)  # until node-b no longer repeats its announcement
    cluster["node-a"].process.send_signal(signal.SIGSTOP)
    lab.heal("node-a")
    wait_until(lambda: cluster["node-b"].verdict("node-a") == "up", "they hear each other")
    lab.run("client", "ip", "neigh", "replace", VIP, "lladdr", lab.mac("node-a"), "nud", "reachable", "dev", "eth0")
    assert cluster["node-b"].verdict("node-a") == "up"
    return cluster


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("end", ["fenced", "down"])
def test_neighbours_are_called_back_from_a_rival_that_stood_still(lab, two_actives, end):
    if end == "down":
        lab.cut("node-a")
    wait_until(lambda: two_actives["node-b"].verdict("node-a") == end, f"node-a is {end}")
    wait_until(lambda: neighbour_mac(lab) == lab.mac("node-b"), "the client is with node-b")
