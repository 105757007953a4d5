# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of attacks with heartbeats: forged ones, and recorded ones that are sent again.

The attacker reads the whole network, which is more than a host on a switched LAN can, but has no
key.
"""

import contextlib
import socket
import time

from scapy.layers.inet import IP, UDP
from scapy.layers.l2 import Dot1Q, Ether

from tests.support import wire
from tests.support.advert import SENDER_MAC
from tests.support.attack.packets import STRANGER, Packet
from tests.support.attack.scene import ACTIVE, BACKUP, VRIDS, WITNESS
from tests.support.configuration import KEY, KEY_ID
from tests.support.laboratory import wait_until
from tests.support.packet import mac_bytes
from tests.support.port import SOL_PACKET, inside
from tests.support.watch import BUFFER_BYTES, SO_RCVBUFFORCE

IDS = {ACTIVE: 1, BACKUP: 2, WITNESS: 3}
WRONG_KEY = bytes(16)
KIND = {wire.PROBE: "PROBE", wire.REPLY: "REPLY", wire.QUERY: "QUERY", wire.ANSWER: "ANSWER",
        wire.COMPARE: "COMPARE", wire.COMPARED: "COMPARED"}
QUESTIONS = (wire.PROBE, wire.QUERY, wire.COMPARE)
GUARDED, CLAIM, KNOWS_CLAIMS = 0x10, 0x20, 0x40
BACKUP_STATE, STOPPING = 2, 3
PAIRS = ((ACTIVE, BACKUP), (BACKUP, ACTIVE), (WITNESS, ACTIVE), (WITNESS, BACKUP))
# Ethernet, IPv4 and UDP before the heartbeat.
PAYLOAD_OFFSET, PROTOCOL_OFFSET, ADDRESSES = 42, 23, slice(26, 34)
TYPE_OFFSET, FRAME_BYTES = PAYLOAD_OFFSET + wire.HEAD_BYTES, PAYLOAD_OFFSET + wire.PACKET_BYTES
ETH_P_ALL, PACKET_IGNORE_OUTGOING = 3, 23
# The reasons to refuse a recorded one of each kind.
REPLAYED = {"PROBE": {"replay", "old_seq"}, "claim": {"replay", "old_seq"}, "REPLY": {"replay", "old_seq"},
            "QUERY": {"replay", "old_query"}, "ANSWER": {"replay", "old_answer"},
            "COMPARE": {"replay", "old_query"}, "COMPARED": {"replay", "old_answer"}}
OF_ANOTHER_LIFE = {"old_epoch", "wrong_epoch", "unasked_reply"}


def entry(vrid, family_flags, state, priority):
    return bytes([vrid, family_flags, state, priority])


def claim(vrid, priority):
    return entry(vrid, 4 | GUARDED | CLAIM | KNOWS_CLAIMS, BACKUP_STATE, priority)


def is_claim(fields):
    return fields["type"] == wire.PROBE and any(
        fields["instances"][at + 1] & CLAIM and fields["instances"][at + 2] == BACKUP_STATE for at in range(0, 64, 4))


class Heard:
    """A recorded heartbeat."""

    def __init__(self, frame):
        packet = Ether(frame)
        self.source, self.destination = packet[IP].src, packet[IP].dst
        self.frame = own(frame)
        self.payload = frame[PAYLOAD_OFFSET:PAYLOAD_OFFSET + wire.PACKET_BYTES]
        self.fields = wire.parse(KEY, self.payload, self.source, self.destination)

    @property
    def kind(self):
        return "claim" if is_claim(self.fields) else KIND[self.fields["type"]]

    @property
    def key(self):
        return self.source, self.destination, self.kind


class Recorder:
    """Reads every heartbeat that a node sends on a link, at the ports of the switch."""

    def __init__(self, lab, link=0):
        self.ports = [self.open(lab, f"{node}.{link}") for node in lab.nodes]
        self.newest = {}  # by pair of addresses and kind

    @staticmethod
    def open(lab, interface):
        with inside(lab, "switch"):
            port = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0)
        port.setsockopt(SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)
        port.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, BUFFER_BYTES)
        port.bind((interface, ETH_P_ALL))  # before the bridge takes it
        port.setblocking(False)
        return port

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for port in self.ports:
            port.close()

    def read(self):
        """Takes in what has arrived. Returns the newest frames."""
        for port in self.ports:
            with contextlib.suppress(BlockingIOError):
                while True:
                    self.take(port.recv(2048))
        return list(self.newest.values())

    def take(self, frame):
        if len(frame) == FRAME_BYTES and frame[PROTOCOL_OFFSET] == socket.IPPROTO_UDP:
            self.newest[frame[ADDRESSES] + bytes([frame[TYPE_OFFSET], has_claim(frame)])] = frame

    def heard(self):
        return [Heard(frame) for frame in self.read()]

    def wait_kinds(self, kinds, what):
        wait_until(lambda: kinds <= {heard.kind for heard in self.heard()}, what)

    def repeat(self, attacker):
        """Sends again what was heard last."""
        for frame in self.read():
            attacker.ports["eth0"].send(own(frame))


def own(frame):
    """From the attacker's MAC address: with that of a node it would take the node's place at the
    switch, which cuts the node off."""
    return frame[:6] + mac_bytes(SENDER_MAC) + frame[12:]


def has_claim(frame):
    """As is_claim(), from the bytes."""
    at = PAYLOAD_OFFSET + wire.INSTANCES_OFFSET
    return frame[TYPE_OFFSET] == wire.PROBE and any(
        frame[at + 4 * n + 1] & CLAIM and frame[at + 4 * n + 2] == BACKUP_STATE for n in range(16))


def ethernet(scene, receiver, source, payload, link=0, ttl=255, tag=None):
    head = Ether(src=SENDER_MAC, dst=scene.lab.mac(receiver, f"eth{link}"))
    if tag is not None:
        head = head / Dot1Q(vlan=tag)
    return bytes(head / IP(src=source, dst=scene.lab.address(receiver), ttl=ttl)
                 / UDP(sport=wire.PORT, dport=wire.PORT) / payload)


def forged_fields(known, sender, receiver, **fields):
    """As the sender's next packet, by what the attacker has read. known: Heard."""
    question = fields["type"] in QUESTIONS
    prober, responder = (sender, receiver) if question else (receiver, sender)
    epochs = known.fields["prober_epoch"], known.fields["responder_epoch"]
    return {"key_id": KEY_ID, "prober_id": IDS[prober], "responder_id": IDS[responder],
            "seq": known.fields["seq"] + 1000, "ack": known.fields["ack"] + 1000,
            "prober_epoch": epochs[0] if question else epochs[1],
            "responder_epoch": epochs[1] if question else epochs[0],
            "t1_ns": known.fields["t1_ns"] + 10**9, **fields}


