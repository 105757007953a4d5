# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of links: a node's link cut, one of two, both, one direction, between two nodes only."""

import signal
import time

import pytest

from tests.support.configuration import Settings
from tests.support.failure import Row, Setting, run_row

LASTS_S = 0.7


def settings(**changes):
    return Settings(advert_interval="0.1", daemon_timeout="900ms", **changes)


PLAIN = Setting(settings=settings())
RELEASE = Setting(ends="plain", settings=settings(heartbeat_lines=["on_isolated release"]))
HOLD = Setting(settings=settings(instance_lines=["on_partition hold"]))
TWO_LINKS = Setting(ends="plain", links=2, settings=settings())
TRACKED = Setting(links=2, settings=settings(instance_lines=["track_link eth0 weight -120"]))

# An Active that was cut off and kept its addresses learns of the other Active by its next advert.
TWO_ACTIVES_MEET_MS = 150
TAKEOVER_MS = 150


def lasting(fault):
    def make(scene):
        fault(scene)
        time.sleep(LASTS_S)
    return make


def cut(*arguments):
    return lasting(lambda scene: scene.lab.cut("node-a", *arguments))


def heal(scene):
    scene.lab.heal("node-a")


def lose(direction, node="node-a"):
    return lasting(lambda scene: scene.lab.lose(node, direction))


def lose_while_one_stalls(scene):
    """The acks of its last PROBEs do not get older meanwhile."""
    scene.stopped = {"node-b"}
    scene["node-b"].process.send_signal(signal.SIGSTOP)
    try:
        scene.lab.lose("node-c", "in")
        time.sleep(0.1)
    finally:
        scene["node-b"].process.send_signal(signal.SIGCONT)


def lose_between(*pairs):
    return lasting(lambda scene: scene.lab.lose_all(
        *(rule for sender, receiver in pairs for rule in scene.lab.loss_between(sender, receiver))))


def find_again(scene):
    scene.lab.lose_nothing()


def seen_by_others(verdict):
    return {("node-b", "node-a"): verdict, ("node-c", "node-a"): verdict}


def seen_by_it(*verdicts):
    return {("node-a", "node-b"): set(verdicts), ("node-a", "node-c"): set(verdicts)}


ROWS = [
    Row("nothing at all", PLAIN, lasting(lambda scene: None)),
    Row("the Active's link is cut", PLAIN, cut(), heal,
        {**seen_by_others("down"), **seen_by_it("down")}, takeover="node-b",
        outage_ms=TAKEOVER_MS, return_two_owners_ms=TWO_ACTIVES_MEET_MS, return_outage_ms=TAKEOVER_MS),
    Row("nothing of the Active arrives anywhere", PLAIN, lose("out"), find_again,
        {**seen_by_others("down"), **seen_by_it("one-way")}, takeover="node-b",
        outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS),
    Row("nothing arrives at the Active, which keeps its addresses", PLAIN, lose("in"), find_again,
        {**seen_by_others("one-way"), **seen_by_it("down")},
        outage_ms=None, return_outage_ms=None),
    *(Row(f"nothing arrives at a Backup, to which no node yields{while_what}", PLAIN, make, find_again,
          {("node-a", "node-c"): "one-way", ("node-b", "node-c"): "one-way",
           ("node-c", "node-a"): "down", ("node-c", "node-b"): "down"},
          also_active=("node-c",), outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS,
          return_two_owners_ms=TWO_ACTIVES_MEET_MS)
      for while_what, make in (("", lose("in", "node-c")),
                               (", while the other one stalls", lasting(lose_while_one_stalls)))),
    Row("one Backup does not hear the Active", PLAIN, lose_between(("node-a", "node-b")), find_again,
        {("node-b", "node-a"): "unreachable", ("node-a", "node-b"): "one-way"}, takeover="node-b",
        two_owners_ms=TWO_ACTIVES_MEET_MS, outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS),
    Row("the Active does not hear one Backup", PLAIN, lose_between(("node-b", "node-a")), find_again,
        {("node-b", "node-a"): "one-way", ("node-a", "node-b"): "unreachable"}),
    Row("the Active and a Backup do not hear each other, take", PLAIN,
        lose_between(("node-a", "node-b"), ("node-b", "node-a")), find_again,
        {("node-b", "node-a"): "unreachable", ("node-a", "node-b"): "unreachable"}, takeover="node-b",
        two_owners_ms=None, outage_ms=None,
        return_two_owners_ms=TWO_ACTIVES_MEET_MS, return_outage_ms=TAKEOVER_MS),
    Row("the Active and a Backup do not hear each other, hold", HOLD,
        lose_between(("node-a", "node-b"), ("node-b", "node-a")), find_again,
        {("node-b", "node-a"): "unreachable", ("node-a", "node-b"): "unreachable"}),
    Row("one Backup does not hear the Active, hold", HOLD, lose_between(("node-a", "node-b")), find_again,
        {("node-b", "node-a"): "unreachable", ("node-a", "node-b"): "one-way"}),
    Row("the Active's link is cut, hold", HOLD, cut(), heal,
        {**seen_by_others("down"), **seen_by_it("down")}, takeover="node-b",
        outage_ms=TAKEOVER_MS, return_two_owners_ms=TWO_ACTIVES_MEET_MS, return_outage_ms=TAKEOVER_MS),
    Row("nothing arrives at the Active, which gives its addresses up", RELEASE, lose("in"), find_again,
        {**seen_by_others("one-way"), **seen_by_it("down")}, takeover="node-b",
        outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS),
    Row("the Active's link is cut, and it gives its addresses up", RELEASE, cut(), heal,
        {**seen_by_others("down"), **seen_by_it("down")}, takeover="node-b",
        outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS),
    Row("the Active's second link is cut", TWO_LINKS, cut("eth1"), heal),
    Row("both of the Active's links are cut", TWO_LINKS, cut(), heal,
        {**seen_by_others("down"), **seen_by_it("down")}, takeover="node-b",
        outage_ms=TAKEOVER_MS, return_two_owners_ms=TWO_ACTIVES_MEET_MS, return_outage_ms=TAKEOVER_MS),
    Row("the Active's first link is cut, and tracked", TRACKED, cut("eth0"), heal,
        takeover="node-b", outage_ms=2 * TAKEOVER_MS, return_outage_ms=TAKEOVER_MS,
        return_two_owners_ms=TWO_ACTIVES_MEET_MS),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_link(stage, row):
    run_row(stage, row)
