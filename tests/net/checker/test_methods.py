# SPDX-License-Identifier: GPL-2.0-or-later
"""UDP_CHECK, PING_CHECK, TCP_SESSION, AGENT_CHECK and MISC_CHECK."""

import socket

import pytest

from tests.support.checker import HOLD, Checks, each, serve
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=2, links=1)
PORT = 9000
QUICK = {"interval": 100, "first": 1, "timeout": 200}
READY, DRAIN, MAINTENANCE, DOWN, UP = range(1, 6)

UDP = """
import socket, sys
with socket.socket(int(sys.argv[1]), socket.SOCK_DGRAM) as server:
    server.bind((sys.argv[2], int(sys.argv[3])))
    print("listens", flush=True)
    while True:
        data, sender = server.recvfrom(65536)
        print(data.hex(), flush=True)
        if sys.argv[4]:
            server.sendto(bytes.fromhex(sys.argv[4]), sender)
"""


@pytest.fixture
def checks(lab):
    with Checks(lab) as started:
        yield started


def serve_udp(lab, answer):
    process = lab.spawn("node-b", "/usr/bin/python3", "-c", UDP, int(socket.AF_INET), lab.address("node-b"), PORT, answer)
    wait_until(lambda: "listens" in process.output(), "it listens")
    return process


def wait_state(checks, up, check=0):
    return checks.wait_event(check, up=up, outcome="good" if up else "bad")


def test_udp_silence_is_good(lab, checks):
    server = serve_udp(lab, "")
    checks.check("udp", lab.address("node-b"), PORT, initial=2, payload="0a0b0c", **QUICK)
    assert wait_state(checks, True)["reason"] == "no ICMP error within 200 ms"
    assert server.output().split()[1] == "0a0b0c"


def test_udp_port_unreachable_is_bad(lab, checks):
    checks.check("udp", lab.address("node-b"), PORT, **QUICK)
    assert wait_state(checks, False)["reason"].startswith("port unreachable after ")


@pytest.mark.parametrize("answer, wanted, reason", [
    ("01020304", "0102", "reply of 4 bytes after "),
    ("01020304", "x1xx", "reply of 4 bytes after "),
    ("01", "0102", "reply of 1 bytes after "),
    ("02020304", "0102", "another reply than the expected one after "),
    ("01" * 256, "01", "reply of 256 bytes, 0 to 255 wanted, after "),
    ("", "0102", "no reply within 200 ms"),
])
def test_udp_reply(lab, checks, answer, wanted, reason):
    serve_udp(lab, answer)
    good = reason.startswith("reply of") and "wanted" not in reason
    checks.check("udp", lab.address("node-b"), PORT, reply=wanted, initial=2 if good else 0, **QUICK)
    assert wait_state(checks, good)["reason"].startswith(reason)


@pytest.mark.parametrize("family", [4, 6])
def test_ping(lab, checks, family):
    checks.check("ping", lab.address("node-b", family=family), 0, initial=2, **{**QUICK, "interval": 50})
    assert wait_state(checks, True)["reason"].startswith("echo reply after ")
    lab.lose("node-b", "out")
    assert checks.wait_event(up=False, outcome="bad")["reason"] == "no echo reply within 200 ms"
    lab.lose_nothing()
    checks.wait_event(up=True, outcome="good", count=2)


@pytest.mark.parametrize("family", [4, 6])
def test_ping_of_an_own_address(lab, checks, family):
    checks.check("ping", lab.address("node-a", family=family), 0, initial=2, **QUICK)
    wait_state(checks, True)


def test_ping_from_a_source_by_an_interface_with_a_mark(lab, checks):
    """The mark chooses a route that leads nowhere."""
    lab.run("node-a", "ip", "address", "add", "10.77.0.77/24", "dev", "eth0")
    checks.add("ping", lab.address("node-b"), 0, initial=2, bindto="10.77.0.77", bind_if="eth0", **QUICK)
    checks.add("ping", lab.address("node-b"), 0, mark=7, **QUICK)
    checks.add("tcp", lab.address("node-b"), PORT, mark=7, **QUICK)
    lab.run("node-a", "ip", "rule", "add", "fwmark", "7", "unreachable")
    checks.use()
    wait_state(checks, True, 0)
    for marked in (1, 2):
        assert "No route to host" in wait_state(checks, False, marked)["reason"] or \
            "unreachable" in wait_state(checks, False, marked)["reason"]


def test_a_session_ends_at_once(lab, checks):
    server = serve(lab, "node-b", PORT, HOLD)
    checks.check("session", lab.address("node-b"), PORT, fall=1, **{**QUICK, "interval": 60000, "fast": 50})
    checks.wait_event(up=True, outcome="good")
    server.end()
    down = wait_state(checks, False)
    assert "by the server after" in down["reason"]


def test_a_session_is_made_again(lab, checks):
    serve(lab, "node-b", PORT, "while True:\n    connection = listener.accept()[0]\n    connection.recv(1)\n", )
    checks.check("session", lab.address("node-b"), PORT, **QUICK)
    checks.wait_event(up=True, outcome="good")
    assert "connection open for" in checks.wait_total("good", 5)["reason"]


