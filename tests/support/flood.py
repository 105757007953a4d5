#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A flood of well-formed adverts for the served VRID. Each differs from the one before in sender,
priority, interval or address list, so that none is a repetition.

    flood.py ADVERTS_PER_SECOND SECONDS PRIORITY_MAX      prints how many were sent
"""

import itertools
import pathlib
import socket
import struct
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent))

from tests.support.advert import frame, packet  # noqa: E402 (needs the path above, as a program)
from tests.support.packet import GROUP  # noqa: E402

PROGRAM = __file__
PACE_SECONDS = 0.001


def variants(make, priority_max, **always):
    """make: frame() or packet()."""
    return [make(f"10.77.0.{150 + n % 40}", priority=1 + n * 7 % priority_max,
                 interval_cs=1 + n * 11 % 300, checksum_kind="plain",
                 addresses=[f"10.77.0.{last}" for last in range(100 + n % 5, 101 + n % 11 + n % 5)],
                 **always)
            for n in range(509)]


def frames(priority_max):
    """The same for tests/tools/replay.c, which sends as fast as a core can."""
    return b"".join(struct.pack("!H", len(data)) + data
                    for data in variants(frame, priority_max, bytes_min=64))


def flood(rate, seconds, priority_max):
    """Sends at that rate, or as fast as possible. Returns how many were sent."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
    # The kernel fills in the checksum of the header.
    packets = itertools.cycle(variants(packet, priority_max, header_checksum=0))
    start, sent = time.monotonic(), 0
    while (passed := time.monotonic() - start) < seconds:
        while sent < passed * rate:
            raw.sendto(next(packets), (GROUP, 0))
            sent += 1
        time.sleep(PACE_SECONDS)
    return sent


if __name__ == "__main__":
    print(flood(*map(int, sys.argv[1:4])))
