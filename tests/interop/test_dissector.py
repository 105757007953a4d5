# SPDX-License-Identifier: GPL-2.0-or-later
"""dist/wireshark/xbeat.lua in tshark: what it shows of the laboratory's heartbeats is what
tests/support/wire.py reads in them, and damaged packets harm nothing."""

import os
import random
import signal
import struct
import subprocess
import time

import pytest
from scapy.all import UDP, rdpcap

from tests.support import wire
from tests.support.cluster import Cluster
from tests.support.compared import wait_all_compared
from tests.support.configuration import Settings
from tests.support.laboratory import ROOT, Laboratory, wait_until
from tests.support.probe import REALTIME

DISSECTOR = ROOT / "dist" / "wireshark" / "xbeat.lua"
KEY = bytes(range(16))
NUMBERS = ("magic", "version", "key_id", "cluster_id", "link", "prober_id", "responder_id", "seq", "prober_epoch",
           "responder_epoch", "t1_ns", "type", "node_state", "fenced_bits", "ack", "t2_ns", "daemon_age_us",
           "late_apps_bits")
HEAD = {"prober_id": 1, "responder_id": 2, "prober_epoch": 7, "responder_epoch": 8, "key_id": 1}


def dissect(path, *arguments):
    done = subprocess.run(["tshark", "-2", "-n", "-X", f"lua_script:{DISSECTOR}", "-r", path, *arguments],
                          capture_output=True, text=True, check=True)
    assert "lua" not in done.stdout.lower() + done.stderr.lower(), done
    return done.stdout


def rows(path, fields, display_filter="xbeat"):
    text = dissect(path, "-Y", display_filter, "-T", "fields", *[part for field in fields for part in ("-e", field)])
    return [row.split("\t") for row in text.splitlines()]


def values(text):
    return [int(value, 0) for value in text.split(",")] if text else []


@pytest.fixture(scope="module")
def captured(tmp_path_factory):
    """All that node-a sent and received while node-c was cut off: QUERYs were sent, too."""
    with Laboratory(f"xd{os.getpid()}") as lab:
        path = tmp_path_factory.mktemp("dissector") / "heartbeats.pcap"
        process = lab.spawn("switch", *REALTIME, "tshark", "-q", "-i", "node-a.0", "-F", "pcap", "-f", "udp port 694",
                            "-w", path)
        wait_until(lambda: path.exists() and path.stat().st_size > 0, "tshark captures")
        cluster = Cluster(lab, Settings())
        cluster.start_active()
        wait_all_compared(cluster)
        lab.cut("node-c")
        wait_until(lambda: cluster["node-a"].verdict("node-c") == "down", "node-c is down")
        time.sleep(0.2)
        process.end(signal.SIGINT)
        yield path


def test_fields_are_those_of_the_packet(captured):
    packets = [packet for packet in rdpcap(str(captured)) if UDP in packet]
    shown = rows(captured, [f"xbeat.{name}" for name in NUMBERS] + ["xbeat.tag", "xbeat.instance.vrid",
                 "xbeat.instance.priority", "xbeat.view.subject_id", "xbeat.page.number"])
    assert len(shown) == len(packets) > 100
    for row, packet in zip(shown, packets):
        payload = bytes(packet[UDP].payload)[:wire.PACKET_BYTES]
        fields = wire.parse(KEY, payload, "::", "::")
        assert [int(value, 0) for value in row[:len(NUMBERS)]] == [fields[name] for name in NUMBERS]
        assert bytes.fromhex(row[len(NUMBERS)]) == payload[128:]
        vrids, priorities, subjects, pages = map(values, row[len(NUMBERS) + 1:])
        assert vrids == [entry["vrid"] for entry in fields.get("entries", [])]
        assert priorities == [entry["priority"] for entry in fields.get("entries", [])]
        about = struct.unpack_from("!H", payload, 64)[0]
        assert subjects == ([about] if fields["type"] in (wire.QUERY, wire.ANSWER) else [])
        assert pages == ([about] if fields["type"] in (wire.COMPARE, wire.COMPARED) else [])
    assert {int(row[NUMBERS.index("type")]) for row in shown} == set(range(1, 7))


def test_nothing_is_wrong_with_heartbeats(captured):
    assert dissect(captured, "-Y", "_ws.malformed || _ws.expert.severity >= warning") == ""


def test_answers_are_linked(captured):
    """By the time of capture, which is before and after this node's own."""
    shown = rows(captured, ["frame.number", "frame.time_epoch", "xbeat.response_in", "xbeat.response_to",
                            "xbeat.response_time"])
    frames = {row[0]: row for row in shown}
    linked = [row for row in shown if row[3]]
    assert len(linked) > 50
    for number, moment, _, question, response_s in linked:
        assert frames[question][2] == number
        assert abs(float(moment) - float(frames[question][1]) - float(response_s)) < 2e-6