# What a forged heartbeat says, and under which reason it is refused.
FORGED = {
    "PROBE": ({"type": wire.PROBE}, "bad_tag"),
    "PROBE that stops": ({"type": wire.PROBE, "node_state": STOPPING}, "bad_tag"),
    "PROBE that fences all": ({"type": wire.PROBE, "fenced_bits": 0xFFFF}, "bad_tag"),
    "PROBE of a new epoch": ({"type": wire.PROBE, "prober_epoch": 1 << 62}, "bad_tag"),
    "PROBE that claims": ({"type": wire.PROBE, "t2_ns": 10**8, "instances": b"".join(
        claim(vrid, 254) for vrid in VRIDS.values()).ljust(64, b"\0")}, "bad_tag"),
    "REPLY": ({"type": wire.REPLY}, "bad_tag"),
    "REPLY that fences all": ({"type": wire.REPLY, "fenced_bits": 0xFFFF}, "bad_tag"),
    "QUERY": ({"type": wire.QUERY}, "bad_tag"),
    "ANSWER": ({"type": wire.ANSWER}, "bad_tag"),
    "COMPARE": ({"type": wire.COMPARE}, "bad_tag"),
    "COMPARED": ({"type": wire.COMPARED}, "bad_tag"),
    "PROBE of another cluster": ({"type": wire.PROBE, "cluster_id": 2}, "bad_cluster"),
    "PROBE under a key that is not there": ({"type": wire.PROBE, "key_id": 9}, "unknown_key"),
    "PROBE of a node that is not there": ({"type": wire.PROBE, "prober_id": 77}, "unknown_peer"),
    "PROBE of another version": ({"type": wire.PROBE, "version": 2}, "bad_version"),
    "packet of an unknown type": ({"type": 7}, "bad_type"),
}


