# SPDX-License-Identifier: GPL-2.0-or-later
"""Heartbeats made and read by hand: an implementation of the packet independent of the project's C
code.

Layout and message authentication code (MAC) as in docs/protocol.md; SipHash-2-4 after Aumasson and
Bernstein, 2012.
"""

import ipaddress
import struct

PROBE, REPLY, QUERY, ANSWER, COMPARE, COMPARED = 1, 2, 3, 4, 5, 6
PACKET_BYTES = 136
PORT = 694
MASK = (1 << 64) - 1
HEADER = struct.Struct("!HBBHBxHHIQQQBBHIQII64s")
VIEW = struct.Struct("!HBxIQ4I4IH14x")
PAGE = struct.Struct("!HHIQ48s")
LINKS = 4
NEVER = 0xFFFFFFFF
HEAD_BYTES, INSTANCES_OFFSET = 40, 64
GUARDED, CLAIM, KNOWS_CLAIMS = 0x10, 0x20, 0x40  # in the high four bits of family and flags
INSTANCE = struct.Struct("!BBBB")
FIELDS = ("magic", "version", "key_id", "cluster_id", "link", "prober_id", "responder_id", "seq",
          "prober_epoch", "responder_epoch", "t1_ns", "type", "node_state", "fenced_bits", "ack",
          "t2_ns", "daemon_age_us", "late_apps_bits", "instances")
DEFAULTS = {"magic": 0x5842, "version": 1, "cluster_id": 1, "link": 0, "ack": 0, "node_state": 1,
            "fenced_bits": 0, "t1_ns": 1, "t2_ns": 0, "daemon_age_us": 0, "late_apps_bits": 0,
            "instances": bytes(64)}


def rotate(word, bits):
    return (word << bits | word >> (64 - bits)) & MASK


def siphash_rounds(v, count):
    for _ in range(count):
        v[0] = (v[0] + v[1]) & MASK
        v[1] = rotate(v[1], 13) ^ v[0]
        v[0] = rotate(v[0], 32)
        v[2] = (v[2] + v[3]) & MASK
        v[3] = rotate(v[3], 16) ^ v[2]
        v[0] = (v[0] + v[3]) & MASK
        v[3] = rotate(v[3], 21) ^ v[0]
        v[2] = (v[2] + v[1]) & MASK
        v[1] = rotate(v[1], 17) ^ v[2]
        v[2] = rotate(v[2], 32)


def siphash(key, message):
    """Returns the 64-bit hash; key has 16 bytes."""
    key0, key1 = struct.unpack("<QQ", key)
    v = [key0 ^ 0x736F6D6570736575, key1 ^ 0x646F72616E646F6D,
         key0 ^ 0x6C7967656E657261, key1 ^ 0x7465646279746573]
    padded = message + bytes(7 - len(message) % 8) + bytes([len(message) & 0xFF])
    for (word,) in struct.iter_unpack("<Q", padded):
        v[3] ^= word
        siphash_rounds(v, 2)
        v[0] ^= word
    v[2] ^= 0xFF
    siphash_rounds(v, 4)
    return v[0] ^ v[1] ^ v[2] ^ v[3]


def tag(key, packet, source, destination):
    """The MAC (tag) of a packet from source to destination."""
    question = packet[HEAD_BYTES] not in (REPLY, ANSWER, COMPARED)
    prober, responder = (source, destination) if question else (destination, source)
    addresses = b"".join(ipaddress.ip_address(text).packed for text in (prober, responder))
    digest = siphash(key, packet[INSTANCES_OFFSET:])
    message = (packet[:HEAD_BYTES] + addresses + packet[HEAD_BYTES:INSTANCES_OFFSET]
               + struct.pack("<Q", digest))
    return struct.pack("<Q", siphash(key, message))


def build(key, source, destination, **fields):
    """Returns the UDP payload of a heartbeat from source to destination."""
    values = {**DEFAULTS, **fields}
    packet = HEADER.pack(*(values[name] for name in FIELDS))
    return packet + tag(key, packet, source, destination)


def build_query(key, source, destination, subject_id, **fields):
    """A QUERY: what does destination know of node subject_id?"""
    view = VIEW.pack(subject_id, 0, 0, 0, *[0] * 2 * LINKS, 0)
    return build(key, source, destination, type=QUERY, seq=0, instances=view, **fields)


def build_compare(key, source, destination, page, **fields):
    """A COMPARE: a page of the statement of destination."""
    return build(key, source, destination, type=COMPARE, seq=0, instances=PAGE.pack(page, 0, 0, 0, bytes(48)), **fields)


def parse_page(data):
    """Of a COMPARED."""
    return dict(zip(("page", "page_count", "statement_bytes", "digest", "data"), PAGE.unpack(data)))


def records(statement):
    """The records of a statement: type, contents."""
    while statement:
        kind, length = statement[:2]
        assert len(statement) >= 2 + length
        yield kind, statement[2:2 + length]
        statement = statement[2 + length:]


def parse_view(data):
    """Of an ANSWER, in microseconds; None: never."""
    subject_id, state, daemon_age_us, epoch, *ages_us, fenced_bits = VIEW.unpack(data)
    ages_us = [None if age_us == NEVER else age_us for age_us in ages_us]
    return {"subject_id": subject_id, "state": state, "daemon_age_us": daemon_age_us, "epoch": epoch,
            "evidence_age_us": ages_us[:LINKS], "heard_age_us": ages_us[LINKS:],
            "fenced_bits": fenced_bits}


def parse_instances(data):
    """Of a PROBE or REPLY, without the empty entries."""
    return [{"vrid": vrid, "family": family_flags & 0x0F, "flags": family_flags & 0xF0, "state": state,
             "priority": priority}
            for vrid, family_flags, state, priority in INSTANCE.iter_unpack(data) if state]


def parse(key, payload, source, destination):
    """Returns the fields and "tag_good"; of an ANSWER also "view", of a COMPARED
    "page"."""
    packet = payload[:HEADER.size]
    fields = dict(zip(FIELDS, HEADER.unpack(packet)))
    fields["tag_good"] = payload[HEADER.size:PACKET_BYTES] == tag(key, packet, source, destination)
    if fields["type"] == ANSWER:
        fields["view"] = parse_view(fields["instances"])
    elif fields["type"] == COMPARED:
        fields["page"] = parse_page(fields["instances"])
    elif fields["type"] in (PROBE, REPLY):
        fields["entries"] = parse_instances(fields["instances"])
    return fields
