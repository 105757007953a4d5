# SPDX-License-Identifier: GPL-2.0-or-later
"""Adverts made by hand, right ones and wrong ones, and who sends them: anybody in a laboratory."""

import ipaddress
import struct

from tests.support.cluster import VIP, VRID
from tests.support.port import open_port

GROUP = "224.0.0.18"
GROUP_MAC = bytes.fromhex("01005e000012")
SENDER_MAC = bytes.fromhex("0200000000c8")
ADVERTISEMENT = 1


def internet_checksum(data):
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total & 0xFFFF) + (total >> 16)
    return ~(total + (total >> 16)) & 0xFFFF


def message(source, destination, **fields):
    """VRRP version 3 over IPv4, with the pseudo-header in its checksum."""
    values = {"version": 3, "type": ADVERTISEMENT, "vrid": VRID, "priority": 100, "count": None,
              "interval_cs": 10, "addresses": [VIP], "checksum": None, **fields}
    listed = b"".join(ipaddress.ip_address(text).packed for text in values["addresses"])
    count = len(values["addresses"]) if values["count"] is None else values["count"]

    def build(checksum):
        return struct.pack("!BBBBHH", values["version"] << 4 | values["type"], values["vrid"],
                           values["priority"], count, values["interval_cs"], checksum) + listed

    pseudo = (ipaddress.ip_address(source).packed + ipaddress.ip_address(destination).packed
              + struct.pack("!BBH", 0, 112, len(build(0))))
    right = internet_checksum(pseudo + build(0))
    return build(right if values["checksum"] is None else values["checksum"])


def advert(source, destination=GROUP, ttl=255, fragment=0, options=b"", header_checksum=None,
           cut_bytes=0, **fields):
    """A whole Ethernet frame. fields: those of message(); cut_bytes: of its end, that are missing."""
    body = message(source, destination, **fields)
    body = body[:len(body) - cut_bytes]
    header_bytes = 20 + len(options)

    def header(checksum):
        return struct.pack("!BBHHHBBH4s4s", 0x40 | header_bytes // 4, 0xC0, header_bytes + len(body),
                           0, fragment, ttl, 112, checksum, ipaddress.ip_address(source).packed,
                           ipaddress.ip_address(destination).packed) + options

    right = internet_checksum(header(0))
    packet = header(right if header_checksum is None else header_checksum) + body
    return (GROUP_MAC + SENDER_MAC + struct.pack("!H", 0x0800) + packet).ljust(60, b"\0")


def send(lab, member, frames):
    with open_port(lab, member, "eth0") as port:
        for frame in frames:
            port.send(frame)
