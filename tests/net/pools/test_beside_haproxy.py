# SPDX-License-Identifier: GPL-2.0-or-later
"""A backend of HAProxy, checked by HAProxy and by xbeatd with what xbeatctl import makes of it: the same results of
the same server change its state after the same number of them."""

import json
import random
import socket
import subprocess
import time

import pytest

from tests.support.laboratory import BUILD, wait_until
from tests.support.pools import Pools

pytestmark = pytest.mark.laboratory(nodes=2)
PORT = 8001
# Each request takes the next result of the pattern, g or b; the last one stays. Its answer waits until the test has
# seen what came of the result before, so that no stall of the machine changes what is counted.
SERVE = """
import http.server, os, sys, time
address, port, pattern, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
taken = 0
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        global taken
        good = pattern[min(taken, len(pattern) - 1)] == "g"
        with open(f"{folder}/asked-{taken}", "w") as asked:
            asked.write(self.requestline)
        until = time.monotonic() + 8
        while not os.path.exists(f"{folder}/seen-{taken}") and time.monotonic() < until:
            time.sleep(0.002)
        taken += 1
        self.send_response(200 if good else 500)
        self.end_headers()
    do_HEAD = do_OPTIONS = do_POST = do_GET
    def log_message(self, *_):
        pass
server = http.server.HTTPServer((address, port), Handler)
print("listens", flush=True)
server.serve_forever()
"""
# The same for servers of bytes. A part of a conversation is what the server reads, the good answer, and the bad one.
CONVERSE = """
import json, os, socket, sys, time
address, port, pattern, folder = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4]
parts = [[part.encode() for part in parts] for parts in json.loads(sys.argv[5])]
listener = socket.create_server((address, port))
print("listens", flush=True)
taken = 0
def converse(connection, good):
    got = b""
    for wanted, *answers in parts:
        got = b""
        while len(got) < len(wanted) and (more := connection.recv(len(wanted) - len(got))):
            got += more
        if got != wanted:
            print(f"unexpected {got}" if got else "left", flush=True)
            return
        connection.sendall(answers[0 if good else 1])
        if not good and answers[0] != answers[1]:
            return
    connection.recv(1)
while True:
    connection = listener.accept()[0]
    open(f"{folder}/asked-{taken}", "w").close()
    until = time.monotonic() + 8
    while not os.path.exists(f"{folder}/seen-{taken}") and time.monotonic() < until:
        time.sleep(0.002)
    try:
        converse(connection, pattern[min(taken, len(pattern) - 1)] == "g")
    except OSError:
        pass
    connection.close()
    taken += 1
"""
SETTLE_S = 0.05  # a result passes from the checker to the daemon
CONFIGURATION = """
global
    stats socket {socket}
defaults
    mode {mode}
    timeout connect 1s
    timeout client 1s
    timeout server 1s
    timeout check 10s
listen web
    bind {own}:8888
    {checks}
    server one {server}:{port} check {rules}
"""


GET = "option httpchk GET /\n    http-check expect status 200"


def configuration_of(lab, path, rules, checks=GET, mode="http"):
    return CONFIGURATION.format(socket=path, own=lab.address("node-a"), server=lab.address("node-b"), port=PORT, rules=rules,
                                checks=checks, mode=mode)


def serve(lab, pattern, parts):
    """Returns the process, and the folder of its files. parts: of a conversation; without them it is one of HTTP."""
    folder = lab.path(f"server-{time.monotonic_ns()}")
    folder.mkdir()
    process = lab.spawn("node-b", "/usr/bin/python3", "-c", CONVERSE if parts else SERVE, lab.address("node-b"), PORT, pattern, folder,
                        *([json.dumps(parts)] if parts else []))
    wait_until(lambda: "listens" in process.output(), lambda: f"the server listens: {process.output()}")
    return process, folder


def follow(pattern, folder, is_up):
    """Whether the server was up after each result of the pattern."""
    states = []
    for number in range(len(pattern) + 1):
        wait_until((folder / f"asked-{number}").exists, f"check {number} has come")
        time.sleep(SETTLE_S)
        states.append(is_up())
        (folder / f"seen-{number}").touch()
    return "".join("u" if up else "d" for up in states[1:])


def ask_haproxy(path):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(b"show servers state web\n")
        answer = b"".join(iter(lambda: connection.recv(4096), b"")).decode()
    fields = next(line.split() for line in answer.splitlines() if line.split()[3:4] == ["one"])
    return int(fields[5]) != 0  # srv_op_state: 0 stopped


def first_request(folder):
    return (folder / "asked-0").read_text()


def of_haproxy(lab, text, path, pattern, parts=()):
    """The configuration, the states, and what the server was asked."""
    configuration = lab.write("haproxy.cfg", text)
    server, folder = serve(lab, pattern, parts)
    process = lab.spawn("node-a", "haproxy", "-db", "-f", configuration)
    wait_until(lambda: path.exists() and process.running(), lambda: f"HAProxy runs: {process.output()}")
    states = follow(pattern, folder, lambda: ask_haproxy(path))
    process.end(9)
    server.end(9)
    assert "unexpected" not in server.output(), server.output()
    return configuration, states, first_request(folder)


