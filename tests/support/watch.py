# SPDX-License-Identifier: GPL-2.0-or-later
"""What passes one port of a laboratory's switch, as far as VRRP is concerned: adverts, gratuitous
ARP, unsolicited neighbour advertisements. Read by hand, apart from the project's C.

Layouts: RFC 3768 section 5.1, RFC 9568 section 5.1, RFC 826, RFC 4861 section 4.4.
"""

import ipaddress
import socket
import struct
import time
from dataclasses import dataclass, field

from tests.support.laboratory import wait_until
from tests.support.port import open_port

ETH_ARP, ETH_IPV4, ETH_IPV6 = 0x0806, 0x0800, 0x86DD
PROTOCOL_VRRP, PROTOCOL_ICMPV6 = 112, 58
NEIGHBOUR_ADVERTISEMENT = 136
SO_TIMESTAMPNS, SO_RCVBUFFORCE = 35, 33
BUFFER_BYTES = 16 << 20


@dataclass
class Advert:
    time_ns: int  # CLOCK_REALTIME, by the kernel
    mac: str
    destination_mac: str
    source: str
    destination: str
    ttl: int
    version: int
    vrid: int
    priority: int
    interval_cs: int
    authentication: bytes  # version 2: type and data
    checksum: str  # "plain", "pseudo" or "bad"
    addresses: list = field(default_factory=list)


@dataclass
class Claim:
    """A gratuitous ARP or an unsolicited NA."""
    time_ns: int
    mac: str
    address: str
    operation: int  # of ARP: 1 request, 2 reply; 0: a neighbour advertisement
    claimed_mac: str
    flags: int = 0  # of a neighbour advertisement: 0x80 router, 0x40 solicited, 0x20 override


def mac_text(data):
    return ":".join(f"{byte:02x}" for byte in data)


def text(data):
    return str(ipaddress.ip_address(data))


def checksum(data):
    """The sum is 0 over data that hold a right one."""
    data += bytes(len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def checksum_kind(source, destination, message):
    pseudo = source + destination + struct.pack("!II", len(message), PROTOCOL_VRRP)
    if checksum(message) == 0:
        return "plain"
    return "pseudo" if checksum(pseudo + message) == 0 else "bad"


def read_advert(time_ns, frame, source, destination, ttl, message):
    version = message[0] >> 4
    address_bytes = len(source)
    addresses_end = 8 + message[3] * address_bytes
    kind = checksum_kind(source, destination, message)
    return Advert(time_ns, mac_text(frame[6:12]), mac_text(frame[:6]), text(source), text(destination),
                  ttl, version, message[1], message[2],
                  message[5] * 100 if version == 2 else struct.unpack("!H", message[4:6])[0] & 0xFFF,
                  message[4:5] + message[addresses_end:addresses_end + 8] if version == 2 else b"",
                  kind, [text(message[at:at + address_bytes])
                         for at in range(8, addresses_end, address_bytes)])


def read_ipv4(time_ns, frame, packet):
    header_bytes, length = (packet[0] & 15) * 4, struct.unpack("!H", packet[2:4])[0]
    if packet[9] != PROTOCOL_VRRP:
        return None
    return read_advert(time_ns, frame, packet[12:16], packet[16:20], packet[8],
                       packet[header_bytes:length])


def read_ipv6(time_ns, frame, packet):
    message = packet[40:40 + struct.unpack("!H", packet[4:6])[0]]
    if packet[6] == PROTOCOL_VRRP:
        return read_advert(time_ns, frame, packet[8:24], packet[24:40], packet[7], message)
    if packet[6] == PROTOCOL_ICMPV6 and message[0] == NEIGHBOUR_ADVERTISEMENT and not message[4] & 0x40:
        return Claim(time_ns, mac_text(frame[6:12]), text(message[8:24]), 0,
                     mac_text(message[26:32]), message[4])
    return None


def read_arp(time_ns, frame, packet):
    operation, sender_mac, sender, target = struct.unpack("!6xH6s4s6x4s", packet[:28])
    if sender != target:
        return None
    return Claim(time_ns, mac_text(frame[6:12]), text(sender), operation, mac_text(sender_mac))


READERS = {ETH_ARP: read_arp, ETH_IPV4: read_ipv4, ETH_IPV6: read_ipv6}


def read_frame(time_ns, frame):
    """Returns an Advert, a Claim, or None."""
    reader = READERS.get(struct.unpack("!H", frame[12:14])[0])
    return reader(time_ns, frame, frame[14:]) if reader else None


class Watch:
    """Packets to and from a node, from now on; the kernel keeps and stamps them until they are read."""

    def __init__(self, lab, node, link=0):
        self.port = open_port(lab, "switch", f"{node}.{link}")
        self.port.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self.port.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port.setblocking(False)
        self.seen = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.port.close()

    def packets(self):
        """All that was seen so far."""
        while True:
            try:
                frame, ancillary, _, _ = self.port.recvmsg(65536, 256)
            except BlockingIOError:
                return self.seen
            seconds, nanoseconds = next((struct.unpack("qq", data) for _, kind, data in ancillary
                                         if kind == SO_TIMESTAMPNS), divmod(time.time_ns(), 10**9))
            packet = read_frame(seconds * 10**9 + nanoseconds, frame)
            if packet:
                self.seen.append(packet)

    def adverts(self, since_ns=0, **fields):
        """Those whose fields are as given, since then."""
        return self.select(Advert, since_ns, fields)

    def claims(self, since_ns=0, **fields):
        return self.select(Claim, since_ns, fields)

    def select(self, kind, since_ns, fields):
        return [packet for packet in self.packets()
                if isinstance(packet, kind) and packet.time_ns >= since_ns
                and all(getattr(packet, name) == value for name, value in fields.items())]

    def wait_advert(self, seconds=5, since_ns=0, **fields):
        """Returns the first such advert."""
        return wait_until(lambda: self.adverts(since_ns, **fields), seconds, f"advert {fields}")[0]
