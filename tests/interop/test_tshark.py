# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeat's packets, read by an independent decoder."""

import signal
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import BUILD, wait_until
from tests.support.probe import REALTIME

pytestmark = pytest.mark.laboratory(nodes=2)
FIELDS = ["ip.dst", "ip.ttl", "vrrp.version", "vrrp.type", "vrrp.virt_rtr_id", "vrrp.prio",
          "vrrp.ip_addr", "eth.dst"]


def capture(lab, member, interface, capture_filter):
    """Starts a capture; returns its file and the process once it captures."""
    path = lab.path("capture.pcapng")
    process = lab.spawn(member, *REALTIME, "tshark", "-q", "-i", interface, "-f", capture_filter, "-w", path)
    wait_until(lambda: path.exists() and path.stat().st_size > 0, "tshark captures")
    return path, process


def decode(lab, path, *arguments):
    return lab.run("client", "tshark", "-r", path, "-o", "ip.check_checksum:TRUE",
                   "-o", "udp.check_checksum:TRUE", *arguments).stdout


@pytest.fixture
def adverts(lab):
    """A capture of a start, normal operation and a clean stop."""
    path, process = capture(lab, "client", "eth0", "ip proto 112")
    cluster = Cluster(lab, Settings(advert_interval="0.1"))
    cluster.start_xbeatd()
    cluster.wait_holder("node-a")
    time.sleep(1)
    cluster["node-a"].stop()
    cluster.wait_holder("node-b")
    time.sleep(0.5)
    process.end(signal.SIGINT)
    return path


def test_every_advert_decodes_without_complaint(lab, adverts):
    rows = decode(lab, adverts, "-T", "fields", *[part for field in FIELDS for part in ("-e", field)])
    rows = [row.split("\t") for row in rows.splitlines()]
    assert len(rows) > 10
    assert decode(lab, adverts, "-Y", "_ws.expert || !vrrp || _ws.malformed") == ""
    assert {tuple(row[:5]) for row in rows} == {("224.0.0.18", "255", "3", "1", "51")}
    assert {row[5] for row in rows} == {"150", "100", "0"}
    assert {row[6] for row in rows} == {"10.77.0.100"}
    assert {row[7] for row in rows} == {"01:00:5e:00:00:12"}


def test_checksums_are_good(lab, adverts):
    assert decode(lab, adverts, "-Y", "vrrp.checksum.status != 1 || ip.checksum.status != 1") == ""


def send(lab, *arguments):
    """Packets that the daemon's code makes, from node-a."""
    lab.run("node-a", BUILD / "tools" / "send_packets", "-i", "eth0", *arguments)


def link_local(lab, node):
    text = lab.run(node, "ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link").stdout
    return text.split(" inet6 ")[1].split("/")[0]


def finish(process):
    time.sleep(0.3)
    process.end(signal.SIGINT)


def rows(lab, path, display_filter, fields):
    arguments = [part for field in fields for part in ("-e", field)]
    text = decode(lab, path, "-Y", display_filter, "-T", "fields", *arguments)
    return [row.split("\t") for row in text.splitlines()]


# Version, destination (the client's address: unicast), further options, virtual addresses.
ADVERTS = [
    (2, "224.0.0.18", [], ["10.77.0.100", "10.77.0.101"]),
    (2, "224.0.0.18", ["-p", "12345"], ["10.77.0.100"]),
    (2, "10.77.0.200", ["-p", "longer-than-8", "-r"], ["10.77.0.100"]),
    (3, "224.0.0.18", [], ["10.77.0.100", "10.77.0.101"]),
    (3, "10.77.0.200", ["-t", "64", "-r"], ["10.77.0.100"]),
    (3, "224.0.0.18", [], []),
    (3, "ff02::12", [], []),
    (3, "224.0.0.18", [], [f"10.77.3.{n}" for n in range(1, 255)]),
    (3, "ff02::12", [], ["fe80::51", "fd77:0::100"]),
    (3, "fd77::200", ["-t", "64", "-r"], ["fd77:0::100"]),
    (3, "ff02::12", [], [f"fd77:0::{n:x}" for n in range(1, 85)]),
]


