# SPDX-License-Identifier: GPL-2.0-or-later
"""The stream of the page: bounded, and at no cost to xbeatd while no page is open."""

import contextlib
import json
import select
import socket
import threading
import time

import pytest

from tests.support.exporter import Exporter
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=1)
STREAMS_MAX = 16
REQUEST = b"GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n"
SNAPSHOT = {"taken_unix_ns": 1, "status": {"version": "1", "instance": "x", "state": "running", "event_sequence": 3,
                                           "configuration_file": "y", "uptime_ns": 5}, "peers": [], "vrrp": []}
EVENTS = [{"sequence": number, "time_unix_ns": time.time_ns(), "kind": "vrrp", "subject": "VI_1", "from": "a", "to": "b",
           "reason": "c"} for number in (1, 2, 3)]


class Counting:
    """In the place of xbeatd: answers what is asked, and counts it."""

    def __init__(self, path):
        self.asked = {"snapshot": 0, "events": 0}
        self.snapshot = dict(SNAPSHOT)
        self.listener = socket.socket(socket.AF_UNIX)
        self.listener.bind(str(path))
        self.listener.listen()
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        data = b""
        while more := client.recv(1 << 16):
            *requests, data = (data + more).split(b"\0")
            for request in map(json.loads, requests):
                self.asked[request["method"]] += 1
                since = request["parameters"].get("since_sequence", 0)
                result = self.snapshot if request["method"] == "snapshot" else [
                    event for event in EVENTS if event["sequence"] > since]
                client.sendall(json.dumps({"result": result}).encode() + b"\0")


@pytest.fixture
def counting(lab):
    daemon = Counting(lab.path("counting"))
    yield daemon
    daemon.listener.close()


@pytest.fixture
def exporter(lab, counting):
    return Exporter(lab, "node-a", "-s", str(lab.path("counting")))


def stream(exporter):
    client = exporter.connect()
    client.sendall(REQUEST)
    return client


def read_until(client, *words):
    data = b""
    while not all(word in data for word in words):
        more = client.recv(1 << 16)
        assert more, data
        data += more
    return data


def test_one_question_for_all_who_look(counting, exporter):
    time.sleep(1.5)
    assert counting.asked == {"snapshot": 0, "events": 0}, "nobody looks"
    start = time.monotonic()
    clients = [stream(exporter) for _ in range(STREAMS_MAX)]
    for client in clients:
        read_until(client, b"event: state", b'"sequence":3')
    # The seventeenth is refused, and counted.
    with stream(exporter) as client:
        assert read_until(client, b"close another one").startswith(b"HTTP/1.1 503 ")
    assert exporter.value("xbeat_exporter_refused_total", reason="streams") == 1
    time.sleep(2)
    # One when the first came, one a second, one for the metrics.
    assert counting.asked["snapshot"] <= time.monotonic() - start + 3 and counting.asked["events"] == 1
    for client in clients:
        client.close()
    wait_until(lambda: exporter.value("xbeat_exporter_connections") <= 2, "they are gone")
    time.sleep(1.1)
    asked = counting.asked["snapshot"]
    time.sleep(1.5)
    assert counting.asked["snapshot"] == asked, "nobody looks"
    with stream(exporter) as client:
        assert b'"again":true' in read_until(client, b'"sequence":3')
    assert counting.asked["events"] == 1, "they are known"


def test_a_log_that_was_begun_again(counting, exporter):
    with stream(exporter) as client:
        read_until(client, b'"sequence":3')
        counting.snapshot["status"] = {**SNAPSHOT["status"], "event_sequence": 2}
        EVENTS[1]["reason"] = "of another life"
        assert b'"again":true' in read_until(client, b"of another life")


def test_a_reader_that_reads_nothing(counting, exporter):
    """It is left out, and then closed; the others go on."""
    large = [{"name": f"VI_{number}", "reason": "x" * 1500} for number in range(500)]
    counting.snapshot["vrrp"] = large
    with stream(exporter) as reader, exporter.connect() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        other.sendall(REQUEST)
        wait_until(lambda: exporter.value("xbeat_exporter_connections") >= 3, "both are there")
        for _ in range(3):
            read_until(reader, b'"VI_499"')
        rss = exporter_memory_kib(exporter)
        wait_until(lambda: read_until(reader, b'"VI_499"') and exporter.value("xbeat_exporter_connections") <= 2,
                   "it is closed")
        assert exporter_memory_kib(exporter) < rss + 4096
        assert select.select([reader], [], [], 5)[0], "the other one goes on"


def exporter_memory_kib(exporter):
    with open(f"/proc/{exporter.process.pid}/status") as status:
        return int(next(line for line in status if line.startswith("VmRSS")).split()[1])


def test_many_instances(counting, exporter):
    """More than a megabyte each second: who reads it is not slow."""
    counting.snapshot["vrrp"] = [{"name": f"VI_{number}", "reason": "x" * 400} for number in range(4000)]
    with stream(exporter) as client:
        for _ in range(2):
            read_until(client, b'"VI_3999"')


def test_ends_while_somebody_looks(counting, exporter):
    """It ends by itself, not by a fault."""
    clients = [stream(exporter) for _ in range(3)]
    for client in clients:
        read_until(client, b'"sequence":3')
    assert exporter.stop() == 0
    assert counting.asked["snapshot"]
    for client in clients:
        client.close()
