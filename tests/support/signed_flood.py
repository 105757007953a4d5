# SPDX-License-Identifier: GPL-2.0-or-later
"""Forged signed adverts of every kind, for tests/tools/replay.c: what an attacker without the key can
make, who records all true ones."""

import struct

from tests.support.advert import SENDER_MAC, message
from tests.support.packet import ETHERTYPE_IPV4, GROUP, GROUP_MAC, PROTOCOL_VRRP, checksum, mac_bytes, packed
from tests.support.signed import HMAC_SHA256, TRAILER_BYTES, sequence_at, trailer

YEARS10_S = 315576000
WRONG = "00" * 32
COSTLY = 30


def frame(source, payload):
    """An Ethernet frame of a payload with any length."""
    def header(value):
        return struct.pack("!BBHHHBBH4s4s", 0x45, 0xC0, 20 + len(payload), 0, 0, 255, PROTOCOL_VRRP, value,
                           packed(source), packed(GROUP))
    head = mac_bytes(GROUP_MAC) + mac_bytes(SENDER_MAC) + struct.pack("!H", ETHERTYPE_IPV4)
    return head + header(checksum(header(0))) + payload


def made(source, now_s, window_s):
    """Payloads without a signature of a node: with the right length, number and time, and without them."""
    for priority in (255, 254, 0):
        data = message(source, GROUP, priority=priority)
        for off_s in (0, 1, window_s, -window_s, YEARS10_S, -YEARS10_S):
            yield data + trailer(data, source, key=WRONG, seconds=now_s + off_s)
            yield data + trailer(data, source, number=99, key=WRONG, seconds=now_s + off_s)
        right = trailer(data, source, key=WRONG, seconds=now_s)
        yield from [data + right] * COSTLY  # the most expensive kind: a MAC is computed
        yield data + bytes([HMAC_SHA256 + 1]) + right[1:]  # another algorithm
        yield data + right[:2] + b"\0\1" + right[4:]  # a reserved bit
        yield from (data + right[:length] for length in (0, 1, 12, TRAILER_BYTES - 1))
        yield data + right + bytes(4)
        yield data[:3] + b"\xff" + data[4:] + right  # more addresses than it has


def altered(recorded, now_s):
    """A true payload as it was, and changed where its signature covers it."""
    data, end = recorded[:-TRAILER_BYTES], recorded[-TRAILER_BYTES:]
    yield recorded
    for priority in (255, 0):
        changed = data[:2] + bytes([priority]) + data[3:]
        yield changed + end
    for seconds in (now_s, now_s + 5):
        yield data + end[:4] + sequence_at(seconds) + end[12:]
    yield data + end[:-1] + bytes([end[-1] ^ 1])
    yield recorded[:-1]


def frames(sources, sender, recorded, now_s, window_s):
    """sources: whose adverts are made; sender: who sent the recorded payloads, which have all
    arrived. Returns the file."""
    made_by = [frame(source, payload) for source in sources for payload in made(source, now_s, window_s)]
    changed = [frame(sender, payload) for true in recorded for payload in altered(true, now_s)]
    moved = [frame(source, true) for true in recorded for source in sources if source != sender]
    return b"".join(struct.pack("!H", len(data)) + data for data in made_by + changed + moved)
