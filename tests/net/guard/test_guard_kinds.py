# SPDX-License-Identifier: GPL-2.0-or-later
"""Addresses of every kind under the guard, without heartbeats: while the daemon stalls, the node
answers for no guarded address, but for everything else; afterwards for all."""

import signal
import time

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import put_on_macvlan, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1, links=2)
MANY = 13
CLOSED = "10.77.0.103"
OWN = ["10.77.0.1", "10.77.1.1", "fd77::1", "fd77:1::1"]


# Of twenty instances; that of 10.77.0.103 has no_accept, and it answers ARP alone.
VIPS = ["10.77.0.100", "10.77.0.101", "fd77::102", "10.77.0.102", "10.77.1.100", "fe80::100%eth0", "fd77::100",
        "fd77:1::100", "fe80::100%eth1", "10.77.0.104", "10.77.1.105", "fe80::105%eth1", "fd77:1::105",
        *(f"10.77.0.{120 + number}" for number in range(MANY))]


def configuration():
    mac = {"vrid": 62, "interface": "eth1", "use_vmac": True}
    return "".join([
        instance("VI_1", block("virtual_ipaddress_excluded", "10.77.0.101/24", "fd77::102/64"),
                 vips=["10.77.0.100/24", "10.77.0.102/32 dev lo", "10.77.1.100/24 dev eth1"]),
        instance("VI_6", vips=["fe80::100/64", "fd77::100/64", "fd77:1::100/64 dev eth1"]),
        instance("VI_6_other", interface="eth1", vips=["fe80::100/64"]),
        instance("VI_closed", vrid=60, no_accept=True, vips=["10.77.0.103/24"]),
        instance("VI_unicast", vrid=61, unicast_src_ip="10.77.0.1", unicast_peer=["10.77.0.9"],
                 vips=["10.77.0.104/24"]),
        instance("VI_mac", vips=["10.77.1.105/24"], **mac),
        instance("VI_mac_6", vips=["fe80::105/64", "fd77:1::105/64"], **mac),
        *(instance(f"VI_many_{number}", vrid=70 + number, vips=[f"10.77.0.{120 + number}/24"])
          for number in range(MANY))])


def answering(lab, *wanted):
    """The addresses that answer a ping within 0.5 s."""
    commands = [f"ping -c 1 -W 0.5 {address} >/dev/null && echo {address} &" for address in wanted]
    return set(lab.run("client", "sh", "-c", " ".join(commands) + " wait").stdout.split())


def is_found(lab, address):
    lab.run("client", "ip", "neighbour", "flush", "to", address)
    lab.run("client", "ping", "-c", "1", "-W", "0.3", address, check=False)
    return address in lab.neighbours("client")


def wait_all(lab, node):
    wait_until(lambda: all(one["state"] == "active" for one in node.json("vrrp")), "all are Active")
    wait_until(lambda: answering(lab, *VIPS) == set(VIPS), "all answer")
    wait_until(lambda: is_found(lab, CLOSED), "the closed one answers ARP")


@pytest.mark.parametrize("mode", ["native", "generic"])
def test_every_kind(lab, mode):
    if mode == "generic":
        put_on_macvlan(lab, "node-a")
        lab.run("node-a", "ip", "address", "add", f"{OWN[2]}/64", "dev", "eth0", "nodad")
    lab.run("node-a", "ip", "link", "set", "lo", "up")
    # In the laboratory an interface answers for its own addresses only.
    lab.run("node-a", "sysctl", "-q", "-w", "net.ipv4.conf.all.arp_ignore=0", "net.ipv4.conf.eth0.arp_ignore=0")
    node = Xbeatd(lab, "node-a", configuration()).start()
    assert [one["mode"] for one in node.json("status")["interfaces"]] == [mode, "native"]
    wait_all(lab, node)
    node.process.send_signal(signal.SIGSTOP)
    time.sleep(0.4)
    assert answering(lab, *VIPS) == set(), "to whom knows where they are"
    for link in ("eth0", "eth1"):
        lab.run("client", "ip", "neighbour", "flush", "dev", link)
    assert not answering(lab, *VIPS)
    wait_until(lambda: answering(lab, *OWN) == set(OWN), "its own addresses answer")
    assert not is_found(lab, CLOSED)
    node.process.send_signal(signal.SIGCONT)
    wait_all(lab, node)
    assert {len(node.activations(one["name"])) for one in node.json("vrrp")} == {2}
    assert node.stop() == 0
