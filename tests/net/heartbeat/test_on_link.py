# SPDX-License-Identifier: GPL-2.0-or-later
"""Heartbeats leave with TTL or hop limit 255, and a node whose PROBEs came with it is held to it, and
to the interface of the link.

The node that changes its TTL is the witness of the cluster, made by hand.
"""

import contextlib
import json
import socket

import pytest

from tests.support import wire
from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import BUILD, wait_until
from tests.support.packet import checksum
from tests.support.port import open_port
from tests.support.witness import EPOCH, Witness

HEARTBEATS = 200
ETHERNET, IPV4_BYTES, IPV6_BYTES, UDP_BYTES = 14, 20, 40, 8


def start(lab, **settings):
    cluster = Cluster(lab, Settings(**settings))
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    return cluster


def ttl_and_type(frame, family):
    """Of a heartbeat; None: another packet, or with a wrong header checksum."""
    ip = frame[ETHERNET:]
    header_bytes, protocol, ttl = (IPV4_BYTES, 9, 8) if family == 4 else (IPV6_BYTES, 6, 7)
    payload = ip[header_bytes + UDP_BYTES:]
    if frame[12:14] != (b"\x08\x00" if family == 4 else b"\x86\xdd") or ip[protocol] != 17:
        return None
    if payload[:2] != b"\x58\x42" or (family == 4 and checksum(ip[:IPV4_BYTES]) != 0):
        return None
    return ip[ttl], payload[wire.HEAD_BYTES]


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.laboratory(nodes=2, ends="program")
def test_heartbeats_leave_with_255(lab, family):
    cluster = start(lab, family=family)
    seen = set()
    with contextlib.closing(open_port(lab, "switch", "node-a.0")) as port:
        for _ in range(HEARTBEATS):
            found = ttl_and_type(port.recv(2048), family)
            seen |= {found} if found else set()
    assert {ttl for ttl, _ in seen} == {255}, seen
    assert {wire.PROBE, wire.REPLY} <= {kind for _, kind in seen}, "answers, too, with right checksums"
    for daemon, other in (("node-a", "node-b"), ("node-b", "node-a")):
        assert cluster[daemon].peer(other)["links"][0]["on_link"] is True
        assert "on-link, held to TTL 255: eth0" in cluster[daemon].text("peers")


class HandMade(Witness):
    """PROBEs that are evidence, with a TTL."""

    def __init__(self, lab, family, daemon):
        super().__init__(lab, family)
        self.daemon = daemon

    def set_ttl(self, ttl):
        if ":" in self.source:
            self.socket.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_UNICAST_HOPS, ttl)
        else:
            self.socket.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, ttl)

    def slot(self):
        return next(slot for slot in self.daemon.map("xb_peers") if slot["node_id"] == 3)

    def is_evidence(self, ttl, **fields):
        """Whether a PROBE with this TTL is."""
        self.set_ttl(ttl)
        before = self.slot()["evidence_count"]
        self.socket.sendto(self.build_probe(ack=self.slot()["probe_sent_seq"], **fields),
                           (self.destination, wire.PORT))
        with contextlib.suppress(TimeoutError):
            self.socket.recv(2048)
        return self.slot()["evidence_count"] > before

    def wait_evidence(self, ttl, **fields):
        """node-a sends PROBEs meanwhile, so an ack may be late on a busy machine."""
        wait_until(lambda: self.is_evidence(ttl, **fields), f"a PROBE with TTL {ttl} is evidence")


@contextlib.contextmanager
def hand_made(lab, family, **settings):
    daemon = start(lab, family=family, client_is_node=True, **settings)["node-a"]
    node = HandMade(lab, family, daemon)
    with node.socket:
        node.socket.settimeout(0.3)
        node.set_ttl(64)
        node.probe()
        yield node, daemon


@pytest.mark.parametrize("family", [4, 6])
@pytest.mark.laboratory(nodes=2)
def test_held_to_255(lab, family):
    with hand_made(lab, family) as (node, daemon):
        node.wait_evidence(64)  # an older xbeat
        node.wait_evidence(255)
        assert not any(node.is_evidence(ttl) for ttl in (254, 64, 1))
        assert daemon.drops("bad_ttl") == 3
        link = daemon.peer("client")["links"][0]
        assert (link["on_link"], link["off_link"]) == (True, 3)
        wait_until(lambda: "bad_ttl" in daemon.process.output(), "the log gives the reason")
        output = daemon.process.output()
        assert "from client on eth0" in output and '"interface eth0 routed"' in output
        node.wait_evidence(255)
        # A new life may be that of an older xbeat.
        node.wait_evidence(64, prober_epoch=EPOCH + 1)
        assert daemon.peer("client")["links"][0]["on_link"] is False


