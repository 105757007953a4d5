# SPDX-License-Identifier: GPL-2.0-or-later
"""What docs/protocol.md says of the headers around PROBEs and REPLYs, and of their numbers, as an
implementation apart from the C code reads it on the wire."""

import contextlib
import ipaddress
import struct
from collections import namedtuple

import pytest

from tests.support import wire
from tests.support.cluster import Cluster
from tests.support.configuration import KEY, VRID, Settings
from tests.support.laboratory import wait_until
from tests.support.packet import checksum
from tests.support.port import open_port

HEARTBEATS = 200
ETHERNET, UDP_BYTES, PROTOCOL_UDP = 14, 8, 17
CS6 = 0xC0

Datagram = namedtuple("Datagram", "source destination traffic_class ttl ports udp_sum payload")


def udp_sum(source, destination, udp):
    """0 if the checksum is right."""
    return checksum(source + destination + struct.pack("!II", len(udp), PROTOCOL_UDP) + udp)


def read4(ip):
    if ip[9] != PROTOCOL_UDP or checksum(ip[:20]):
        return None
    return ip[12:16], ip[16:20], ip[1], ip[8], ip[20:struct.unpack_from("!H", ip, 2)[0]]


def read6(ip):
    if ip[6] != PROTOCOL_UDP:
        return None
    return (ip[8:24], ip[24:40], struct.unpack_from("!H", ip)[0] >> 4 & 0xFF, ip[7],
            ip[40:40 + struct.unpack_from("!H", ip, 4)[0]])


def read(frame, family):
    """None: another packet than a heartbeat, or one with a wrong IPv4 header checksum."""
    if frame[12:14] != (b"\x08\x00" if family == 4 else b"\x86\xdd"):
        return None
    found = (read4 if family == 4 else read6)(frame[ETHERNET:])
    if not found or len(found[4]) != UDP_BYTES + wire.PACKET_BYTES:
        return None
    source, destination, traffic_class, ttl, udp = found
    return Datagram(*(str(ipaddress.ip_address(address)) for address in (source, destination)),
                    traffic_class, ttl, struct.unpack_from("!HH", udp), udp_sum(source, destination, udp),
                    udp[UDP_BYTES:])


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def captured(request, lab):
    """(datagram, fields) of the PROBEs and REPLYs that node-a and node-b send each other."""
    cluster = Cluster(lab, Settings(family=request.param))
    cluster.start_xbeatd()
    cluster.wait_up()
    cluster.wait_holder("node-a")
    found = []
    with contextlib.closing(open_port(lab, "switch", "node-a.0")) as port:
        def collect():
            datagram = read(port.recv(2048), request.param)
            fields = datagram and wire.parse(KEY, datagram.payload, *datagram[:2])
            if fields and fields["type"] in (wire.PROBE, wire.REPLY):
                found.append((datagram, fields))
            return len(found) > HEARTBEATS
        wait_until(collect, "heartbeats are captured")
    return found


@pytest.mark.laboratory(nodes=2, ends="program")
def test_around_the_packet(captured):
    assert {fields["type"] for _, fields in captured} == {wire.PROBE, wire.REPLY}
    for datagram, fields in captured:
        assert fields["tag_good"]
        assert datagram.ports == (wire.PORT, wire.PORT)
        assert (datagram.ttl, datagram.traffic_class) == (255, CS6)
        if fields["type"] == wire.REPLY:
            assert datagram.udp_sum == 0, "a PROBE's may be left to the hardware"


@pytest.mark.laboratory(nodes=2, ends="program")
def test_numbers(captured):
    for prober in 1, 2:
        probes = [fields for _, fields in captured
                  if fields["type"] == wire.PROBE and fields["prober_id"] == prober]
        assert all(later["seq"] > earlier["seq"] and later["t1_ns"] > earlier["t1_ns"]
                   for earlier, later in zip(probes, probes[1:]))
        assert {(fields["t2_ns"], fields["daemon_age_us"]) for fields in probes} == {(0, 0)}
    for _, fields in captured:
        if fields["type"] == wire.REPLY:
            assert fields["ack"] >= fields["seq"], "it includes the PROBE that it answers"
            assert fields["t2_ns"] and fields["prober_epoch"] and fields["responder_epoch"]


@pytest.mark.laboratory(nodes=2, ends="program")
def test_entries(captured):
    entries = [entry for _, fields in captured for entry in fields["entries"]]
    assert {entry["vrid"] for entry in entries} == {VRID}
    assert all(entry["flags"] & wire.KNOWS_CLAIMS and not entry["flags"] & wire.CLAIM for entry in entries)
    assert {(entry["state"], entry["priority"]) for entry in entries} == {(3, 150), (2, 100)}
