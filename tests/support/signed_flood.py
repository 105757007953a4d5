#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A flood of adverts with a wrong signature, whose sender and time are right.

    signed_flood.py ADVERTS_PER_SECOND SECONDS SENDER      prints how many were sent
"""

import pathlib
import socket
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent))

from tests.support.advert import packet  # noqa: E402 (needs the path above, as a program)
from tests.support.advert import message  # noqa: E402
from tests.support.packet import GROUP, checksum  # noqa: E402
from tests.support.signed import trailer  # noqa: E402

PROGRAM = __file__
PACE_SECONDS = 0.001


def forgery(sender, seconds):
    data = message(sender, GROUP, priority=255, interval_cs=10)
    header = bytearray(packet(sender, priority=255, interval_cs=10)[:20])
    header[2:4] = (20 + len(data) + 28).to_bytes(2, "big")
    header[10:12] = bytes(2)
    header[10:12] = checksum(bytes(header)).to_bytes(2, "big")
    return bytes(header) + data + trailer(data, sender, key="00" * 32, seconds=seconds)


def flood(rate, duration, sender):
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
    start, sent = time.monotonic(), 0
    while (passed := time.monotonic() - start) < duration:
        data = forgery(sender, time.time())
        while sent < passed * rate:
            raw.sendto(data, (GROUP, 0))
            sent += 1
        time.sleep(PACE_SECONDS)
    return sent


if __name__ == "__main__":
    print(flood(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3]))
