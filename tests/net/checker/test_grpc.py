# SPDX-License-Identifier: GPL-2.0-or-later
"""GRPC_CHECK against grpcio's server and servers made by hand."""

import contextlib
import subprocess

import pytest

from tests.support.authority import Authority
from tests.support.check_run import Stranger, answering, check, check_all, network, read_request  # noqa: F401
from tests.support.grpc_server import PROGRAM
from tests.support.laboratory import NEVER_SECONDS

pytestmark = pytest.mark.usefixtures("network")

PORT = 50051


@contextlib.contextmanager
def serving(manner, *pair):
    process = subprocess.Popen(["/usr/bin/python3", PROGRAM, str(PORT), manner, *pair], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout.readline() == "serves\n"
        yield
    finally:
        process.kill()
        process.wait(NEVER_SECONDS)
        process.stdout.close()


def grpc(**options):
    return check("grpc", f"127.0.0.1:{PORT}", **{"timeout_ms": 5000, **options})


# manner, options, outcome, beginning of the reason
CASES = {
    "server": ("health", {}, "good", "grpc SERVING after"),
    "service": ("health", {"service": "web"}, "good", "grpc SERVING after"),
    "not serving": ("health", {"service": "db"}, "bad", "grpc NOT_SERVING after"),
    "unknown": ("health", {"service": "nix"}, "bad", "grpc-status 5 (NOT_FOUND) after"),
    "no health service": ("none", {}, "bad", "grpc-status 12 (UNIMPLEMENTED) after"),
    "too slow": ("slow", {"timeout_ms": 300}, "timeout", ""),
    "garbage": ("garbage", {}, "bad", "grpc answer is no HealthCheckResponse after"),
}


@pytest.mark.parametrize("case", CASES)
def test_answers_of_grpcio(case):
    manner, options, outcome, reason = CASES[case]
    with serving(manner):
        result = grpc(**options)
    assert (result.outcome, result.reason[:len(reason)]) == (outcome, reason), result


def test_over_tls(tmp_path):
    authority = Authority(tmp_path)
    pair = authority.issue("www.example.com", "DNS:www.example.com")
    with serving("health", *pair):
        good = grpc(tls=1, verify=1, virtualhost="www.example.com", ca=authority.certificate)
        bad = grpc(tls=1, verify=1, virtualhost="other", ca=authority.certificate)
        plain = grpc()
    assert good.outcome == "good", good
    assert bad.outcome == "bad" and "certificate is not for 'other'" in bad.reason, bad
    assert plain.outcome == "bad", plain


SETTINGS = b"\0\0\0\x04\0\0\0\0\0"


def half(_, connection):
    connection.sendall(SETTINGS + b"\0\0\x08\x06\0\0\0")
    read_request(connection)


def settings_for_ever(server, connection):
    while not server.over.wait(0.01):
        connection.sendall(SETTINGS)


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes([kind, flags]) + stream.to_bytes(4, "big") + payload


DATA, HEADERS, PING, CONTINUATION = 0, 1, 6, 9
STATUS_200 = b"\x88"  # of HPACK's static table


def flood(*parts, then):
    """Sends parts, then the same bytes for ever."""
    def serve(server, connection):
        connection.sendall(SETTINGS)
        connection.recv(65536)
        for part in parts:
            connection.sendall(part)
        while not server.over.is_set():
            connection.sendall(then)
    return serve


HEAD = frame(HEADERS, 4, 1, STATUS_200)
FIELD = b"\x00\x01a\x7f\x81\x07" + 262 * b"x"  # not indexed: a header field of 262 bytes

STRANGERS = {
    "pings for ever": (flood(then=100 * frame(PING, 0, 0, bytes(8))), "bad"),
    "continuations for ever": (flood(frame(HEADERS, 0, 1, STATUS_200), then=frame(CONTINUATION, 0, 1, 50 * FIELD)), "bad"),
    "data for ever": (flood(HEAD, then=frame(DATA, 0, 1, bytes(16000))), "bad"),
    "empty data for ever": (flood(HEAD, then=1000 * frame(DATA, 0, 1)), "timeout or bad"),
    "much empty data for ever": (flood(HEAD, then=20000 * frame(DATA, 0, 1)), "timeout or bad"),
    "headers for ever": (flood(then=100 * HEAD), "bad"),
    "http/1": (answering(b"HTTP/1.1 200 OK\r\n\r\n"), "bad"),
    "nothing": (answering(), "bad"),
    "half a frame": (half, "bad"),
    "settings for ever": (settings_for_ever, "timeout"),
    "nuls": (answering(bytes(65536)), "bad"),
}


@pytest.mark.parametrize("case", STRANGERS)
def test_other_servers_end_with_a_reason(case):
    serve, outcome = STRANGERS[case]
    with Stranger(serve) as server:
        results = check_all("grpc", server.target, timeout_ms=300)
    result, = results
    assert result.outcome in outcome.split(" or ") and result.reason, result
    assert results.kib < 24 * 1024
