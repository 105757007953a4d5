# SPDX-License-Identifier: GPL-2.0-or-later
"""Adverts made by hand, good and bad ones, sent from the client of a laboratory."""

import ipaddress
import struct

from tests.support.cluster import VIP, VRID
from tests.support.port import open_port
from tests.support.watch import PROTOCOL_VRRP, checksum

CLIENT_MAC = "02:00:00:00:00:01"
GROUP = "224.0.0.18"


def packed(address):
    return ipaddress.ip_address(address).packed


def message(source, destination, version=3, kind=1, vrid=VRID, priority=200, count=None, interval_cs=10,
            addresses=(VIP,), checksum_kind="pseudo", authentication=b""):
    """A VRRP message; authentication: of version 2, its type and 8 bytes."""
    listed = b"".join(map(packed, addresses))
    timing = struct.pack("!H", interval_cs) if version == 3 else \
        (authentication[:1] or b"\0") + bytes([interval_cs // 100])
    data = (authentication[1:] or bytes(8)) if version == 2 else b""
    head = struct.pack("!BBBB", version << 4 | kind, vrid, priority,
                       len(addresses) if count is None else count) + timing
    text = head + bytes(2) + listed + data
    covered = text
    if version == 3 and checksum_kind != "plain":
        covered = packed(source) + packed(destination) + \
            struct.pack("!II", len(text), PROTOCOL_VRRP) + text
    value = checksum(covered) ^ (checksum_kind == "bad")
    return head + struct.pack("!H", value) + listed + data


def frame(source, destination=GROUP, ttl=255, mac=None, padding=b"", **fields):
    """An IPv4 frame; fields are those of message(). mac: of a unicast destination."""
    text = message(source, destination, **fields)
    header = struct.pack("!BBHHHBBH4s4s", 0x45, 0xC0, 20 + len(text), 0, 0, ttl, PROTOCOL_VRRP, 0,
                         packed(source), packed(destination))
    header = header[:10] + struct.pack("!H", checksum(header)) + header[12:]
    macs = (mac or "01:00:5e:00:00:12"), CLIENT_MAC
    ethernet = b"".join(bytes.fromhex(text.replace(":", "")) for text in macs) + b"\x08\x00"
    return ethernet + header + text + padding


class Forger:
    """Sends in the name of the client's address, or of another one."""

    def __init__(self, lab):
        self.port = open_port(lab, "client", "eth0")
        self.source = lab.address("client")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.port.close()

    def send(self, source=None, **fields):
        self.port.send(frame(source or self.source, **fields))