def test_statements_are_read(captured):
    shown = rows(captured, ["xbeat.record.name", "xbeat.record.setting", "xbeat.record.ipv4", "xbeat.record.key_id",
                            "xbeat.record.signs", "xbeat.record.fingerprint", "xbeat.record.rest"], "xbeat.statement")
    fingerprint = wire.siphash(KEY, b"xbeatkey")
    assert shown
    for names, settings, addresses, *key, rest in shown:
        assert values(key[0]) == [1] and key[1] in ("1", "True") and values(key[2]) == [fingerprint] and not rest
        assert {"node-a", "node-b", "node-c", "VI_1"} <= set(names.split(","))
        assert "1" in settings.split(",") and "10.77.0.100" in addresses.split(",")


def write(path, *packets):
    """Of payload, its length on the wire, source and destination port."""
    with open(path, "wb") as file:
        file.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1))
        for index, (payload, length, source_port, port) in enumerate(packets):
            headers = bytes(12) + b"\x08\0" + struct.pack("!BBHHHBBH4B4B", 0x45, 0, 28 + length, 0, 0, 255, 17, 0,
                                                          10, 0, 0, 1, 10, 0, 0, 2)
            headers += struct.pack("!4H", source_port, port, 8 + length, 0)
            file.write(struct.pack("<IIII", index, 0, len(headers) + len(payload), len(headers) + length))
            file.write(headers + payload)


def made():
    """A packet of each type, and the pages of a statement."""
    statement = bytes([1, 9, 0, 2, 0]) + b"node-b" + bytes([5, 5, 4, 10, 0, 0, 1, 5, 1, 0, 3, 1, 2, 9, 0])
    yield from (wire.build(KEY, "10.0.0.1", "10.0.0.2", type=kind, seq=5, **HEAD) for kind in range(8))
    yield wire.build_query(KEY, "10.0.0.1", "10.0.0.2", 3, **HEAD)
    for count in (1, 2):
        for page in range(count):
            data = wire.PAGE.pack(page, count, len(statement), 9, statement.ljust(48, b"\0"))
            yield wire.build(KEY, "10.0.0.2", "10.0.0.1", type=wire.COMPARED, seq=0, instances=data, **HEAD)


def test_damaged_packets_do_no_harm(tmp_path):
    chance = random.Random(4)
    packets = [(packet[:length] + bytes(max(0, length - len(packet))), length, 694, 694)
               for packet in made() for length in range(0, 145, 3)]
    packets += [(packet[:length], len(packet), 694, 694) for packet in made() for length in range(0, 136, 5)]
    whole = list(made())
    for _ in range(2000):
        packet = bytearray(chance.choice(whole))
        for _ in range(chance.choice([1, 2, 5, 40])):
            packet[chance.randrange(len(packet))] = chance.choice([0, 255, chance.randrange(256)])
        packets.append((bytes(packet), len(packet), 694, 694))
    write(tmp_path / "damaged.pcap", *packets)
    text = dissect(tmp_path / "damaged.pcap", "-T", "fields", "-e", "_ws.expert.message")
    assert len(text.splitlines()) == len(packets)


NONSENSE = [
    ({}, None), ({"magic": 0x5843}, "bad_magic"), ({"version": 2}, "bad_version"), ({"type": 9}, "bad_type"),
    ({"link": 4}, "bad_value"), ({"responder_id": 1}, "bad_value"), ({"prober_epoch": 0}, "bad_value"),
    ({"t2_ns": 5}, "bad_value"), ({"node_state": 9}, "unknown_value"), ({"node_state": 4}, "dead"),
    ({"fenced_bits": 1}, "fenced"), ({"late_apps_bits": 2}, "late"), ({"daemon_age_us": 3}, "bad_value"),
]


def test_nonsense_is_pointed_out(tmp_path):
    fields = {"type": wire.PROBE, "ack": 3, **HEAD}
    write(tmp_path / "nonsense.pcap", *((wire.build(KEY, "10.0.0.1", "10.0.0.2", **{**fields, "seq": seq, **change}),
                                         136, 694, 694) for seq, (change, _) in enumerate(NONSENSE, 1)))
    complaints = sorted({complaint for _, complaint in NONSENSE if complaint})
    shown = rows(tmp_path / "nonsense.pcap", [f"xbeat.{complaint}" for complaint in complaints])
    assert [{name for name, text in zip(complaints, row) if text} - {complaint} for row, (_, complaint)
            in zip(shown, NONSENSE)] == [{"bad_value"} if change == {"fenced_bits": 1} else set() for change, _ in NONSENSE]
    for row, (_, complaint) in zip(shown, NONSENSE):
        assert not complaint or row[complaints.index(complaint)]


def test_heartbeats_are_found_on_any_port(tmp_path):
    packet = wire.build(KEY, "10.0.0.1", "10.0.0.2", type=wire.PROBE, seq=5, **HEAD)
    other = bytes(2) + packet[2:]
    write(tmp_path / "ports.pcap", (packet, 136, 5000, 6000), (other, 136, 5000, 6000), (other, 136, 5000, 694),
          (packet[:100], 100, 5000, 6000))
    assert rows(tmp_path / "ports.pcap", ["frame.number"]) == [["1"], ["3"]]
    text = dissect(tmp_path / "ports.pcap", "-o", "xbeat.port:694,6000", "-Y", "xbeat", "-T", "fields", "-e", "frame.number")
    assert text.split() == ["1", "2", "3", "4"]
