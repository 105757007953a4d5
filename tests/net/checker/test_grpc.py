# SPDX-License-Identifier: GPL-2.0-or-later
"""GRPC_CHECK against grpcio's server and servers made by hand."""

import contextlib
import subprocess

import pytest

from tests.support.authority import Authority
from tests.support.check_run import Stranger, answering, check, network, read_request  # noqa: F401
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


STRANGERS = {
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
        result = check("grpc", server.target, timeout_ms=300)
    assert result.outcome == outcome and result.reason, result
