# SPDX-License-Identifier: GPL-2.0-or-later
"""HTTP_GET against servers that do what no server should: each run ends with a reason, in bounded time and
memory."""

import struct
import socket
import time

import pytest

from tests.support.check_run import Stranger, answering, check, check_all, network, read_request  # noqa: F401

pytestmark = pytest.mark.usefixtures("network")

HEAD = b"HTTP/1.1 200 OK\r\n"
ENDLESS = HEAD + b"\r\n"
BLOCK = bytes(1 << 16)
MEMORY_KIB_MAX = 24 * 1024


def silent(server, connection):
    server.over.wait(30)


def silent_after_request(server, connection):
    read_request(connection)
    server.over.wait(30)


def byte_by_byte(server, connection):
    read_request(connection)
    for byte in HEAD + b"Content-Length: 1000000\r\n\r\n" + 1000000 * b"x":
        connection.sendall(bytes([byte]))
        if server.over.wait(0.02):
            return


def for_ever(server, connection):
    read_request(connection)
    connection.sendall(ENDLESS)
    while not server.over.is_set():
        connection.sendall(BLOCK)


def endless_error(server, connection):
    read_request(connection)
    connection.sendall(b"HTTP/1.1 503 Busy\r\n\r\n")
    while not server.over.is_set():
        connection.sendall(BLOCK)


def endless_head(server, connection):
    read_request(connection)
    connection.sendall(HEAD)
    while not server.over.is_set():
        connection.sendall(b"X-Filler: " + 1000 * b"x" + b"\r\n")


def endless_line(server, connection):
    read_request(connection)
    while not server.over.is_set():
        connection.sendall(b"x" * 4096)


def gibibyte(server, connection):
    read_request(connection)
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % (1 << 30))
    for _ in range((1 << 30) // len(BLOCK)):
        connection.sendall(BLOCK)


def half_closed(server, connection):
    read_request(connection)
    connection.shutdown(socket.SHUT_WR)
    server.over.wait(30)


def reset(server, connection):
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def continues_for_ever(server, connection):
    read_request(connection)
    while not server.over.wait(0.01):
        connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")


DIGEST = {"digest": 32 * "0"}
# how it serves, options, outcome, what the reason has
CASES = {
    "silent": (silent, {}, "timeout", "no answer within 200 ms"),
    "silent_after_request": (silent_after_request, {}, "timeout", "no answer within 200 ms"),
    "byte_by_byte": (byte_by_byte, {}, "timeout", "no complete answer within 800 ms"),
    "byte_by_byte, limit of a vrrp_check": (byte_by_byte, {"whole_limit": 1}, "timeout", "no answer within 200 ms"),
    "for_ever": (for_ever, {}, "good", "http 200"),
    "for_ever, digest": (for_ever, DIGEST, "timeout", "no complete answer within 800 ms"),
    "for_ever, regex": (for_ever, {"regex": "x"}, "bad", "does not match /x/"),
    "endless_error": (endless_error, {}, "bad", "http 503"),
    "endless_error, digest": (endless_error, DIGEST, "bad", "http 503"),
    "endless_head": (endless_head, {}, "bad", "more than 64 KiB of header fields"),
    "endless_line": (endless_line, {}, "bad", "not HTTP"),
    "gibibyte": (gibibyte, {}, "good", "http 200"),
    "gibibyte, digest": (gibibyte, {**DIGEST, "timeout_ms": 10000}, "bad", "digest cd573cfaace07e7949bc0c46028904ff is not"),
    "half_closed": (half_closed, {}, "bad", "connection closed without an answer"),
    "reset": (reset, {}, "bad", "reset by peer"),
    "continues_for_ever": (continues_for_ever, {}, "timeout", "no complete answer within 800 ms"),
    "nothing": (answering(), {}, "bad", "connection closed without an answer"),
    "nuls": (answering(BLOCK[:64]), {}, "bad", "not HTTP"),
    "garbage": (answering(b"\x1b[31mSSH-2.0-x\r\n"), {}, "bad", "not HTTP"),
    "nuls in the head": (answering(HEAD + b"A: \0\0\r\n\r\nbody"), {}, "bad", "Nul byte"),
    "nuls in the body": (answering(ENDLESS + b"a\0b"), {"regex": "a\\x00b"}, "good", "http 200"),
    "an interim answer": (answering(b"HTTP/1.1 100 Continue\r\nA: no\r\n\r\n" + ENDLESS + b"ok"), {"regex": "A: no"},
                          "bad", "does not match"),
    "no body": (answering(HEAD + b"Content-Length: 0\r\n\r\n"), {}, "good", "http 200"),
    "short body": (answering(HEAD + b"Content-Length: 9\r\n\r\nok"), {"regex": "ok"}, "good", "body shorter than announced"),
    "negative length": (answering(HEAD + b"Content-Length: -9\r\n\r\nok"), {}, "bad", "Content-Length"),
    "impossible status": (answering(b"HTTP/1.1 999 no\r\n\r\n"), {}, "bad", "http 999"),
    "status 0": (answering(b"HTTP/1.1 000 no\r\n\r\n"), {}, "bad", "after"),
    "bad chunks": (answering(HEAD + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n"), {}, "bad", "after"),
    "redirect to a file": (answering(b"HTTP/1.1 302 x\r\nLocation: file:///etc/passwd\r\n\r\n"), {"follow_redirects": 1}, "bad", "http 302"),
    "redirect nowhere": (answering(b"HTTP/1.1 302 x\r\nLocation: http://[::\r\n\r\n"), {"follow_redirects": 1}, "bad", "http 302"),
    "not UTF-8": (answering(ENDLESS + b"a\xffb"), {"regex": "b", "regex_options": 0x00080000}, "bad", "not UTF-8"),
    "hard to match": (answering(ENDLESS + 5000 * b"a"), {"regex": "(a+)+b"}, "bad", "does not match"),
    "too hard to match": (answering(ENDLESS + 5000 * b"a" + b"!b"), {"regex": "(a+)+c?b$"}, "bad", "takes too long"),
}


@pytest.mark.parametrize("case", CASES)
def test_ends_with_a_reason(case):
    serve, options, outcome, reason = CASES[case]
    with Stranger(serve) as server:
        began = time.monotonic()
        results = check_all("http", server.target, **{"timeout_ms": 200, **options})
        assert time.monotonic() - began < 30
    result, = results
    assert (result.outcome, reason in result.reason) == (outcome, True), result
    assert results.kib < MEMORY_KIB_MAX


def test_a_thousand_silent_servers_cost_little():
    with Stranger(silent) as server:
        results = check_all("http", server.target, runs=1000, at_once=1, timeout_ms=500)
    assert {each.outcome for each in results} == {"timeout"}
    assert results.kib < 200 * 1024


def test_without_descriptors_no_server_is_accused():
    """Some runs get none; the others go on."""
    with Stranger(silent) as server:
        results = check_all("http", server.target, runs=100, at_once=1, timeout_ms=300, before=("prlimit", "--nofile=40"))
    outcomes = [each.outcome for each in results]
    assert 10 < outcomes.count("timeout") < 40 and outcomes.count("local") == 100 - outcomes.count("timeout"), outcomes
    assert all("Too many open files" in each.reason for each in results if each.outcome == "local")


def test_answers_with_control_characters_are_escaped():
    with Stranger(answering(b"HTTP/1.1 200 OK\r\nContent-Length: \x1b[31m\r\n\r\n")) as server:
        result = check("http", server.target)
    assert "\x1b" not in result.reason
