# SPDX-License-Identifier: GPL-2.0-or-later
"""A backend of HAProxy, checked by HAProxy and by xbeatd with what xbeatctl import makes of it: the same results of
the same server change its state after the same number of them."""

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
        open(f"{folder}/asked-{taken}", "w").close()
        until = time.monotonic() + 8
        while not os.path.exists(f"{folder}/seen-{taken}") and time.monotonic() < until:
            time.sleep(0.002)
        taken += 1
        self.send_response(200 if good else 500)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer((address, port), Handler)
print("listens", flush=True)
server.serve_forever()
"""
SETTLE_S = 0.05  # a result passes from the checker to the daemon
CONFIGURATION = """
global
    stats socket {socket}
defaults
    mode http
    timeout connect 1s
    timeout client 1s
    timeout server 1s
    timeout check 10s
listen web
    bind {own}:8888
    option httpchk GET /
    http-check expect status 200
    server one {server}:{port} check {rules}
"""


def serve(lab, pattern):
    """Returns the process, and the folder of its files."""
    folder = lab.path(f"server-{time.monotonic_ns()}")
    folder.mkdir()
    process = lab.spawn("node-b", "/usr/bin/python3", "-c", SERVE, lab.address("node-b"), PORT, pattern, folder)
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


def of_haproxy(lab, text, path, pattern):
    configuration = lab.write("haproxy.cfg", text)
    server, folder = serve(lab, pattern)
    process = lab.spawn("node-a", "haproxy", "-db", "-f", configuration)
    wait_until(lambda: path.exists() and process.running(), lambda: f"HAProxy runs: {process.output()}")
    states = follow(pattern, folder, lambda: ask_haproxy(path))
    process.end(9)
    server.end(9)
    return configuration, states


def of_xbeatd(lab, configuration, pattern):
    done = subprocess.run([BUILD / "xbeatctl", "import", configuration], capture_output=True, text=True, check=True)
    server, folder = serve(lab, pattern)
    node = Pools(lab, "node-a", done.stdout.replace("lvs_method NAT", "lvs_method NAT\n    data_plane none")).start()
    states = follow(pattern, folder, lambda: node.pools()["pools"][0]["servers"][0]["state"] == "up")
    node.stop()
    server.end(9)
    return states


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
    text = CONFIGURATION.format(socket=path, own=lab.address("node-a"), server=lab.address("node-b"), port=PORT, rules=rules)
    configuration, theirs = of_haproxy(lab, text, path, pattern)
    ours = of_xbeatd(lab, configuration, pattern)
    assert f"{pattern} {ours}" == f"{pattern} {theirs}"
    assert {"u", "d"} == set(theirs), "nothing changed: the pattern tests nothing"
