# SPDX-License-Identifier: GPL-2.0-or-later
"""What we put on the wire, read by somebody else's decoder."""

import signal
import time

import pytest

from tests.support.cluster import Cluster, Settings
from tests.support.laboratory import BUILD, wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
FIELDS = ["ip.dst", "ip.ttl", "vrrp.version", "vrrp.type", "vrrp.virt_rtr_id", "vrrp.prio",
          "vrrp.ip_addr", "eth.dst"]


def capture(lab, member, interface, capture_filter):
    """Starts a capture; returns its file, and the process, when it has begun."""
    path = lab.path("capture.pcapng")
    process = lab.spawn(member, "tshark", "-q", "-i", interface, "-f", capture_filter, "-w", path)
    wait_until(lambda: path.exists() and path.stat().st_size > 0, 20, "tshark captures")
    return path, process


def decode(lab, path, *arguments):
    return lab.run("client", "tshark", "-r", path, "-o", "ip.check_checksum:TRUE",
                   "-o", "udp.check_checksum:TRUE", *arguments, seconds=60).stdout


@pytest.fixture
def adverts(lab):
    """A capture of a start, a clean stop and what is between."""
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
    words = lab.run(node, "ip", "-6", "-o", "address", "show", "dev", "eth0", "scope", "link").stdout
    return words.split(" inet6 ")[1].split("/")[0]


def mac(lab, node):
    return lab.run(node, "ip", "-o", "link", "show", "dev", "eth0").stdout.split(" link/ether ")[1].split()[0]


def multicast(family):
    return "224.0.0.18" if family == 4 else "ff02::12"


# Of send_packets: version, family, destination (None: the group), further options, virtual addresses.
ADVERTS = {
    "v2": (2, 4, None, [], ["10.77.0.100", "10.77.0.101"]),
    "v2-password": (2, 4, None, ["-p", "12345"], ["10.77.0.100"]),
    "v2-unicast": (2, 4, "10.77.0.200", ["-p", "12345678", "-r"], ["10.77.0.100"]),
    "v3": (3, 4, None, [], ["10.77.0.100", "10.77.0.101"]),
    "v3-unicast": (3, 4, "10.77.0.200", ["-t", "64", "-r"], ["10.77.0.100"]),
    "v3-many": (3, 4, None, [], [f"10.77.3.{n}" for n in range(1, 255)]),
    "ipv6": (3, 6, None, [], ["fe80::51", "fd77:0::100"]),
    "ipv6-unicast": (3, 6, "fd77:0::200", ["-t", "64", "-r"], ["fd77:0::100"]),
    "ipv6-many": (3, 6, None, [], [f"fd77:0::{n:x}" for n in range(1, 85)]),
}


@pytest.mark.parametrize("kind", ADVERTS)
def test_adverts_of_every_kind(lab, kind):
    version, family, destination, options, addresses = ADVERTS[kind]
    source = link_local(lab, "node-a") if family == 6 and not destination else lab.address("node-a", 0, family)
    path, process = capture(lab, "client", "eth0", "proto 112")
    send(lab, "-v", version, "-s", source, "-d", destination or multicast(family), *options, *addresses)
    time.sleep(0.3)
    process.end(signal.SIGINT)
    ip, ttl = ("ip", "ttl") if family == 4 else ("ipv6", "hlim")
    fields = ["vrrp.version", "vrrp.virt_rtr_id", "vrrp.prio", "vrrp.checksum.status", f"{ip}.src", f"{ip}.dst",
              f"{ip}.{ttl}", "vrrp.addr_count"]
    rows = decode(lab, path, "-T", "fields", *[part for field in fields for part in ("-e", field)])
    expected_ttl = options[options.index("-t") + 1] if "-t" in options else "255"
    expected_destination = {"fd77:0::200": "fd77::200"}.get(destination, destination)
    assert rows.split() == [str(version), "51", "150", "1", source, expected_destination or multicast(family),
                            expected_ttl, str(len(addresses))]
    assert decode(lab, path, "-Y", "_ws.expert || _ws.malformed") == ""
    if family == 4:
        assert decode(lab, path, "-Y", "ip.checksum.status != 1 || ip.dsfield.dscp != 48") == ""
    else:
        assert decode(lab, path, "-Y", "ipv6.tclass.dscp != 48") == ""