def forged(scene, heard):
    """heard: what was recorded."""
    lab = scene.lab
    known = {key[:2]: one for one in heard for key in [one.key] if one.kind == "PROBE"}
    for sender, receiver in PAIRS:
        source, destination = lab.address(sender), lab.address(receiver)
        for name, (fields, reason) in FORGED.items():
            payload = wire.build(WRONG_KEY, source, destination,
                                 **forged_fields(known[source, destination], sender, receiver, **fields))
            for ttl in (255, 64):
                yield Packet(f"forged {name}, from {sender}'s address to {receiver}, TTL {ttl}",
                             ethernet(scene, receiver, source, payload, ttl=ttl),
                             {receiver: {reason} if ttl == 255 else {reason, "bad_ttl"}})
        payload = wire.build(WRONG_KEY, STRANGER, destination, **forged_fields(
            known[source, destination], sender, receiver, type=wire.PROBE))
        yield Packet(f"forged PROBE of {sender}, from a stranger to {receiver}",
                     ethernet(scene, receiver, STRANGER, payload), {receiver: "bad_address"})


def changed_ttl(frame, ttl):
    """Of an IPv4 frame: the checksum is computed again."""
    packet = Ether(frame)
    packet[IP].ttl = ttl
    del packet[IP].chksum
    return bytes(packet)


def tagged(frame, vlan):
    packet = Ether(frame)
    return bytes(Ether(src=packet.src, dst=packet.dst) / Dot1Q(vlan=vlan) / packet.payload)


def by_interface(scene, receiver, frame, link):
    packet = Ether(frame)
    packet.dst = scene.lab.mac(receiver, f"eth{link}")
    return bytes(packet)


def node_of(scene, address):
    return next(node for node in scene.lab.nodes if scene.lab.address(node) == address)


def replayed(scene, heard, besides=frozenset()):
    """What was recorded, as it was and changed where the tag does not see it. besides: reasons to
    refuse it besides the usual ones."""
    for one in heard:
        sender, receiver = node_of(scene, one.source), node_of(scene, one.destination)
        name = f"recorded {one.kind}, from {sender} to {receiver}"
        usual = REPLAYED[one.kind] | besides
        yield Packet(name, one.frame, {receiver: usual})
        yield Packet(f"{name}, TTL 64", changed_ttl(one.frame, 64), {receiver: usual | {"bad_ttl"}})
        yield Packet(f"{name}, in VLAN 7", tagged(one.frame, 7), {receiver: usual | {"wrong_vlan"}})
        for link in range(1, scene.lab.links):
            yield Packet(f"{name}, on eth{link}", by_interface(scene, receiver, one.frame, link),
                         {receiver: usual | {"wrong_interface"}}, f"eth{link}")


def record(scene):
    """Returns what is heard of a healthy cluster, of a node that is not heard for a moment, and of
    two changes of the Active, which have claims where nodes know them."""
    with Recorder(scene.lab) as recorder:
        wait_until(lambda: len(recorder.heard()) >= 2 * len(PAIRS), "PROBEs and REPLYs are recorded")
        scene.lab.lose_all(*(f"{WITNESS}.{link},from" for link in range(scene.lab.links)))
        try:
            recorder.wait_kinds({"QUERY", "ANSWER"}, "QUERYs and ANSWERs are recorded")
        finally:
            scene.lab.lose_nothing()
        scene.wait_steady()
        change_active_and_back(scene)
        time.sleep(0.1)
        # Its questions meanwhile were lost: nothing was sent again yet.
        return [heard for heard in recorder.heard()
                if heard.source != scene.lab.address(WITNESS) or heard.kind in ("PROBE", "REPLY")]


def change_active_and_back(scene):
    scene[ACTIVE].ctl("failover", "VI_1")
    scene[BACKUP].wait_state("active")
    scene[ACTIVE].ctl("resume", "VI_1")
    scene.wait_steady()
