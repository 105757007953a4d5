# SPDX-License-Identifier: GPL-2.0-or-later
"""Signed adverts (auth_hmac), written from the description of the format alone, without xbeat's own
code: the trailer of 28 bytes that follows a message."""

import hashlib
import hmac
import struct
import time

from tests.support.configuration import block
from tests.support.packet import packed

TRAILER_BYTES, HMAC_SHA256 = 28, 1
KEYS = {7: "a1b2c3d4e5f60718293a4b5c6d7e8f90112233445566778899aabbccddeeff01",
        9: "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff"}


def auth_hmac(*lines, keys=(7,), active=7):
    """The block of an instance. lines: more statements of it."""
    return block("auth_hmac", *(f"key {number} hex:{KEYS[number]}" for number in keys),
                 f"active_key {active}", *lines)


def sequence_at(seconds):
    """8 bytes: seconds of UTC, 1/65536 seconds, and a counter of 0."""
    return struct.pack("!IHH", int(seconds) & 0xFFFFFFFF, int(seconds % 1 * 65536), 0)


def tag(message, source, head, key):
    """message: of any version, its checksum counts as 0; head: the first 12 bytes of the trailer."""
    address = packed(source)
    family = 6 if len(address) == 16 else 4
    pseudo = bytes([family, message[0] >> 4, message[1], 0]) + address.ljust(16, b"\0")
    text = pseudo + message[:6] + bytes(2) + message[8:] + head + bytes(16)
    return hmac.new(bytes.fromhex(key), text, hashlib.sha256).digest()[:16]


def trailer(message, source, number=7, key=None, seconds=None):
    """number: the key's id; key: another one than that of the number; seconds: the time."""
    head = struct.pack("!BBH", HMAC_SHA256, number, 0) + sequence_at(
        time.time() if seconds is None else seconds)
    return head + tag(message, source, head, key or KEYS[number])


def is_right(payload, source, keys=None):
    """Whether the trailer of a message and its trailer is right. keys: instead of KEYS."""
    message, end = payload[:-TRAILER_BYTES], payload[-TRAILER_BYTES:]
    return (end[0], end[2:4]) == (HMAC_SHA256, bytes(2)) and end[12:] == tag(
        message, source, end[:12], (keys or KEYS)[end[1]])
