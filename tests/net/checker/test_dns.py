# SPDX-License-Identifier: GPL-2.0-or-later
"""DNS_CHECK against dnsmasq, and against servers that lie."""

import contextlib
import socket
import struct
import subprocess
import threading

import pytest

from tests.support.check_run import check, check_all, network  # noqa: F401
from tests.support.laboratory import NEVER_SECONDS, wait_until

pytestmark = pytest.mark.usefixtures("network")

PORT = 5353
A, SOA, TXT, AAAA = 1, 6, 16, 28


@contextlib.contextmanager
def dnsmasq(folder):
    configuration = folder / "dnsmasq.conf"
    configuration.write_text(f"port={PORT}\nno-resolv\nno-hosts\nlisten-address=127.0.0.1,::1\nbind-interfaces\n"
                             "local=/example.com/\nhost-record=www.example.com,192.0.2.1\n"
                             "txt-record=big.example.com," + ",".join(["x" * 250] * 3) + "\n")
    process = subprocess.Popen(["dnsmasq", "--no-daemon", "--user=root", f"--conf-file={configuration}", "--pid-file"],
                               stderr=subprocess.DEVNULL)
    try:
        wait_until(lambda: answers(process), "dnsmasq answers")
        yield
    finally:
        process.kill()
        process.wait(NEVER_SECONDS)


def answers(process):
    assert process.poll() is None
    return check("dns", f"127.0.0.1:{PORT}", name="www.example.com", type=A, timeout_ms=200).outcome == "good"


# name, type, outcome, beginning of the reason
CASES = [
    ("www.example.com", A, "good", "dns NOERROR after"),
    ("www.example.com.", A, "good", "dns NOERROR after"),
    ("www.example.com", AAAA, "good", "dns NOERROR after"),  # no data
    ("big.example.com", TXT, "good", "dns NOERROR after"),  # truncated
    ("nix.example.com", A, "bad", "dns NXDOMAIN after"),
    (".", SOA, "bad", "dns REFUSED after"),
    ("a..b", A, "local", "query:"),
    (64 * "x", A, "local", "query:"),
]


def test_judges_answers_of_dnsmasq(tmp_path):
    with dnsmasq(tmp_path):
        for name, kind, outcome, reason in CASES:
            for target in (f"127.0.0.1:{PORT}", f"[::1]:{PORT}"):
                result = check("dns", target, name=name, type=kind, timeout_ms=5000)
                assert (result.outcome, result.reason[:len(reason)]) == (outcome, reason), (name, result)


class Liar:
    """Answers each query with datagrams that a function makes of it."""

    def __init__(self, make):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.target = f"127.0.0.1:{self.socket.getsockname()[1]}"
        self.make, self.queries = make, []
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        while True:
            query, sender = self.socket.recvfrom(4096)
            if not query:
                return
            self.queries.append(query)
            for answer in self.make(query):
                self.socket.sendto(answer, sender)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.socket.sendto(b"", self.socket.getsockname())
        self.thread.join()
        self.socket.close()


def head(query, flags=0x8180, identity=0):
    number, = struct.unpack("!H", query[:2])
    return struct.pack("!HHHHHH", number ^ identity, flags, 1, 0, 0, 0)


LOOP = b"\xc0\x0c"  # a name that is its own rest
# what it sends, outcome, beginning of the reason
LIES = {
    "nothing": (lambda query: [], "timeout", "no dns answer within 300 ms"),
    "the head alone": (lambda query: [head(query)], "good", "dns NOERROR"),
    "SERVFAIL": (lambda query: [head(query, 0x8182)], "bad", "dns SERVFAIL"),
    "rcode 15": (lambda query: [head(query, 0x818f)], "bad", "dns ?"),
    "truncated": (lambda query: [head(query, 0x8380)], "good", "dns NOERROR"),
    "another id": (lambda query: [head(query, identity=1)], "timeout", "no dns answer"),
    "the query itself": (lambda query: [query], "timeout", "no dns answer"),
    "too short": (lambda query: [head(query)[:11]], "timeout", "no dns answer"),
    "empty": (lambda query: [b""], "timeout", "no dns answer"),
    "loops": (lambda query: [head(query) + LOOP + struct.pack("!HH", SOA, 1)], "good", "dns NOERROR"),
    "garbage": (lambda query: [bytes(4000)], "timeout", "no dns answer"),
    "lies, then the answer": (lambda query: 200 * [head(query, identity=1)] + [head(query)], "good", "dns NOERROR"),
}


@pytest.mark.parametrize("case", LIES)
def test_a_server_that_lies(case):
    make, outcome, reason = LIES[case]
    with Liar(make) as server:
        result = check("dns", server.target, timeout_ms=300)
    assert (result.outcome, result.reason[:len(reason)]) == (outcome, reason), result


def test_the_query_is_that_of_keepalived():
    """Recursion desired, one question, class IN; another id and source port each time."""
    with Liar(lambda query: [head(query)]) as server:
        check_all("dns", server.target, name="www.example.com", type=TXT, runs=20)
        queries = server.queries
    assert len({query[:2] for query in queries}) > 15
    assert {query[2:] for query in queries} == {
        struct.pack("!HHHHH", 0x0100, 1, 0, 0, 0) + b"\3www\7example\3com\0" + struct.pack("!HH", TXT, 1)}


def test_nothing_listens():
    with Liar(lambda query: []) as server:
        target = server.target
    result = check("dns", target)
    assert result.outcome == "bad" and result.reason.startswith("connection refused after"), result
