# SPDX-License-Identifier: GPL-2.0-or-later
"""VRRP traffic of one port of a laboratory's switch: adverts, gratuitous ARP, unsolicited neighbour
advertisements. Read by hand, independent of the project's C code.

Layouts: RFC 3768 section 5.1, RFC 9568 section 5.1, RFC 826, RFC 4861 section 4.4.
"""

import errno
import socket
import struct
from dataclasses import dataclass

from tests.support.laboratory import wait_until
from tests.support.moment import stalled_ms
from tests.support.packet import (ETHERTYPE_ARP, ETHERTYPE_IPV4, ETHERTYPE_IPV6, GROUP, PROTOCOL_VRRP,
                                  address_text, checksum, mac_text, packed, pseudo_header)
from tests.support.port import open_port

PROTOCOL_ICMPV6 = 58
NEIGHBOUR_ADVERTISEMENT, SOLICITED = 136, 0x40
SO_TIMESTAMPNS, SO_RCVBUFFORCE = 35, 33
BUFFER_BYTES = 32 << 20
FRAME_BYTES_MAX = 2048


@dataclass(kw_only=True)
class Seen:
    time_ns: int  # CLOCK_REALTIME, by the kernel
    sent: bool  # by the member that is watched, not to it
    mac: str  # of the sender
    destination_mac: str


@dataclass(kw_only=True)
class Advert(Seen):
    source: str
    destination: str
    ttl: int
    traffic_class: int
    version: int
    vrid: int
    priority: int
    interval_cs: int
    authentication: bytes  # version 2: type and data
    checksum: str  # "plain", "pseudo", "group" (as the destination of unicast) or "bad"
    addresses: list

    @property
    def family(self):
        return 6 if ":" in self.source else 4


@dataclass(kw_only=True)
class Claim(Seen):
    """A gratuitous ARP or an unsolicited NA."""
    address: str
    operation: int  # of ARP: 1 request, 2 reply; 0: a neighbour advertisement
    claimed_mac: str
    flags: int = 0  # of a neighbour advertisement: 0x80 router, 0x40 solicited, 0x20 override
    target_mac: str = ""  # of ARP


def seconds_between(first, second):
    return (second.time_ns - first.time_ns) / 1e9


def checksum_kind(source, destination, message):
    if checksum(message) == 0:
        return "plain"
    for kind, receiver in (("pseudo", destination), ("group", packed(GROUP))):
        if len(receiver) == len(source) and checksum(pseudo_header(source, receiver, len(message)) + message) == 0:
            return kind
    return "bad"


def read_advert(head, source, destination, hop, message):
    """hop: TTL or hop limit, and traffic class."""
    version = message[0] >> 4
    address_bytes = len(source)
    addresses_end = 8 + message[3] * address_bytes
    return Advert(
        **head, source=address_text(source), destination=address_text(destination),
        ttl=hop[0], traffic_class=hop[1], version=version, vrid=message[1], priority=message[2],
        interval_cs=message[5] * 100 if version == 2 else struct.unpack("!H", message[4:6])[0] & 0xFFF,
        authentication=message[4:5] + message[addresses_end:addresses_end + 8] if version == 2 else b"",
        checksum=checksum_kind(source, destination, message),
        addresses=[address_text(message[at:at + address_bytes])
                   for at in range(8, addresses_end, address_bytes)])


def read_ipv4(head, packet):
    header_bytes, length = (packet[0] & 15) * 4, struct.unpack("!H", packet[2:4])[0]
    if packet[9] != PROTOCOL_VRRP:
        return None
    return read_advert(head, packet[12:16], packet[16:20], (packet[8], packet[1]),
                       packet[header_bytes:length])