def test_adverts_of_every_kind(lab):
    sources = {"224.0.0.18": "10.77.0.1", "10.77.0.200": "10.77.0.1",
               "ff02::12": link_local(lab, "node-a"), "fd77::200": "fd77::1"}
    passwords = {"12345": "12345", "longer-than-8": "longer-t"}
    expected = []
    path, process = capture(lab, "client", "eth0", "proto 112")
    for version, destination, options, addresses in ADVERTS:
        send(lab, "-v", version, "-s", sources[destination], "-d", destination, *options, *addresses)
        ttl = "64" if "-t" in options else "255"
        ipv4, ipv6 = ([sources[destination], destination, ttl, "48"], [""] * 4)
        password = passwords[options[1]] if "-p" in options else ""
        expected.append([str(version), "51", "150", "1", str(len(addresses)), password,
                         *(ipv6 + ipv4 if ":" in destination else ipv4 + ipv6)])
    finish(process)
    fields = ["vrrp.version", "vrrp.virt_rtr_id", "vrrp.prio", "vrrp.checksum.status", "vrrp.addr_count",
              "vrrp.auth_string", "ip.src", "ip.dst", "ip.ttl", "ip.dsfield.dscp", "ipv6.src", "ipv6.dst",
              "ipv6.hlim", "ipv6.tclass.dscp"]
    assert rows(lab, path, "vrrp", fields) == expected
    assert decode(lab, path, "-Y", "_ws.expert || _ws.malformed || ip.checksum.status == 0") == ""


def test_announcements(lab):
    path, process = capture(lab, "client", "eth0", "arp or icmp6")
    send(lab, "-a", "3", "10.77.0.100")
    send(lab, "-a", "2", "fd77::100")
    lab.run("node-a", "sysctl", "-q", "-w", "net.ipv6.conf.eth0.forwarding=1")
    send(lab, "-a", "20", "fd77::101")  # more than one sendmmsg() can send
    finish(process)
    own = lab.mac("node-a")
    fields = ["eth.dst", "arp.opcode", "arp.isgratuitous", "arp.src.hw_mac", "arp.src.proto_ipv4",
              "arp.dst.proto_ipv4"]
    assert rows(lab, path, "arp.src.proto_ipv4 == 10.77.0.100", fields) == 3 * [
        ["ff:ff:ff:ff:ff:ff", "1", "1", own, "10.77.0.100", "10.77.0.100"]]
    advertisement = "icmpv6.type == 136 && ipv6.src == icmpv6.nd.na.target_address"
    fields = ["eth.dst", "ipv6.dst", "ipv6.hlim", "icmpv6.checksum.status", "icmpv6.nd.na.flag.s",
              "icmpv6.nd.na.flag.o", "icmpv6.opt.linkaddr", "icmpv6.nd.na.flag.r",
              "icmpv6.nd.na.target_address"]
    common = ["33:33:00:00:00:01", "ff02::1", "255", "1", "0", "1", own]
    assert rows(lab, path, advertisement, fields) == 2 * [common + ["0", "fd77::100"]] + 20 * [
        common + ["1", "fd77::101"]]
    assert decode(lab, path, "-Y", f"({advertisement}) && (_ws.expert || _ws.malformed)") == ""


def test_neighbours_believe_announcements(lab):
    addresses = ["10.77.0.100", "fd77::100"]
    for address in addresses:
        lab.run("client", "ip", "neighbour", "replace", address, "lladdr", "02:00:00:00:00:99",
                "dev", "eth0", "nud", "reachable")
    time.sleep(1.2)  # a neighbour entry younger than a second does not change
    for address in addresses:
        send(lab, "-a", "1", address)
        wait_until(lambda text=address: lab.mac("node-a") in
                   lab.run("client", "ip", "neighbour", "show", text).stdout,
                   f"the client has the new MAC address of {address}")


def test_spaced_announcements_take_turns(lab):
    """Every address is announced once before one is repeated; no two are closer than the interval;
    none is cancelled."""
    addresses = ["10.77.0.100", "10.77.0.101", "10.77.0.102"]
    path, process = capture(lab, "client", "eth0", "arp")
    send(lab, "-a", "2", "-g", "30", "-c", "10.77.0.103", *addresses, "10.77.0.103")
    finish(process)
    captured = rows(lab, path, "arp.isgratuitous", ["frame.time_relative", "arp.src.proto_ipv4"])
    times = [float(row[0]) for row in captured]
    assert [row[1] for row in captured] == 2 * addresses
    assert min(later - earlier for earlier, later in zip(times, times[1:])) > 0.025, times


@pytest.mark.parametrize("family", [4, 6])
def test_replies_have_full_checksums(lab, family):
    """The device fills in a PROBE's checksum; the REPLY that the driver makes of it must have a
    complete one."""
    path, process = capture(lab, "switch", "node-a.0", "udp port 694")
    cluster = Cluster(lab, Settings(family=family))
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    time.sleep(0.5)
    process.end(signal.SIGINT)
    replies = f"udp.payload[40:1] == 02 && {'ip' if family == 4 else 'ipv6'}.src == {lab.address('node-a', 0, family)}"
    assert len(decode(lab, path, "-Y", replies).splitlines()) > 10
    assert decode(lab, path, "-Y", f"({replies}) && udp.checksum.status != 1") == ""
    assert decode(lab, path, "-Y", "_ws.malformed || udp.length != 144") == ""
