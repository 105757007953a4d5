# SPDX-License-Identifier: GPL-2.0-or-later
"""Floods: what anybody on the network can send at any rate moves nothing and accuses nobody.

Run as a program this file is the flood: adverts for the served VRID, well formed, each with another
sender, priority, interval or address list than the one before, so that none of them is old news.

    test_flood.py ADVERTS_PER_SECOND SECONDS PRIORITY_MAX      prints how many were sent
"""

import itertools
import json
import pathlib
import socket
import sys
import time

import pytest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent))

from tests.support.advert import packet  # noqa: E402 (needs the path above, as a program)
from tests.support.packet import GROUP  # noqa: E402

pytestmark = pytest.mark.laboratory(nodes=2)
RATE, SECONDS = 20000, 5  # longer than Active_Down_Timer, 3.6 s, while node-a's adverts drown
ANSWERS_PER_SECOND_MAX = 100
PACE_SECONDS = 0.001


def variants(priority_max):
    """The kernel fills in the checksum of the header."""
    return [packet(f"10.77.0.{150 + n % 40}", priority=1 + n * 7 % priority_max,
                   interval_cs=1 + n * 11 % 300, checksum_kind="plain", header_checksum=0,
                   addresses=[f"10.77.0.{last}" for last in range(100 + n % 5, 101 + n % 11 + n % 5)])
            for n in range(509)]


def flood(rate, seconds, priority_max):
    """Sends at that rate, or as fast as it goes. Returns how many were sent."""
    raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
    raw.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"eth0")
    packets = itertools.cycle(variants(priority_max))
    start, sent = time.monotonic(), 0
    while (passed := time.monotonic() - start) < seconds:
        while sent < passed * rate:
            raw.sendto(next(packets), (GROUP, 0))
            sent += 1
        time.sleep(PACE_SECONDS)
    return sent


@pytest.fixture
def steady(cluster):
    """node-a is Active and a client talks to it."""
    return cluster.start_active().start_client()


def changes(cluster):
    """What the nodes say of each other and of the instance, without what stays the same."""
    return [(node, event) for node in cluster.daemons for event in cluster[node].events()
            if event["kind"] in ("peer", "vrrp") and event["from"] != event["to"]]


def adverts(daemon, direction):
    return daemon.vrrp()["adverts"][direction]


def run_flood(lab, priority_max):
    process = lab.spawn("client", sys.executable, __file__, RATE, SECONDS, priority_max,
                        output="flood.log")
    assert process.wait(SECONDS + 10) == 0, process.output()
    return json.loads(process.output())


def test_lower_adverts_move_nothing(lab, steady):
    before = changes(steady)
    received = {node: adverts(steady[node], "received") for node in steady.daemons}
    start, answers = time.monotonic(), adverts(steady["node-a"], "sent")
    sent = run_flood(lab, priority_max=49)
    assert sent > SECONDS * 1000  # as many as the machine was able to make
    for node in steady.daemons:
        assert adverts(steady[node], "received") - received[node] >= sent * 0.5
    answers = adverts(steady["node-a"], "sent") - answers
    passed = time.monotonic() - start
    assert answers <= passed * (ANSWERS_PER_SECOND_MAX + 1) + 1  # with those by the timer
    assert changes(steady) == before
    assert steady["node-a"].state() == "active"
    assert steady["node-b"].state() == "backup"
    assert lab.holders(steady.settings.vip) == ["node-a"]
    assert [steady[node].json("drops")["event_lost"] for node in steady.daemons] == [0, 0]
    result = steady.client.finish()
    assert result["owner_changes"] == 0
    assert result["answered"] > result["sent"] * 0.9


def test_takeover_after_a_flood(lab, steady):
    """Whatever the flood left behind, the daemons hear of what comes after it."""
    run_flood(lab, priority_max=49)
    lab.cut("node-a", "eth0")
    steady.client.wait_owner("node-b")
    lab.heal("node-a", "eth0")
    steady.client.wait_owner("node-a")
    steady["node-b"].wait_state("backup")


if __name__ == "__main__":
    print(flood(*map(int, sys.argv[1:4])))
