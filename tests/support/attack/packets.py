# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of attacks with adverts: attacker × packet × expectation.

Each is a whole Ethernet frame, made by hand or by scapy, independent of the project's C code. None
may move anything. What is expected besides is the counter under which each node refuses it.
"""

from dataclasses import dataclass, field

from tests.support.advert import frame
from tests.support.attack.scene import (ACTIVE, BACKUP, IPV6, LINK_LOCAL_VIP6, MULTICAST, NODES, PRIORITY,
                                        UNICAST, VERSION_2, VIP6, VRIDS, WITNESS)
from tests.support.configuration import VIP, default_vip

STRANGER, HIGHEST, STRANGER6 = "10.77.0.66", "10.77.0.254", "fe80::66"
NOT_A_NODE = "vrrp_not_a_node"
LONGEST_CS, SHORTEST_CS = 4095, 1
ROUTER_TTL = 3

# The claim of an advert: its fields.
CLAIMS = {
    "priority 254": {"priority": 254},
    "priority 254 for 40.95 s": {"priority": 254, "interval_cs": LONGEST_CS},
    "priority 254 for 10 ms": {"priority": 254, "interval_cs": SHORTEST_CS},
    "priority 255": {"priority": 255},
    "priority 255 for 40.95 s": {"priority": 255, "interval_cs": LONGEST_CS},
    "release": {"priority": 0},
    "release for 10 ms": {"priority": 0, "interval_cs": SHORTEST_CS},
    "the Active's priority": {"priority": PRIORITY[ACTIVE]},
    "the Active's priority for 40.95 s": {"priority": PRIORITY[ACTIVE], "interval_cs": LONGEST_CS},
    "the Active's priority for 10 ms": {"priority": PRIORITY[ACTIVE], "interval_cs": SHORTEST_CS},
    "the Backup's priority": {"priority": PRIORITY[BACKUP]},
    "the Backup's priority for 40.95 s": {"priority": PRIORITY[BACKUP], "interval_cs": LONGEST_CS},
    "priority 1 for 40.95 s": {"priority": 1, "interval_cs": LONGEST_CS},
}
# Of the claims, those that are sent to the other instances.
SHORT_CLAIMS = ("priority 254 for 40.95 s", "priority 255", "release", "the Active's priority for 10 ms",
                "the Backup's priority")
# Version 2 has one interval.
VERSION_2_CLAIMS = ("priority 254", "priority 255", "release", "the Active's priority", "the Backup's priority")
# How an advert of a stranger is wrong, and under which reason it is refused; None: it is for no
# instance here, and goes up the stack.
WRONG = {
    "version 2": ({"version": 2, "interval_cs": 100}, "vrrp_bad_version"),
    "release of version 2": ({"version": 2, "interval_cs": 100, "priority": 0}, "vrrp_bad_version"),
    "TTL 254": ({"ttl": 254}, "vrrp_bad_ttl"),
    "TTL 64": ({"ttl": 64}, "vrrp_bad_ttl"),
    "a wrong checksum": ({"checksum_kind": "bad"}, "vrrp_bad_checksum"),
    "interval 0": ({"interval_cs": 0}, "vrrp_bad_interval"),
    "addresses of another VRID": ({"addresses": [default_vip(VRIDS[UNICAST])]}, NOT_A_NODE),
    "no address of the instance": ({"addresses": ["10.77.0.99", "10.77.0.98"]}, NOT_A_NODE),
    "the address under a VRID that is not served": ({"vrid": 99}, None),
}


@dataclass(frozen=True)
class Packet:
    """One packet, and what must come of it besides that nothing moves."""
    name: str
    frame: bytes
    refused: dict = field(default_factory=dict)  # by node: the reason under which it counts it, or a set
    interface: str = "eth0"  # of the attacker

    def __str__(self):
        return self.name


def refusals(sender, priority):
    """Of an advert to the group: a node refuses what no other node reports. The Active's own claim is
    no news to the Backup. Nor is to the Active that another node is not Active; and a release
    concerns a Backup only if it comes from the address that it follows."""
    reasons = {node: NOT_A_NODE for node in NODES}
    if priority == PRIORITY[ACTIVE]:
        del reasons[BACKUP]
    elif priority == 0:
        reasons = {BACKUP: NOT_A_NODE} if sender == ACTIVE else {}
    if sender in NODES:
        reasons[sender] = "vrrp_own"
    return reasons


def claimed(instance, names, sources, **always):
    """Each claim from each source. sources: (the attacker's name, whose address it is, address)."""
    for attacker, owner, source in sources:
        for name in names:
            fields = {"interval_cs": 10, **CLAIMS[name], **always}
            reasons = refusals(owner, fields["priority"])
            if instance == VERSION_2 and fields["priority"] == 0:
                # Until the Active's next advert, in a second, it may follow one of these.
                reasons.pop(BACKUP if owner == ACTIVE else None, None)
            yield Packet(f"{instance}: {name}, from {attacker}", frame(source, vrid=VRIDS[instance], **fields), reasons)


def sources(scene):
    """IPv4: the attacker's name, whose address it is, and the address."""
    return [("a stranger", None, STRANGER), ("the highest address", None, HIGHEST),
            ("the Active's address", ACTIVE, scene.lab.address(ACTIVE)),
            ("the Backup's address", BACKUP, scene.lab.address(BACKUP)),
            ("the witness's address", WITNESS, scene.lab.address(WITNESS)),
            ("the virtual address", None, VIP)]


def sources6(scene):
    return [("a stranger", None, STRANGER6), ("the Active's address", ACTIVE, scene.link_local(ACTIVE)),
            ("the Backup's address", BACKUP, scene.link_local(BACKUP)),
            ("the virtual address", None, LINK_LOCAL_VIP6)]


def unicast(scene):
    """To one node, from its peer's address or a stranger's."""
    for receiver, peer in ((ACTIVE, BACKUP), (BACKUP, ACTIVE)):
        for attacker, source in (("a stranger", STRANGER), (f"{peer}'s address", scene.lab.address(peer))):
            for ttl in (255, ROUTER_TTL):
                for name in SHORT_CLAIMS:
                    yield unicast_packet(scene, receiver, (attacker, source), ttl, name)


def unicast_packet(scene, receiver, sender, ttl, name):
    attacker, source = sender
    owner = None if source == STRANGER or receiver == ACTIVE else ACTIVE
    data = frame(source, scene.lab.mac(receiver), vrid=VRIDS[UNICAST], addresses=[default_vip(VRIDS[UNICAST])],
                 destination=scene.lab.address(receiver), ttl=ttl, **{"interval_cs": 10, **CLAIMS[name]})
    reason = refusals(owner, CLAIMS[name]["priority"]).get(receiver)
    if source == STRANGER:
        reason = "vrrp_bad_source"
    elif ttl != 255:
        reason = "vrrp_bad_ttl"
    return Packet(f"{UNICAST}: {name}, to {receiver}, TTL {ttl}, from {attacker}", data,
                  {receiver: reason} if reason else {})


def wrong():
    for name, (fields, reason) in WRONG.items():
        yield Packet(f"{MULTICAST}: {name}, from a stranger",
                     frame(STRANGER, **{"priority": 254, "interval_cs": LONGEST_CS, **fields}),
                     {node: reason for node in NODES} if reason else {})


def adverts(scene):
    """All of them."""
    return [*claimed(MULTICAST, CLAIMS, sources(scene)),
            *claimed(IPV6, SHORT_CLAIMS, sources6(scene), addresses=[LINK_LOCAL_VIP6, VIP6]),
            *unicast(scene),
            *claimed(VERSION_2, VERSION_2_CLAIMS, sources(scene), version=2, interval_cs=100,
                     addresses=[default_vip(VRIDS[VERSION_2])]),
            *wrong()]
