# SPDX-License-Identifier: GPL-2.0-or-later
"""Floods of scrapes, slow clients, an exporter that stops: neither xbeatd nor other clients wait."""

import contextlib
import signal
import socket
import threading
import time

import pytest

from tests.support.exporter import Exporter
from tests.support.laboratory import wait_until
from tests.support.xbeatd import wait_up

pytestmark = pytest.mark.laboratory(nodes=2)

HEAD = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
SLOW_STEPS_MAX = 300  # of 0.2 s: the limit is 10 s
STALL_MS = 5
SPACING_S = 0.25  # between two snapshots
SENDING_LIMIT_S = 30  # of one who does not make place


@pytest.fixture
def daemons(cluster):
    pair = cluster.daemon("node-a").start(), cluster.daemon("node-b").start()
    wait_up(*pair)
    return pair


def seen(daemon, other):
    """What a stall of the daemon would change."""
    return daemon.json("status")["loop"]["stall_count"], other.peer("node-a")["verdict_changes"]


@pytest.fixture
def before(daemons):
    return time.monotonic_ns(), seen(*daemons)


def is_undisturbed(daemons, before):
    """Neither the daemon nor its peer has seen it stall, unless the whole machine did."""
    since_ns, seen_then = before
    assert seen(*daemons) == seen_then or daemons[0].lab.stalled_ms(since_ns, time.monotonic_ns()) >= STALL_MS


def test_a_flood_of_scrapes_is_few_requests(daemons, before):
    exporter = Exporter(daemons[0].lab, "node-a")
    asked_before, began = exporter.value("xbeat_exporter_snapshots_total"), time.monotonic()
    with exporter.connect() as client:
        request = b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n"
        client.sendall(300 * request + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        answered = b""
        while more := client.recv(1 << 20):
            answered += more
    asked = exporter.value("xbeat_exporter_snapshots_total") - asked_before
    assert answered.count(b"HTTP/1.1 200 OK") == 301
    assert asked <= (time.monotonic() - began) / SPACING_S + 2
    is_undisturbed(daemons, before)


def test_slow_clients_are_closed(daemons):
    exporter = Exporter(daemons[0].lab, "node-a")
    silent, half, trickling = (exporter.connect() for _ in range(3))
    half.sendall(HEAD)
    trickling.sendall(HEAD)
    for _ in range(SLOW_STEPS_MAX):
        if ended(trickling):
            break
        assert exporter.get("/healthz")[0] == 200
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            trickling.sendall(b"X")
    else:
        pytest.fail("the trickling client was not closed")
    wait_until(lambda: ended(silent) and ended(half), "all are closed")
    assert exporter.value("xbeat_exporter_refused_total", reason="slow") == 3


def test_clients_that_read_nothing_make_place(daemons, before):
    """They ask for more than their connection can hold."""
    exporter = Exporter(daemons[0].lab, "node-a")
    greedy = [exporter.connect() for _ in range(100)]
    for client in greedy:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        client.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            client.send(800 * HEAD.replace(b"healthz", b"metrics").replace(b"localhost\r\n", b"localhost\r\n\r\n"))
    began = time.monotonic()
    assert exporter.get("/healthz")[0] == 200
    assert time.monotonic() - began < SENDING_LIMIT_S / 2
    for client in greedy:
        client.close()
    is_undisturbed(daemons, before)


def ended(client):
    """Whether the other end has closed, as seen within a moment."""
    client.settimeout(0.2)
    try:
        return client.recv(1) == b""
    except ConnectionResetError:
        return True
    except TimeoutError:
        return False


def test_an_exporter_that_stops_or_dies(daemons, before):
    exporter = Exporter(daemons[0].lab, "node-a")
    clients = [exporter.connect() for _ in range(10)]
    for client in clients:
        client.sendall(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
    exporter.process.send_signal(signal.SIGSTOP)
    for _ in range(20):
        assert daemons[0].json("status")["state"] == "running"
    is_undisturbed(daemons, before)
    exporter.process.send_signal(signal.SIGKILL)
    exporter.process.wait()
    is_undisturbed(daemons, before)
    assert Exporter(daemons[0].lab, "node-a").value("xbeat_up") == 1


def test_a_daemon_that_stops_is_away_and_returns(daemons):
    """Each scrape ends, and all of one time wait together."""
    exporter = Exporter(daemons[0].lab, "node-a")
    assert exporter.value("xbeat_up") == 1
    daemons[0].process.send_signal(signal.SIGSTOP)
    found = []
    scrapes = [threading.Thread(target=lambda: found.append(exporter.value("xbeat_up"))) for _ in range(8)]
    time.sleep(SPACING_S)
    for scrape in scrapes:
        scrape.start()
    assert exporter.get("/healthz")[0] == 200
    for scrape in scrapes:
        scrape.join()
    assert found == 8 * [0]
    daemons[0].process.send_signal(signal.SIGCONT)
    wait_until(lambda: exporter.value("xbeat_up") == 1, "it is back")
