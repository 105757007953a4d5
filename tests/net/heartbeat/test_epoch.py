# SPDX-License-Identifier: GPL-2.0-or-later
"""Lives of a node that cannot be foretold, and numbers that go back.

A recorder on the switch keeps what node-b sends to node-a. Clocks of daemons go back by an hour
(libfaketime); the attacker has no key, but may send any recorded frame as its sender.
"""

import contextlib
import json
import select
import signal
import struct
import threading
import time

import pytest

from tests.support import wire
from tests.support.laboratory import wait_until
from tests.support.port import open_port
from tests.support.xbeatd import libfaketime

HOUR_AGO = ("env", f"LD_PRELOAD={libfaketime()}", "FAKETIME=-1h", "FAKETIME_DONT_FAKE_MONOTONIC=1")
IPV4, UDP, PORT_AT = 14, 34, 36
PAYLOAD = 42
NODE_A, NODE_B = 1, 2
RECORDED_PROBES = 300
PROBE_SENT_SEQ = 72  # its offset in struct xb_peer


def fields_of(frame):
    """The fields of a heartbeat over IPv4; None: it is another packet."""
    if len(frame) < PAYLOAD + wire.PACKET_BYTES or frame[12:14] != b"\x08\x00" or frame[23] != 17:
        return None
    if struct.unpack_from("!H", frame, PAYLOAD)[0] != wire.DEFAULTS["magic"]:
        return None
    return dict(zip(wire.FIELDS, wire.HEADER.unpack_from(frame, PAYLOAD)))


