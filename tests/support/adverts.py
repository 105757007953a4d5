# SPDX-License-Identifier: GPL-2.0-or-later
"""VRRP adverts as a bystander sees them on the wire, with the kernel's arrival times."""

import collections
import socket
import struct

from tests.support.laboratory import wait_until
from tests.support.port import open_port

VRRP = 112
ETHERNET_BYTES = 14
SO_RCVBUFFORCE, SO_TIMESTAMPNS = 33, 35
BUFFER_BYTES = 32 << 20

Advert = collections.namedtuple("Advert", "time_s source vrid priority interval_s")


def parse(frame, time_s):
    """Returns the advert of version 3 over IPv4 in a frame, or None."""
    if len(frame) < ETHERNET_BYTES + 28 or frame[12:14] != b"\x08\x00":
        return None
    header = frame[ETHERNET_BYTES:]
    if header[9] != VRRP:
        return None
    vrrp = header[(header[0] & 0xF) * 4:]
    interval_cs = struct.unpack_from("!H", vrrp, 4)[0] & 0xFFF
    return Advert(time_s, socket.inet_ntoa(header[12:16]), vrrp[1], vrrp[2], interval_cs / 100)


class Tap:
    """Adverts that reach an interface of a member; the client hears all multicast."""

    def __init__(self, lab, member="client", interface="eth0"):
        self.port = open_port(lab, member, interface)
        self.port.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        self.port.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self.port.setblocking(False)
        self.seen = []

    def read(self):
        """Returns all adverts since the start."""
        while True:
            try:
                frame, ancillary, _, _ = self.port.recvmsg(2048, 256)
            except BlockingIOError:
                return self.seen
            time_s = next((struct.unpack("qq", data) for _, kind, data in ancillary
                           if kind == SO_TIMESTAMPNS), (0, 0))
            advert = parse(frame, time_s[0] + time_s[1] / 1e9)
            if advert:
                self.seen.append(advert)

    def of(self, vrid, source=None):
        return [advert for advert in self.read()
                if advert.vrid == vrid and source in (None, advert.source)]

    def wait_for(self, seconds=5, **fields):
        """Returns the first advert with these fields."""
        def find():
            return next((advert for advert in self.read()
                         if all(getattr(advert, name) == value for name, value in fields.items())),
                        None)
        return wait_until(find, seconds, f"an advert with {fields}")

    def longest_gap_s(self, vrid, since_s=0):
        times = [advert.time_s for advert in self.of(vrid) if advert.time_s >= since_s]
        return max(later - earlier for earlier, later in zip(times, times[1:]))

    def close(self):
        self.port.close()
