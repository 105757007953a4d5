# SPDX-License-Identifier: GPL-2.0-or-later
"""What a member of a laboratory sends, as it arrives in the switch, with the kernel's time stamps."""

import socket
import struct

from scapy.layers.inet import IP
from scapy.layers.inet6 import ICMPv6ND_NA, IPv6
from scapy.layers.l2 import ARP, Ether

from tests.support.port import open_port

SO_TIMESTAMPNS, SO_RCVBUFFORCE = 35, 33
BUFFER_BYTES = 8 << 20
FRAME_BYTES_MAX = 2048
VRRP_PROTOCOL = 112


class Capture:
    def __init__(self, lab, node, link=0):
        self.port = open_port(lab, "switch", f"{node}.{link}")
        self.port.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self.port.setblocking(False)
        self.seen = []

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.port.close()

    def frames(self):
        """All since the start, or since forget(): pairs of time in seconds and frame."""
        while True:
            try:
                data, ancillary, _, address = self.port.recvmsg(FRAME_BYTES_MAX, 256)
            except BlockingIOError:
                return self.seen
            if address[2] != socket.PACKET_OUTGOING:
                stamp = next(data for level, kind, data in ancillary
                             if (level, kind) == (socket.SOL_SOCKET, SO_TIMESTAMPNS))
                seconds, nanoseconds = struct.unpack("qq", stamp)
                self.seen.append((seconds + nanoseconds / 1e9, Ether(data)))

    def forget(self):
        self.frames()
        self.seen = []

    def adverts(self):
        return [(time, frame) for time, frame in self.frames()
                if (IP in frame and frame[IP].proto == VRRP_PROTOCOL)
                or (IPv6 in frame and frame[IPv6].nh == VRRP_PROTOCOL)]

    def announcements(self, address):
        """Gratuitous ARP or unsolicited advertisements of an address."""
        return [(time, frame) for time, frame in self.frames()
                if (ARP in frame and frame[ARP].psrc == frame[ARP].pdst == address)
                or (ICMPv6ND_NA in frame and frame[ICMPv6ND_NA].tgt == address)]