@contextlib.contextmanager
def heartbeats(lab, node, prober, kind=wire.PROBE):
    """Collects (fields, frame) of the heartbeats of this kind that a node sends, as they come."""
    port, found, done = open_port(lab, "switch", f"{node}.0"), [], threading.Event()

    def collect():
        while not done.is_set():
            if not select.select([port], [], [], 0.1)[0]:
                continue
            frame, (_, _, packet_type, *_) = port.recvfrom(2048)
            fields = fields_of(frame)
            if packet_type != 4 and fields and (fields["type"], fields["prober_id"]) == (kind, prober):
                found.append((fields, frame))

    thread = threading.Thread(target=collect, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()
        port.close()


def start_an_hour_ago(cluster, node):
    return cluster.daemon(node, instance=False).start(*HOUR_AGO)


def epoch_of(daemon):
    return daemon.json("status")["epoch"]


def evidence_count(daemon):
    return int(daemon.map("xb_peers")[0]["evidence_count"])


class Attacker(threading.Thread):
    """Sends recorded PROBEs of node-b to node-a, each when node-a has sent the PROBE that it
    acknowledges, and those to an earlier life of node-a first."""

    def __init__(self, lab, recorded):
        super().__init__(daemon=True)
        self.port = open_port(lab, "client", "eth0")
        self.lab = lab
        self.earlier = [frame for fields, frame in recorded
                        if fields["responder_epoch"] != recorded[-1][0]["responder_epoch"]]
        self.rest = [(fields["ack"], frame) for fields, frame in recorded
                     if fields["responder_epoch"] == recorded[-1][0]["responder_epoch"]]
        self.done = threading.Event()

    def run(self):
        with heartbeats(self.lab, "node-a", NODE_A) as sent:
            wait_until(lambda: sent, "node-a sends PROBEs")
            for frame in self.earlier:
                self.port.send(frame)
            while self.rest and not self.done.wait(0.002):
                while self.rest and self.rest[0][0] <= sent[-1][0]["seq"]:
                    self.port.send(self.rest.pop(0)[1])


def record_second_life(lab, cluster):
    """node-a's clock is an hour back at this start: node-b knows a higher epoch of it. Returns
    node-b's PROBEs."""
    with heartbeats(lab, "node-b", NODE_B) as recorded:
        second = start_an_hour_ago(cluster, "node-a")
        wait_until(lambda: len(recorded) > RECORDED_PROBES, "PROBEs are recorded")
        epoch = epoch_of(second)
        second.stop()
    return epoch, recorded


@pytest.mark.laboratory(nodes=2, ends="program")
def test_recorded_packets_revive_no_node(lab, cluster):
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    cluster["node-a"].stop()
    _, recorded = record_second_life(lab, cluster)
    cluster["node-b"].stop()
    attacker = Attacker(lab, recorded)
    attacker.start()
    third = start_an_hour_ago(cluster, "node-a")
    up = 0
    while attacker.rest and attacker.is_alive():
        up += third.verdict("node-b") == "up"
        time.sleep(0.02)
    attacker.join()
    assert up == 0 and evidence_count(third) == 0
    assert third.drops("wrong_epoch") > RECORDED_PROBES / 2, "they came"


@pytest.mark.laboratory(nodes=3, ends="program")
def test_peers_that_know_different_epochs(lab, cluster):
    """node-c knows node-a's first life, node-b its second one, which both precede the third."""
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    lab.cut("node-c")
    cluster["node-a"].stop()
    second_epoch, _ = record_second_life(lab, cluster)
    lab.cut("node-b")
    lab.heal("node-c")
    third = start_an_hour_ago(cluster, "node-a")
    wait_until(lambda: third.knows("node-c"), "node-c is up")
    lab.heal("node-b")
    cluster.wait_up()
    assert epoch_of(third) != second_epoch
    assert sent_seq(third) < RECORDED_PROBES, "before its numbers are those of its second life"
    assert not third.drops("old_seq") and not cluster["node-b"].drops("old_seq")


def sent_seq(daemon):
    return int(daemon.map("xb_peers")[0]["probe_sent_seq"])


def verdict_count(daemon):
    """How often a verdict has changed."""
    return len([event for event in daemon.events() if event["kind"] == "peer"])


def change_sent_seq(lab, daemon, change):
    """While nothing writes the slot."""
    daemon.process.send_signal(signal.SIGSTOP)
    lab.cut("node-a")
    time.sleep(0.2)
    entry = json.loads(daemon.bpftool_map("dump", "xb_peers"))[0]
    value = bytes(int(byte, 16) for byte in entry["value"])
    sent = int.from_bytes(value[PROBE_SENT_SEQ:PROBE_SENT_SEQ + 4], "little")
    value = value[:PROBE_SENT_SEQ] + change(sent).to_bytes(4, "little") + value[PROBE_SENT_SEQ + 4:]
    daemon.bpftool_map("update", "xb_peers", "key", "0", "0", "0", "0", "value",
                       *(str(byte) for byte in value))
    lab.heal("node-a")
    daemon.process.send_signal(signal.SIGCONT)


@pytest.mark.laboratory(nodes=2, ends="program")
def test_nothing_is_sent_before_the_epoch_is_set(lab, cluster):
    receiver = cluster.daemon("node-a").start()
    with heartbeats(lab, "node-b", NODE_B) as sent:
        cluster.daemon("node-b").start()
        cluster.wait_up()
    first, _ = sent[0]
    assert first["prober_epoch"] and first["seq"] == 1
    assert not receiver.drops("old_epoch")


@pytest.mark.laboratory(nodes=2, ends="program")
def test_numbers_that_went_back(lab, cluster):
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    daemon = cluster["node-a"]
    epoch = epoch_of(daemon)
    wait_until(lambda: sent_seq(daemon) > 2 * RECORDED_PROBES, "many are sent")
    change_sent_seq(lab, daemon, lambda sent: sent - RECORDED_PROBES)  # as after a return to a snapshot
    wait_until(lambda: epoch_of(daemon) > epoch, "a new epoch begins")
    cluster.wait_up()
    assert any(event["kind"] == "epoch" and event["subject"] == "self" and "node-b" in event["reason"]
               and "memory went back" in event["reason"] for event in daemon.events())
    assert not daemon.drops("replay"), "answered numbers are not sent again"


@pytest.mark.laboratory(nodes=2, ends="program")
def test_numbers_that_are_used_up(lab, cluster):
    """Before a number that was recorded seems to be ahead, the epoch ends; no verdict changes."""
    cluster.start_xbeatd(instance=False)
    cluster.wait_up()
    daemon = cluster["node-a"]
    for last in 0x7FFFFFFF, 0xFFFFFFFF:
        change_sent_seq(lab, daemon, lambda _, last=last: last - RECORDED_PROBES)
        cluster.wait_up()
        epoch, verdicts = epoch_of(daemon), verdict_count(daemon)
        wait_until(lambda epoch=epoch: epoch_of(daemon) > epoch, "a new epoch begins")
        assert sent_seq(daemon) % 2**31 < RECORDED_PROBES
        cluster.wait_up()
        sent = sent_seq(daemon)
        wait_until(lambda sent=sent: sent_seq(daemon) > sent + RECORDED_PROBES, "many are sent")
        assert verdict_count(daemon) == verdicts
