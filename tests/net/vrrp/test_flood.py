# SPDX-License-Identifier: GPL-2.0-or-later
"""Floods: packets that any host can send, at any rate, move no address and make no node down."""

import json
import os
import signal
import sys
import time

import pytest

from tests.support import flood
from tests.support.advert import Forger
from tests.support.configuration import block, instance
from tests.support.laboratory import BUILD, wait_until
from tests.support.moment import punctual
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
RATE, SECONDS = 20000, 5  # longer than Active_Down_Timer, 3.6 s, while node-a's adverts are lost in the flood
ANSWERS_PER_SECOND_MAX = 100


@pytest.fixture
def steady(cluster):
    """node-a is Active and a client talks to it."""
    return cluster.start_active().start_client()


def changes(cluster):
    """What the nodes report of each other and of the instance, without what stays the same."""
    return [(node, event) for node in cluster.daemons for event in cluster[node].events()
            if event["kind"] in ("peer", "vrrp") and event["from"] != event["to"]]


def adverts(daemon, direction):
    return daemon.vrrp()["adverts"][direction]


def run_flood(lab, priority_max):
    process = lab.spawn("client", sys.executable, flood.PROGRAM, RATE, SECONDS, priority_max,
                        output="flood.log")
    assert process.wait() == 0, process.output()
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
    assert answers <= passed * (ANSWERS_PER_SECOND_MAX + 1) + 1  # including those sent by the timer
    assert changes(steady) == before
    assert steady["node-a"].state() == "active"
    assert steady["node-b"].state() == "backup"
    assert lab.holders(steady.settings.vip) == ["node-a"]
    assert [steady[node].json("drops")["event_lost"] for node in steady.daemons] == [0, 0]
    result = steady.client.finish()
    assert result["owner_changes"] == 0
    assert result["answered"] > result["sent"] * 0.9


def test_takeover_after_a_flood(lab, steady):
    """The daemons receive what arrives after the flood."""
    run_flood(lab, priority_max=49)
    lab.cut("node-a", "eth0")
    steady.client.wait_owner("node-b")
    lab.heal("node-a", "eth0")
    steady.client.wait_owner("node-a")
    steady["node-b"].wait_state("backup")


def test_flood_of_lower_adverts_is_reported_once_an_interval(lab):
    fifo = lab.path("fifo")
    daemon = Xbeatd(lab, "node-a", block("global_defs", f"vrrp_notify_fifo {fifo}"),
                    instance(priority=200)).start()
    daemon.wait_state("active")
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    start = time.monotonic()
    lab.run("node-b", sys.executable, flood.PROGRAM, "20000", "1", "90")
    wait_until(lambda: daemon.json("drops") is not None, "the daemon answers")
    intervals = (time.monotonic() - start) / 0.1
    lines = os.read(reader, 1 << 20).decode().splitlines()
    os.close(reader)
    told = [line for line in lines if "MASTER_RX_LOWER_PRI" in line]
    assert 2 <= len(told) <= intervals + 2, (len(told), intervals)


# An event, and the look 10 ms after it; at an Active also the answer, and the regular advert.
WAKE_UPS_PER_SECOND_MAX = {"active": 400, "backup": 40}


@pytest.fixture
def alone(lab):
    """Two nodes without heartbeats, which would wake the daemons themselves."""
    active = Xbeatd(lab, "node-a", instance(priority=200)).start()
    active.wait_state("active")
    backup = Xbeatd(lab, "node-b", instance(priority=150)).start()
    backup.wait_state("backup")
    return {"active": active, "backup": backup}


def replay(lab, seconds):
    """All adverts differ from the one before and are lower than both nodes'; at the ports of both
    nodes, past the switch."""
    file = lab.path("flood.frames")
    file.write_bytes(flood.frames(100))
    return [lab.spawn("switch", BUILD / "tools" / "replay", f"{node}.0", file, seconds) for node in lab.nodes]


def test_differing_adverts_wake_the_daemon_at_a_bounded_rate(lab, alone):
    def sample():
        return {role: (daemon.wake_ups(), daemon.cpu_ns(), adverts(daemon, "received"))
                for role, daemon in alone.items()}
    before, start = sample(), time.monotonic()
    assert [process.wait() for process in replay(lab, SECONDS)] == [0, 0]
    after, passed = sample(), time.monotonic() - start
    for role, daemon in alone.items():
        wake_ups, cpu_ns, received = (last - first for last, first in zip(after[role], before[role]))
        print(f"{role}: {received / passed:.0f} adverts/s, {wake_ups / passed:.0f} wake-ups/s, "
              f"{cpu_ns / passed / 1e7:.2f} % of a core")
        assert daemon.state() == role
        assert received > SECONDS * 1000
        assert wake_ups < WAKE_UPS_PER_SECOND_MAX[role] * passed + 50


def test_lower_adverts_do_not_hide_a_higher_one(lab, alone):
    """The daemon reads all three at once."""
    active = alone["active"]
    with Forger(lab, interval_cs=100) as forger, punctual():
        active.process.send_signal(signal.SIGSTOP)
        for priority in (50, 254, 60):
            forger.send(priority=priority)
        active.process.send_signal(signal.SIGCONT)
    wait_until(lambda: ("active", "backup") in active.changes(), "it yields to the only higher advert")
