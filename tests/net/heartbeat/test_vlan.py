# SPDX-License-Identifier: GPL-2.0-or-later
"""A PROBE under zero, one or two VLAN tags gets its REPLY under the same tags, if the node has its
address there.

The frames are made by hand and leave through the switch's port to node-a, which is the other end of
node-a's cable: a bridge would remove the outer tag.
"""

import socket
import struct
import time

import pytest
from scapy.layers.inet import IP, UDP
from scapy.layers.inet6 import IPv6
from scapy.layers.l2 import Dot1AD, Dot1Q, Ether

from tests.support import wire
from tests.support.cluster import Cluster
from tests.support.configuration import KEY, KEY_ID, Settings
from tests.support.laboratory import NEVER_SECONDS, wait_until
from tests.support.port import PACKET_AUXDATA, SOL_PACKET, open_port

# A prober made by hand reports no lost REPLY, so native mode must deliver.
pytestmark = pytest.mark.laboratory(nodes=2, ends="program")
TP_STATUS_VLAN_VALID, TP_STATUS_VLAN_TPID_VALID = 16, 64
OUR_MAC = "02:00:00:00:00:c8"
TAGS = {
    "untagged": [],
    "one tag": [Dot1Q(vlan=7, prio=5)],
    "two tags": [Dot1AD(vlan=100), Dot1Q(vlan=7)],
}


def restore_tag(frame, ancillary):
    """The kernel removes the outer tag from a received frame and passes it as ancillary data."""
    for level, kind, data in ancillary:
        if level == SOL_PACKET and kind == PACKET_AUXDATA:
            status, _, _, _, _, tci, tpid = struct.unpack("=IIIHHHH", data)
            if status & TP_STATUS_VLAN_VALID:
                tpid = tpid if status & TP_STATUS_VLAN_TPID_VALID else 0x8100
                return frame[:12] + struct.pack("!HH", tpid, tci) + frame[12:]
    return frame


def receive_reply(port, seq, seconds=NEVER_SECONDS):
    """Returns the REPLY to seq as scapy reads it, or None."""
    end = time.monotonic() + seconds
    port.settimeout(0.1)
    while time.monotonic() < end:
        try:
            frame, ancillary, _, address = port.recvmsg(2048, 256)
        except TimeoutError:
            continue
        packet = Ether(restore_tag(frame, ancillary))
        if address[2] == socket.PACKET_OUTGOING or UDP not in packet:
            continue
        payload = bytes(packet[UDP].payload)
        if len(payload) == wire.PACKET_BYTES and payload[wire.HEAD_BYTES] == wire.REPLY \
                and struct.unpack_from("!I", payload, 12)[0] == seq:
            return packet
    return None


def probe(lab, family, tags, seq, key=KEY):
    """A whole frame; the client of the laboratory is node 3 of the cluster."""
    source, destination = lab.address("client", 0, family), lab.address("node-a", 0, family)
    payload = wire.build(key, source, destination, type=wire.PROBE, key_id=KEY_ID, prober_id=3,
                         responder_id=1, seq=seq, prober_epoch=5, responder_epoch=0, t1_ns=12345)
    frame = Ether(src=OUR_MAC, dst=lab.mac( "node-a"))
    for tag in tags:
        frame = frame / tag.copy()
    network = IP(src=source, dst=destination) if family == 4 else IPv6(src=source, dst=destination)
    return bytes(frame / network / UDP(sport=40000, dport=wire.PORT) / payload)


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def family(request):
    return request.param


@pytest.fixture
def router(lab, family):
    cluster = Cluster(lab, Settings(family=family, client_is_node=True))
    return cluster.start_xbeatd("node-a", instance=False)["node-a"]


@pytest.fixture
def port(lab, router):
    with open_port(lab, "switch", "node-a.0") as opened:
        yield opened


@pytest.fixture
def elsewhere(lab, family):
    """The node's address is on an interface that is not over eth0, so its VLAN is unknown."""
    address = f"{lab.address('node-a', 0, family)}/{24 if family == 4 else 64}"
    for command in (f"addr del {address} dev eth0", "link add elsewhere type bridge",
                    "link set elsewhere up", f"addr add {address} dev elsewhere nodad"):
        lab.run("node-a", "ip", *(command if family == 6 else command.removesuffix(" nodad")).split())


def layers(packet):
    return [(layer.name, layer.vlan, layer.prio) for layer in packet.iterpayloads()
            if isinstance(layer, Dot1Q)]


@pytest.mark.parametrize("tags", TAGS.values(), ids=TAGS.keys())
def test_reply_comes_back_under_the_same_tags(lab, family, elsewhere, port, tags):
    sent = probe(lab, family, tags, seq=1)
    port.send(sent)
    reply = receive_reply(port, seq=1)
    assert reply is not None, "no REPLY"
    assert layers(reply) == layers(Ether(sent))
    assert (reply.dst, reply.src) == (OUR_MAC, lab.mac( "node-a"))
    network = reply[IP] if family == 4 else reply[IPv6]
    assert (network.src, network.dst) == (lab.address("node-a", 0, family),
                                          lab.address("client", 0, family))
    assert (reply[UDP].sport, reply[UDP].dport) == (wire.PORT, 40000)
    fields = wire.parse(KEY, bytes(reply[UDP].payload), network.src, network.dst)
    assert fields["tag_good"]
    assert (fields["responder_id"], fields["prober_id"]) == (1, 3)
    assert fields["t1_ns"] == 12345 and fields["t2_ns"] > 0
    assert fields["responder_epoch"] > 0 and fields["prober_epoch"] == 5


@pytest.mark.parametrize("tags", [TAGS["one tag"], TAGS["two tags"]], ids=["one tag", "two tags"])
def test_tagged_probe_to_an_untagged_address(lab, family, router, port, tags):
    """The stack would not take it on eth0. A tag of priority belongs to no VLAN."""
    port.send(probe(lab, family, tags, seq=1))
    wait_until(lambda: router.drops("wrong_vlan") == 1, "it is counted")
    port.send(probe(lab, family, [Dot1Q(vlan=0, prio=5)], seq=2))
    assert receive_reply(port, seq=2) is not None
    assert receive_reply(port, seq=1, seconds=0.3) is None
    assert router.drops("wrong_vlan") == 1


def test_three_tags_are_none_of_ours(lab, family, port):
    port.send(probe(lab, family, [Dot1AD(vlan=1), Dot1Q(vlan=2), Dot1Q(vlan=3)], seq=1))
    assert receive_reply(port, seq=1, seconds=0.3) is None


def test_forged_probe_gets_no_reply(lab, family, port):
    port.send(probe(lab, family, [], seq=1, key=bytes(16)))
    assert receive_reply(port, seq=1, seconds=0.3) is None
    port.send(probe(lab, family, [], seq=1))
    assert receive_reply(port, seq=1) is not None