def test_password_is_in_the_advert(lab):
    path, process = capture(lab, "client", "eth0", "proto 112")
    send(lab, "-v", "2", "-s", "10.77.0.1", "-d", "224.0.0.18", "-p", "12345", "10.77.0.100")
    time.sleep(0.3)
    process.end(signal.SIGINT)
    assert decode(lab, path, "-T", "fields", "-e", "vrrp.auth_type", "-e", "vrrp.auth_string").split() == ["1", "12345"]


@pytest.mark.parametrize("router", [False, True])
def test_neighbor_advertisement(lab, router):
    lab.run("node-a", "sysctl", "-q", "-w", f"net.ipv6.conf.eth0.forwarding={int(router)}")
    path, process = capture(lab, "client", "eth0", "icmp6")
    send(lab, "-a", "2", "fd77:0::100")
    time.sleep(0.3)
    process.end(signal.SIGINT)
    ours = "icmpv6.type == 136 && ipv6.src == fd77:0::100"
    fields = ["eth.dst", "ipv6.dst", "ipv6.hlim", "icmpv6.checksum.status", "icmpv6.nd.na.flag.r", "icmpv6.nd.na.flag.s",
              "icmpv6.nd.na.flag.o", "icmpv6.nd.na.target_address", "icmpv6.opt.linkaddr"]
    rows = decode(lab, path, "-Y", ours, "-T", "fields", *[part for field in fields for part in ("-e", field)])
    assert [row.split("\t") for row in rows.splitlines()] == 2 * [
        ["33:33:00:00:00:01", "ff02::1", "255", "1", str(int(router)), "0", "1", "fd77::100", mac(lab, "node-a")]]
    assert decode(lab, path, "-Y", f"{ours} && (_ws.expert || _ws.malformed)") == ""


def test_gratuitous_arp(lab):
    path, process = capture(lab, "client", "eth0", "arp")
    send(lab, "-a", "3", "10.77.0.100")
    time.sleep(0.3)
    process.end(signal.SIGINT)
    fields = ["eth.dst", "arp.opcode", "arp.isgratuitous", "arp.src.hw_mac", "arp.src.proto_ipv4", "arp.dst.proto_ipv4"]
    rows = decode(lab, path, "-Y", "arp.src.proto_ipv4 == 10.77.0.100", "-T", "fields",
                  *[part for field in fields for part in ("-e", field)])
    assert [row.split("\t") for row in rows.splitlines()] == 3 * [
        ["ff:ff:ff:ff:ff:ff", "1", "1", mac(lab, "node-a"), "10.77.0.100", "10.77.0.100"]]


@pytest.mark.parametrize("address", ["10.77.0.100", "fd77::100"])
def test_neighbours_believe_an_announcement(lab, address):
    lab.run("client", "ip", "neighbour", "replace", address, "lladdr", "02:00:00:00:00:99", "dev", "eth0",
            "nud", "reachable")
    time.sleep(1.2)  # an entry younger than a second is not changed
    send(lab, "-a", "1", address)
    wait_until(lambda: mac(lab, "node-a") in lab.run("client", "ip", "neighbour", "show", address).stdout, 2,
               "the client has the new MAC address")


def test_spaced_announcements_take_turns(lab):
    """Every address once before one is repeated, and no two closer than the interval."""
    path, process = capture(lab, "client", "eth0", "arp")
    send(lab, "-a", "2", "-g", "30", "10.77.0.100", "10.77.0.101", "10.77.0.102")
    time.sleep(0.3)
    process.end(signal.SIGINT)
    rows = decode(lab, path, "-Y", "arp.isgratuitous", "-T", "fields", "-e", "frame.time_relative", "-e",
                  "arp.src.proto_ipv4")
    times, addresses = zip(*(row.split("\t") for row in rows.splitlines()))
    assert list(addresses) == 2 * ["10.77.0.100", "10.77.0.101", "10.77.0.102"]
    gaps = [float(later) - float(earlier) for earlier, later in zip(times, times[1:])]
    assert min(gaps) > 0.025, gaps


@pytest.mark.parametrize("family", [4, 6])
def test_replies_have_full_checksums(lab, family):
    """A PROBE's checksum is left to the device; the REPLY made of it in the driver must be whole."""
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