def of_xbeatd(lab, configuration, pattern, parts=()):
    done = subprocess.run([BUILD / "xbeatctl", "import", configuration], capture_output=True, text=True, check=True)
    server, folder = serve(lab, pattern, parts)
    node = Pools(lab, "node-a", done.stdout.replace("lvs_method NAT", "lvs_method NAT\n    data_plane none")).start()
    states = follow(pattern, folder, lambda: node.pools()["pools"][0]["servers"][0]["state"] == "up")
    node.stop()
    server.end(9)
    assert "unexpected" not in server.output(), server.output()
    return states, first_request(folder)


def random_pattern(seed):
    """Runs of good and bad results, of lengths around the thresholds."""
    chance = random.Random(seed)
    return "".join(letter * chance.randint(1, 5) for _ in range(5) for letter in "gb") + "gggg"


@pytest.mark.parametrize("rules,pattern", [
    ("inter 50 rise 2 fall 3", "ggbbgbbbbgbggg"),
    ("inter 60 fastinter 20 downinter 40 rise 3 fall 2", "ggbgbbbggbggggg"),
    ("inter 50 rise 1 fall 1", "gbgbbgg"),
    ("inter 50 rise 2 fall 3", "bbgbggg"),  # the first failure alone is enough
    ("inter 50 rise 2 fall 3", random_pattern(1)),
    ("inter 60 fastinter 30 rise 3 fall 4", random_pattern(2)),
])
def test_the_same_results_have_the_same_verdicts(lab, rules, pattern):
    path = lab.path("haproxy.sock")
    configuration, theirs, _ = of_haproxy(lab, configuration_of(lab, path, rules), path, pattern)
    ours, _ = of_xbeatd(lab, configuration, pattern)
    assert f"{pattern} {ours}" == f"{pattern} {theirs}"
    assert {"u", "d"} == set(theirs), "nothing changed: the pattern tests nothing"


@pytest.mark.parametrize("request_line", ["HEAD /h HTTP/1.1", "OPTIONS /o?a=b HTTP/1.0", "POST /p HTTP/1.1", ""])
def test_the_same_requests(lab, request_line):
    path = lab.path("haproxy.sock")
    checks = f"option httpchk {request_line}\n    http-check expect status 200"
    text = configuration_of(lab, path, "inter 50 rise 2 fall 2", checks)
    configuration, theirs, their_request = of_haproxy(lab, text, path, "ggbbgg")
    ours, our_request = of_xbeatd(lab, configuration, "ggbbgg")
    assert our_request == their_request == (request_line or "OPTIONS / HTTP/1.0")
    assert ours == theirs and {"u", "d"} == set(theirs)


CONVERSATIONS = {
    "a line": (["send PING\\r\\n", "expect string +PONG"], [("PING\r\n", "+PONG\r\n", "-ERR\r\n")]),
    "in quotes": (['send "PING x\\r\\n"', "expect string '+PO NG'"], [("PING x\r\n", "+PO NG\r\n", "-ERR\r\n")]),
    "a greeting": (["connect", "expect string 220", "send HELO\\ x\\r\\n", "expect string 250",
                    "send-binary 515549540d0a comment bye", "expect comment bye binary 323231"],
                   [("", "220 here\r\n", "554 no\r\n"), ("HELO x\r\n", "250 ok\r\n", "250 ok\r\n"),
                    ("QUIT\r\n", "221 bye\r\n", "221 bye\r\n")]),
    "two in one answer": (["send x", "expect string master", "expect string role"], [("x", "role:master\r\n", "role:slave\r\n")]),
    "an expression": (["send x", "expect rstring ^role:(master|primary)\\r"], [("x", "role:primary\r\n", "no role:master\r\n")]),
    "nothing twice": (["send a", "expect string one", "send b", "expect string one"],
                      [("a", "one", "one"), ("b", "one", "two")]),
    "only the beginning": (["send x", "expect string whole"], [("x", "whole", "who")]),
    "redis-check": (None, [("*1\r\n$4\r\nPING\r\n", "+PONG\r\n", "-LOADING\r\n")]),
}


@pytest.mark.parametrize("name", CONVERSATIONS)
def test_the_same_conversations(lab, name):
    rules, parts = CONVERSATIONS[name]
    path, pattern = lab.path("haproxy.sock"), "ggbbbgg"
    checks = "\n    ".join(["option tcp-check", *(f"tcp-check {rule}" for rule in rules)]) if rules else f"option {name}"
    text = configuration_of(lab, path, "inter 50 rise 2 fall 3", checks, mode="tcp")
    configuration, theirs, _ = of_haproxy(lab, text, path, pattern, parts)
    ours, _ = of_xbeatd(lab, configuration, pattern, parts)
    assert f"{pattern} {ours}" == f"{pattern} {theirs}"
    assert {"u", "d"} == set(theirs), "nothing changed: the pattern tests nothing"