def test_an_end_while_it_is_suspended_accuses_no_server(lab, checks):
    server = serve(lab, "node-b", PORT, HOLD)
    checks.check("session", lab.address("node-b"), PORT, fall=1, **QUICK)
    checks.wait_event(up=True, outcome="good")
    checks.send("suspend", 0)
    wait_until(lambda: not lab.run("node-a", "ss", "-Htn", "state", "established", "dport", f":{PORT}").stdout, "it is closed")
    server.end()
    serve(lab, "node-b", PORT, HOLD)
    before = checks.record()["good"]
    checks.send("resume", 0)
    assert checks.wait_total("good", before + 2)["bad"] == 0


def test_a_session_discards_what_comes(lab, checks):
    """1 GiB, and no end of it."""
    serve(lab, "node-b", PORT, "connection = listener.accept()[0]\nwhile True:\n    connection.sendall(bytes(1 << 20))")
    checks.check("session", lab.address("node-b"), PORT, **QUICK)
    record = checks.wait_total("good", 20)
    assert record["up"] and record["bad"] == 0


def test_a_dead_host_ends_a_session(lab, checks):
    serve(lab, "node-b", PORT, HOLD)
    checks.check("session", lab.address("node-b"), PORT, idle=1000, keepalive=1000, count=2, user_timeout=1500,
                 **{**QUICK, "interval": 60000})
    checks.wait_event(up=True, outcome="good")
    lab.lose("node-b", "out")
    assert wait_state(checks, False)["reason"].startswith("connection Connection timed out after")


AGENT = "while True:\n    connection = listener.accept()[0]\n    connection.sendall(open({path!r}, 'rb').read())\n    connection.close()"


def test_an_agent(lab, checks):
    """The last word about each of mode, health and weight stays."""
    path = lab.write("agent", "75%\n")
    server = serve(lab, "node-b", PORT, AGENT.replace("{path!r}", repr(str(path))))
    checks.check("agent", lab.address("node-b"), PORT, **QUICK)
    checks.wait_event(weight=75, has_weight=1, agent=0, agent_health=0)
    path.write_text("drain # for an update\n")
    event = checks.wait_event(weight=75, agent=DRAIN)
    assert event["reason"].startswith("agent: drain # for an update after ")
    path.write_text("down,weight:7")
    checks.wait_event(agent=DRAIN, agent_health=DOWN, weight=7, has_weight=2)
    path.write_text("wonderful 30%\n")
    bad = checks.wait_event(outcome="local_error", agent=DRAIN, weight=7)
    assert bad["reason"] == 'agent: unknown word "wonderful"'
    path.write_text("UP READY 100%\r\n")
    checks.wait_event(agent=READY, agent_health=UP, weight=100)
    server.end()
    gone = checks.wait_event(outcome="local_error", agent=READY, agent_health=UP)
    assert gone["up"] and gone["reason"].startswith("agent: connection refused after ")


AGENTS = {
    "nothing": (("time.sleep(100)",), "no line within 200 ms"),
    "byte by byte for ever": (('while True: send(b"7"); time.sleep(0.03)',), "no line within 200 ms"),
    "a line without end": (('while True: send(b"7" * 65536)',), "a line of more than 1024 bytes"),
    "nuls": (('send(bytes(64)); time.sleep(100)',), "no line within 200 ms"),
    "nuls in a line": (('send(b"\\0\\0down\\n")',), " after ", "good"),
    "closes": (("pass",), "connection closed by the server after "),
    "half-closed": (("connection.shutdown(socket.SHUT_WR); lines.readline()",), "connection closed by the server after "),
    "a weight that is none": (('send(b"99999999999999999999%\\n")',), 'unknown word "99999999999999999999%"'),
}


@pytest.mark.parametrize("name", AGENTS)
def test_an_agent_that_makes_no_sense_changes_nothing(lab, checks, name):
    lines, reason, outcome = (*AGENTS[name], "local_error")[:3]
    serve(lab, "node-b", PORT, each(*lines))
    checks.check("agent", lab.address("node-b"), PORT, **QUICK)
    event = checks.wait_event(outcome=outcome, agent=0, agent_health=0, has_weight=0)
    assert event["reason"].startswith(f"agent: {reason}") and event["up"], event


def test_a_program(checks):
    """The daemon runs it, and reports how it ended."""
    checks.check("misc", "127.0.0.1", 0, dynamic=1, **{**QUICK, "timeout": 60000})
    for count, (status, outcome, has_weight, weight) in enumerate([
            (0, "good", 0, 0), (12 << 8, "good", 1, 10), (1 << 8, "bad", 0, 0), (9, "bad", 0, 0),
            (-2, "bad", 0, 0), (-1, "local_error", 0, 0), (3 << 8, "good", 1, 1), (-1, "local_error", 1, 1),
            (0, "good", 0, 0)], 1):
        checks.wait(lambda wanted=count: len([e for e in checks.events if e["event"] == "run"]) >= wanted, "a run")
        checks.send("ran", 0, status)
        record = wait_until(lambda wanted=count: (record := checks.record()) and sum(
            record[name] for name in ("good", "bad", "local_error", "stalled")) == wanted and record, "its result")
        assert (record["outcome"], record["has_weight"], record["weight"]) == (outcome, has_weight, weight), status
