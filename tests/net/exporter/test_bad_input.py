# SPDX-License-Identifier: GPL-2.0-or-later
"""What is no request that the exporter serves is refused, counted, and costs no other client."""

import contextlib

import pytest

from tests.support.exporter import Exporter

pytestmark = pytest.mark.laboratory(nodes=1)

REQUEST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n"
REFUSED = [
    ("malformed", 400, b"garbage\r\n\r\n"),
    ("malformed", 400, b"\0\1\2\3\xff\r\n\r\n"),
    ("malformed", 400, b"GET /healthz HTTP/9.9\r\n\r\n"),
    ("malformed", 400, REQUEST + b"no colon\r\n\r\n"),
    ("malformed", 400, REQUEST + b"X: " + 9000 * b"x" + b"\r\n\r\n"),
    ("malformed", 400, REQUEST + 2000 * b"X: xxxxxx\r\n" + b"\r\n"),
    ("malformed", 400, b"GET /" + 9000 * b"x" + b" HTTP/1.1\r\n\r\n"),
    ("too_large", 413, REQUEST + b"Content-Length: 5\r\n\r\nabcde"),
    ("too_large", 413, REQUEST + b"Transfer-Encoding: chunked\r\n\r\nffffff\r\n"),
    ("method", 501, b"FOO / HTTP/1.1\r\n\r\n"),
    ("method", 501, b"DELETE /healthz HTTP/1.1\r\n\r\n"),
    ("path", 404, b"GET /nothing HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
    ("path", 404, b"GET /../../etc/passwd HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"),
]


HOSTS_REFUSED = ("attacker.example", "localhost.attacker.example", "127.0.0.1.nip.io", "[::1", "", "@localhost")
HOSTS_ANSWERED = ("localhost", "LocalHost:9694", "localhost.", "127.0.0.1:1", "[::1]:9694", "192.0.2.1", "vip.example")


@pytest.fixture
def exporter(cluster):
    return Exporter(cluster.lab, "node-a", "--host", "vip.example")


def refused(exporter):
    return {labels["reason"]: value for labels, value in exporter.metrics()["xbeat_exporter_refused_total"]}


def test_refused_with_a_status_and_counted(exporter):
    expected = refused(exporter)
    for reason, status, data in REFUSED:
        answer = exporter.send(data)
        assert answer.startswith(b"HTTP/1.1 %d " % status), (data[:80], answer[:200])
        expected[reason] += 1
        assert refused(exporter) == expected, data[:80]


def test_pipelined_requests_are_answered_in_their_order(exporter):
    data = REQUEST + b"\r\n" + REQUEST.replace(b"healthz", b"nothing") + b"\r\n" + REQUEST + b"Connection: close\r\n\r\n"
    answers = exporter.send(data).split(b"HTTP/1.1 ")[1:]
    assert [answer[:3] for answer in answers] == [b"200", b"404", b"200"]
    assert exporter.send(5000 * (REQUEST + b"\r\n") + REQUEST + b"Connection: close\r\n\r\n").count(b" 200 OK") == 5001


def test_more_connections_than_allowed(exporter):
    """Those that wait get the places of idle ones, and of those whose request does not come."""
    for sent in (b"", REQUEST):
        idle = [exporter.connect() for _ in range(200)]
        for client in idle:
            with contextlib.suppress(ConnectionResetError, BrokenPipeError):
                client.sendall(sent)
        assert exporter.get("/healthz")[0] == 200
        counts = exporter.metrics()
        assert counts["xbeat_exporter_connections"][0][1] <= 64
        assert refused(exporter)["connections"] > 100
        for client in idle:
            client.close()


def test_host_names_of_others_are_refused(exporter):
    """An attacker's name that leads here shows a browser nothing."""
    for host in HOSTS_REFUSED:
        assert exporter.get("/metrics", Host=host)[0] == 421, host
    assert all(exporter.get("/metrics", Host=host)[0] == 200 for host in HOSTS_ANSWERED)
    foreign = exporter.send(b"GET http://attacker.example/metrics HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert foreign.startswith(b"HTTP/1.1 421 ")
    assert refused(exporter)["host"] == len(HOSTS_REFUSED) + 1
