# SPDX-License-Identifier: GPL-2.0-or-later
"""Adverts made by hand, valid and invalid, and their sender: any node of a laboratory."""

import struct

from tests.support.configuration import VIP, VRID
from tests.support.packet import (ETHERTYPE_IPV4, ETHERTYPE_IPV6, GROUP, GROUP6, GROUP6_MAC, GROUP_MAC,
                                  PROTOCOL_VRRP, checksum, mac_bytes, packed, pseudo_header)
from tests.support.port import open_port

SENDER_MAC = "02:00:00:00:00:c8"


def message(source, destination, version=3, type=1, vrid=VRID, priority=200, count=None, interval_cs=10,
            addresses=(VIP,), checksum_kind="pseudo", authentication=b""):
    """A VRRP message. checksum_kind: "plain", "pseudo", "bad", or the number itself;
    authentication: of version 2, its type and 8 bytes."""
    timing, data = struct.pack("!H", interval_cs), b""
    if version == 2:
        timing = (authentication[:1] or b"\0") + bytes([interval_cs // 100 & 0xFF])
        data = authentication[1:] or bytes(8)
    head = struct.pack("!BBBB", version << 4 | type, vrid, priority,
                       len(addresses) if count is None else count) + timing
    rest = b"".join(map(packed, addresses)) + data
    covered = head + bytes(2) + rest
    if version != 2 and checksum_kind != "plain":
        covered = pseudo_header(packed(source), packed(destination), len(covered)) + covered
    value = checksum_kind
    if isinstance(checksum_kind, str):
        value = checksum(covered) ^ (checksum_kind == "bad")
    return head + struct.pack("!H", value) + rest


def packet(source, destination=GROUP, ttl=255, fragment=0, options=b"", header_checksum=None,
           cut_bytes=0, **fields):
    """An IPv4 packet. fields: those of message(); cut_bytes: how many bytes are missing at its
    end."""
    body = message(source, destination, **fields)
    body = body[:len(body) - cut_bytes]
    header_bytes = 20 + len(options)

    def header(value):
        return struct.pack("!BBHHHBBH4s4s", 0x40 | header_bytes // 4, 0xC0, header_bytes + len(body),
                           0, fragment, ttl, PROTOCOL_VRRP, value, packed(source),
                           packed(destination)) + options

    return header(checksum(header(0)) if header_checksum is None else header_checksum) + body


def packet6(source, destination=GROUP6, ttl=255, **fields):
    """An IPv6 packet. ttl: the hop limit; fields: those of message()."""
    body = message(source, destination, **fields)
    return struct.pack("!IHBB16s16s", 6 << 28, len(body), PROTOCOL_VRRP, ttl, packed(source),
                       packed(destination)) + body


def frame(source, mac=None, bytes_min=0, **fields):
    """An Ethernet frame. mac: of the destination, by default the group's; bytes_min: the length it
    is padded to; fields: those of packet() or packet6()."""
    family6 = ":" in source
    mac = mac or (GROUP6_MAC if family6 else GROUP_MAC)
    ethertype = ETHERTYPE_IPV6 if family6 else ETHERTYPE_IPV4
    head = mac_bytes(mac) + mac_bytes(SENDER_MAC) + struct.pack("!H", ethertype)
    return (head + (packet6 if family6 else packet)(source, **fields)).ljust(bytes_min, b"\0")


class Forger:
    """Sends from a member, with its own source address or another one."""

    def __init__(self, lab, member="client", **always):
        """always: fields of all adverts that it sends."""
        self.port = open_port(lab, member, "eth0")
        self.always = always
        self.source = lab.address(member)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.port.close()

    def send(self, source=None, copies=1, **fields):
        """fields: those of frame()."""
        data = frame(source or self.source, **{**self.always, **fields})
        for _ in range(copies):
            self.port.send(data)
