# SPDX-License-Identifier: GPL-2.0-or-later
"""Shared by all packets made and read by hand: checksums, addresses, VRRP's numbers.

Independent of the project's C code. RFC 1071; RFC 3768 and 9568 section 5.1.
"""

import ipaddress
import struct

PROTOCOL_VRRP = 112
GROUP, GROUP_MAC = "224.0.0.18", "01:00:5e:00:00:12"
GROUP6, GROUP6_MAC = "ff02::12", "33:33:00:00:00:12"
ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6 = 0x0806, 0x0800, 0x86DD


def checksum(data):
    """The sum is 0 over data that contain a valid checksum."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def pseudo_header(source, destination, message_bytes):
    """Of packed addresses; the sum is the same for IPv6 and IPv4."""
    return source + destination + struct.pack("!II", message_bytes, PROTOCOL_VRRP)


def packed(address):
    return ipaddress.ip_address(address).packed


def address_text(data):
    return str(ipaddress.ip_address(data))


def mac_bytes(text):
    return bytes.fromhex(text.replace(":", ""))


def mac_text(data):
    return data.hex(":")