@pytest.mark.laboratory(nodes=2)
def test_routed_links_hold_nothing(lab):
    with hand_made(lab, 4, routed=True) as (node, daemon):
        node.wait_evidence(255)
        node.wait_evidence(254)
        assert daemon.drops("bad_ttl") == 0
        link = daemon.peer("client")["links"][0]
        assert link["routed"] is True and "on_link" not in link


def remake(lab, node, link):
    """Deletes an interface and makes it again: it has another index."""
    port, interface, namespace = f"{node}.{link}", f"eth{link}", f"{lab.name}-{node}"
    lab.run(node, "ip", "link", "delete", interface)
    lab.run("switch", "ip", "-batch", lab.write("remake.batch", (
        f"link add {port} type veth peer name {interface} netns {namespace}\n"
        f"link set {port} master br{link} up\n"
        f"link set dev {port} xdpdrv object {BUILD / 'tools' / 'lab_pass.bpf.o'} program lab_pass\n")))
    lab.run(node, "ip", "address", "add", f"{lab.address(node, link)}/24", "dev", interface)
    lab.run(node, "ip", "link", "set", interface, "up")


def index_of(lab, node, interface):
    return json.loads(lab.run(node, "ip", "-j", "link", "show", "dev", interface).stdout)[0]["ifindex"]


def on_link(daemon, name):
    return [link.get("on_link") and link["verdict"] == "up" for link in daemon.peer(name)["links"]]


@pytest.mark.laboratory(nodes=2, links=2)
def test_interface_that_is_made_again(lab):
    """It has another index, and the nodes go on."""
    cluster = start(lab)
    pairs = [(cluster["node-a"], "node-b"), (cluster["node-b"], "node-a")]
    for daemon, other in pairs:
        wait_until(lambda: all(on_link(daemon, other)), "both links are held to 255")
    for _ in range(3):
        before = index_of(lab, "node-a", "eth1")
        remake(lab, "node-a", 1)
        assert index_of(lab, "node-a", "eth1") != before
        for daemon, other in pairs:
            sent = daemon.peer(other)["links"][1]["received"]
            wait_until(lambda: daemon.peer(other)["links"][1]["received"] > sent + HEARTBEATS, "many arrive")
            wait_until(lambda: all(on_link(daemon, other)), "both links are up and held to 255")
    assert [daemon.drops("wrong_interface") for daemon, _ in pairs] == [0, 0]


@pytest.mark.laboratory(nodes=2, links=2, ends="program")
@pytest.mark.parametrize("routed", [False, True])
def test_two_interfaces_in_one_network(lab, routed):
    """A neighbour sends to the wrong one, as when ARP was answered there."""
    cluster = start(lab, routed=routed)
    daemon = cluster["node-a"]
    wait_until(lambda: all(link["received"] for link in daemon.peer("node-b")["links"]), "both links are used")
    lab.run("switch", "ip", "link", "set", "node-a.1", "master", "br0")
    entry = (lab.address("node-a"), "lladdr", lab.mac("node-a", "eth1"), "dev", "eth0", "nud", "permanent")
    received = daemon.peer("node-b")["links"][0]["received"]
    lab.run("node-b", "ip", "neigh", "replace", *entry)
    if routed:
        wait_until(lambda: daemon.peer("node-b")["links"][0]["received"] > received + HEARTBEATS, "they count")
        assert daemon.drops("wrong_interface") == 0
        return
    wait_until(lambda: daemon.drops("wrong_interface") > HEARTBEATS, "they are refused")
    wait_until(lambda: "wrong_interface" in daemon.process.output(), "the log gives the reason")
    lab.run("node-b", "ip", "neigh", "delete", lab.address("node-a"), "dev", "eth0")
    wait_until(lambda: on_link(daemon, "node-b")[0], "link 0 is up again")


@pytest.mark.laboratory(nodes=2)
def test_the_version_before(lab, before):
    """It sends PROBEs with 64 and returns the TTL of ours in its REPLYs: neither an upgrade nor a
    downgrade cuts a heartbeat."""
    cluster = Cluster(lab, Settings())
    daemon = cluster.daemon("node-a", instance=False).start()
    for build, on_link in (before, False), (BUILD, True), (before, False):
        cluster.daemon("node-b", instance=False, build=build).start()
        cluster.wait_up()
        wait_until(lambda: daemon.peer("node-b")["links"][0].get("on_link") is on_link, f"on_link is {on_link}")
        sent = daemon.peer("node-b")["links"][0]["sent"]
        wait_until(lambda: daemon.peer("node-b")["links"][0]["sent"] > sent + HEARTBEATS, "many are sent")
        assert daemon.verdict("node-b") == cluster["node-b"].verdict("node-a") == "up"
        assert daemon.drops("bad_ttl") == 0
        cluster["node-b"].stop()
