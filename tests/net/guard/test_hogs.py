# SPDX-License-Identifier: GPL-2.0-or-later
"""Tasks that real-time scheduling prefers to everything else starve neither daemon: no verdict
changes, no address is fenced or moves."""

import os
import subprocess

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.deadline import DEADLINE
from tests.support.hogs import above_hogs, hogs, wait_hogging
from tests.support.laboratory import PINS
from tests.support.xbeatd import find_bpftool

SECONDS = 20
DETACH_SECONDS = 6
# Longer than a virtual machine stalls; the guard's 3 s are the defaults.
SETTINGS = Settings(multiplier=10, daemon_timeout="3s")


@pytest.mark.alone
@pytest.mark.laboratory(nodes=2)
def test_hogs_above_every_fifo_daemon(lab):
    cluster = Cluster(lab, SETTINGS).start_active()
    before = [daemon.events() for daemon in cluster.daemons.values()]
    with hogs(os.cpu_count(), SECONDS, fifo_priority=60, processors=range(os.cpu_count())) as processes:
        for process in processes:
            process.wait()
    assert [daemon.events() for daemon in cluster.daemons.values()] == before
    assert lab.holders(SETTINGS.vip) == ["node-a"]
    assert [daemon.json("status")["scheduling"]["policy"] for daemon in cluster.daemons.values()] == [
        "deadline", "deadline"]


def works_again_ns(events):
    """When REPLYs arrived again that were missing; 0: they never were."""
    return max((event["time_unix_ns"] for event in events
                if event["kind"] == "replies" and event["to"] == "arriving"), default=0)


@pytest.mark.alone
@pytest.mark.parametrize("place", ["node-a", "node-b"])
@pytest.mark.laboratory(nodes=2)
def test_detached_program_beside_hogs(lab, place):
    """The kernel detaches for up to a second here, holds the lock of network configuration
    meanwhile, and the node hears nothing. Its daemon neither waits for the lock, nor takes this for
    the silence of the other node. The other one sees that it does not hear."""
    cluster = Cluster(lab, SETTINGS).start_active()
    detached = cluster[place]
    other = next(daemon for daemon in cluster.daemons.values() if daemon is not detached)
    before = [len(daemon.events()) for daemon in (detached, other)]
    with hogs(os.cpu_count(), DETACH_SECONDS, fifo_priority=60, processors=range(os.cpu_count())) as processes:
        wait_hogging(processes)
        with above_hogs():
            subprocess.run([*DEADLINE, find_bpftool(), "link", "detach", "pinned",
                            PINS / detached.instance / "link_eth0"], check=True)
        for process in processes:
            process.wait()
    own, seen = (daemon.events()[count:] for daemon, count in zip((detached, other), before))
    noticed, attached = (event for event in own if event["kind"] == "program")
    assert {event["kind"] for event in own} <= {"program", "vrrp"} and attached["to"] == "attached", own
    # A Backup that hears no adverts is inhibited.
    assert [event["to"] for event in own if event["kind"] == "vrrp"] == (
        [] if place == "node-a" else ["initialize", "backup"]), own
    assert [event["to"] for event in seen if event["kind"] == "peer"] in ([], ["one-way", "up"]), seen
    assert {event["kind"] for event in seen} <= {"peer", "replies"}, seen
    assert works_again_ns(seen) - noticed["time_unix_ns"] < 10**9 / 2, (own, seen)
    assert lab.holders(SETTINGS.vip) == ["node-a"]