def read_ipv6(head, packet):
    message = packet[40:40 + struct.unpack("!H", packet[4:6])[0]]
    if packet[6] == PROTOCOL_VRRP:
        traffic_class = struct.unpack("!H", packet[:2])[0] >> 4 & 0xFF
        return read_advert(head, packet[8:24], packet[24:40], (packet[7], traffic_class), message)
    if packet[6] != PROTOCOL_ICMPV6 or message[0] != NEIGHBOUR_ADVERTISEMENT or message[4] & SOLICITED:
        return None
    return Claim(**head, address=address_text(message[8:24]), operation=0,
                 claimed_mac=mac_text(message[26:32]), flags=message[4])


def read_arp(head, packet):
    operation, sender_mac, sender, target_mac, target = struct.unpack("!6xH6s4s6s4s", packet[:28])
    if sender != target:
        return None
    return Claim(**head, address=address_text(sender), operation=operation,
                 claimed_mac=mac_text(sender_mac), target_mac=mac_text(target_mac))


READERS = {ETHERTYPE_ARP: read_arp, ETHERTYPE_IPV4: read_ipv4, ETHERTYPE_IPV6: read_ipv6}


def read_frame(frame, time_ns, sent):
    """Returns an Advert, a Claim, or None."""
    reader = READERS.get(struct.unpack("!H", frame[12:14])[0])
    return reader and reader({"time_ns": time_ns, "sent": sent, "mac": mac_text(frame[6:12]),
                              "destination_mac": mac_text(frame[:6])}, frame[14:])


class Watch:
    """Packets to and from a member, from now on; the kernel keeps and stamps them until they are
    read. At the client, all multicast packets."""

    def __init__(self, lab, member, link=0):
        self.lab = lab
        self.port = open_port(lab, "switch", f"{member}.{link}")
        self.port.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self.port.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port.setblocking(False)
        self.forget()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.port.close()

    def forget(self):
        """All packets seen so far."""
        self.packets, self.sender_macs = [], []
        self.read()
        self.packets, self.sender_macs = [], []

    def read(self):
        """Reads the packets that the kernel has kept."""
        while True:
            try:
                frame, ancillary, _, address = self.port.recvmsg(FRAME_BYTES_MAX, 256)
            except BlockingIOError:
                return
            except OSError as error:  # told once when the port goes down
                if error.errno != errno.ENETDOWN:
                    raise
                continue
            seconds, nanoseconds = next(
                struct.unpack("qq", data) for level, kind, data in ancillary
                if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS))
            sent = address[2] != socket.PACKET_OUTGOING
            if sent:
                self.sender_macs.append(mac_text(frame[6:12]))
            packet = read_frame(frame, seconds * 10**9 + nanoseconds, sent)
            if packet:
                self.packets.append(packet)

    def select(self, kind, since_ns, fields):
        self.read()
        return [packet for packet in self.packets
                if isinstance(packet, kind) and packet.time_ns >= since_ns
                and all(getattr(packet, name) == value for name, value in fields.items())]

    def adverts(self, since_ns=0, **fields):
        """Adverts with these fields, since then."""
        return self.select(Advert, since_ns, fields)

    def claims(self, since_ns=0, **fields):
        return self.select(Claim, since_ns, fields)

    def wait_advert(self, since_ns=0, **fields):
        """Returns the first such advert."""
        return wait_until(lambda: self.adverts(since_ns, **fields), f"advert {fields}")[0]

    def least_s(self, first, second):
        """Seconds between two packets, without the machine's own stalls."""
        return seconds_between(first, second) - stalled_ms(self.lab, first.time_ns, second.time_ns) / 1000

    def longest_gap_s(self, vrid, since_ns=0):
        adverts = self.adverts(since_ns, vrid=vrid)
        return max(map(self.least_s, adverts, adverts[1:]))

    def families(self):
        """Of the member's adverts."""
        return {advert.family for advert in self.adverts(sent=True)}

    def count_sent_from(self, mac_start):
        """How many frames of any kind the member has sent from MAC addresses with this prefix."""
        self.read()
        return sum(mac.startswith(mac_start) for mac in self.sender_macs)
