# SPDX-License-Identifier: GPL-2.0-or-later
"""What no packet can report, and nodes of another version."""

import re
import socket

import pytest

from tests.support import wire
from tests.support.before import before_build
from tests.support.cluster import Cluster
from tests.support.compared import compared, differences, place_of
from tests.support.configuration import KEY, KEY_ID, Settings
from tests.support.laboratory import wait_until
from tests.support.port import open_datagram

pytestmark = pytest.mark.laboratory(nodes=2)
NODES = ("node-a", "node-b")
OTHER_KEY = bytes(16)
OF_A_START = ("no_self", "wrong_epoch", "old_epoch")


def start(lab, key_files):
    cluster = Cluster(lab, Settings())
    for node in NODES:
        cluster.key_file = key_files[node]
        cluster.daemon(node).start()
    return cluster


def test_another_key(lab):
    """Named with the sender on both nodes, and over as soon as the keys agree."""
    files = {node: lab.write(f"{node}.key", f"{KEY_ID} {(KEY if node == 'node-a' else OTHER_KEY).hex()}\n")
             for node in NODES}
    cluster = start(lab, files)
    for node, peer in zip(NODES, reversed(NODES)):
        daemon = cluster[node]
        wait_until(lambda: compared(daemon), "the other key is reported")
        (subject, to, reason), = compared(daemon)
        assert (subject, to) == (f"{peer}/key", "differs")
        assert re.search(r"\d heartbeats from its address within \d+\.\d s, ", reason), reason
        assert "none under a key of this node's key_file" in reason and place_of(daemon, "key_file") in reason
        assert reason in daemon.json("status")["disagreements"][0]["text"]
    files["node-b"].write_text(f"{KEY_ID} {KEY.hex()}\n")
    cluster["node-b"].json("reload")
    cluster.wait_up()
    for node, peer in zip(NODES, reversed(NODES)):
        wait_until(lambda: [to for _, to, _ in compared(cluster[node])] == ["differs", "agrees"], "it is over")
        assert "no longer refused for their key" in compared(cluster[node])[-1][2]
        assert differences(cluster[node]) == []


def test_node_id_that_is_used_twice(lab):
    """A third machine, with the key, believes that it is node 2."""
    cluster = Cluster(lab, Settings()).start_xbeatd()
    cluster.wait_up()
    source, destination = lab.address("client"), lab.address("node-a")
    with open_datagram(lab, "client", source) as sending:
        for seq in range(1, 1000):
            sending.sendto(wire.build(KEY, source, destination, type=wire.PROBE, key_id=KEY_ID, prober_id=2,
                                      responder_id=1, prober_epoch=9, responder_epoch=0, seq=seq),
                           (destination, wire.PORT))
            if compared(cluster["node-a"]):
                break
    (subject, to, reason), = compared(cluster["node-a"])
    assert (subject, to) == ("node-b/id", "differs")
    assert f"its id is used at {source}, too, which is no node here ({place_of(cluster['node-a'], 'node 2')})" in reason
    assert cluster["node-a"].verdict("node-b") == "up"


def test_address_and_id_that_are_used_twice(lab):
    """As after a copy of a machine: PROBEs of an earlier life keep coming from node-b's address."""
    cluster = Cluster(lab, Settings()).start_xbeatd()
    cluster.wait_up()
    source, destination = lab.address("node-b"), lab.address("node-a")

    def send_some():
        for seq in range(4):
            sending.sendto(wire.build(KEY, source, destination, type=wire.PROBE, key_id=KEY_ID, prober_id=2,
                                      responder_id=1, prober_epoch=9, responder_epoch=0, seq=seq),
                           (destination, wire.PORT))
        return compared(cluster["node-a"])

    with open_datagram(lab, "node-b", source) as sending:
        sending.setsockopt(socket.IPPROTO_IP, socket.IP_TTL, 255)
        (subject, to, reason), = wait_until(send_some, "it is reported")
    assert (subject, to) == ("node-b/twice", "differs")
    assert "heartbeats of an earlier life keep coming" in reason


def test_node_of_the_version_before(lab):
    """It counts bad_type, and nothing else happens, here and there."""
    build = before_build()
    cluster = Cluster(lab, Settings())
    cluster.daemon("node-a").start()
    cluster.daemon("node-b", build=build).start()
    cluster.wait_up()
    wait_until(lambda: cluster["node-b"].drops("bad_type") >= 2, "it has been asked twice")
    drops = cluster["node-b"].json("drops")
    assert {reason for reason, count in drops.items() if count and reason not in OF_A_START} == {"bad_type"}
    assert compared(cluster["node-a"]) == [] and cluster["node-a"].drops("bad_type") == 0
    assert cluster["node-a"].verdict("node-b") == cluster["node-b"].verdict("node-a") == "up"
    old, = (node for node in cluster["node-a"].json("cluster")["nodes"] if node["name"] == "node-b")
    assert old["comparison"] == "no answer" and "version" not in old
    assert "that were compared agree; not all were" in cluster["node-a"].text("cluster")
