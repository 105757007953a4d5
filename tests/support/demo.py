# SPDX-License-Identifier: GPL-2.0-or-later
"""What the demo prints of its pool, where the kernel forwards and where it does not, and what it may not
leave behind."""

import pathlib
import re

from tests.support.laboratory import PINS, SOCKETS

SERVER = r"server 10\.77\.0\.%s:80 is "
# A connection that is open while the address moves may break.
MOVED = r"(every request of the client was answered|node-. answers the client after [\d.]+ ms)"
SUM = r"the client sent [1-9]\d* requests over HTTP; lost: \d+$"

FORWARDED = (
    r"POOL: this kernel has IPVS, so node-a forwards to nginx on node-b and node-c",
    r"KILL: nginx", SERVER % 2 + r"down: .*? connection refused", r"new connections go to node-c; (requests lost: [1-9]|every request)",
    r"START: ", SERVER % 2 + "up", "new connections go to node-b and node-c",
    r"DRAIN: ", SERVER % 2 + "drain", r"new connections go to node-c; every request of the client was answered", SUM)
LOCAL = (
    r"so the servers are local, and the address moves to one that works", r"POOL: ",
    r"KILL: nginx", SERVER % 1 + r"down: pool 10\.77\.0\.100:80/tcp: http: connection refused",
    r"node-b answers the client after [\d.]+ ms",
    r"START: ", SERVER % 1 + "up", "node-a is Active", MOVED,
    r"DRAIN: ", SERVER % 1 + "drain", "node-b is Active: ", MOVED, SUM)


def in_one_line(text):
    """Without the breaks of long lines."""
    return " ".join(text.split())


def check_order(told, parts):
    """All parts are there, in their order."""
    at = 0
    for part in parts:
        found = re.compile(part).search(told, at)
        assert found, f"{part} is not in: {told[at:]}"
        at = found.end()


def check_pool(text):
    told = in_one_line(text)
    check_order(told, FORWARDED if "forwards to nginx" in told else LOCAL)


def traces(name):
    """Namespaces, pins, sockets, state and scratch files whose names begin with name."""
    places = ["/run/netns", "/run/xbeat-lab", "/tmp", PINS, SOCKETS]
    return [str(path) for place in places for path in pathlib.Path(place).glob(f"{name}*")]
