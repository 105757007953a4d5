# SPDX-License-Identifier: GPL-2.0-or-later
"""Partitions of two nodes and one, with and without a witness. Client and prober hear both sides,
which is the worst case."""

import time

import pytest

from tests.support.configuration import Settings
from tests.support.failure import Row, Setting, run_row

LASTS_S = 0.7
WITNESS = "node-d"
TAKEOVER_MS = 150
TWO_ACTIVES_MEET_MS = 150
WHILE_IT_LASTS = None
# An isolated Active gives up after its detection; the others take over after theirs.
RELEASE_MS = 60


def settings(*heartbeat_lines, partition="take", **changes):
    return Settings(advert_interval="0.1", daemon_timeout="900ms", heartbeat_lines=list(heartbeat_lines),
                    instance_lines=[f"on_partition {partition}"], **changes)


THREE = Setting(settings=settings())
THREE_HOLD = Setting(ends="plain", settings=settings(partition="hold"))
THREE_RELEASE = Setting(settings=settings("on_isolated release"))
FOUR = Setting(ends="plain", nodes=4, settings=settings(witness=WITNESS))
FOUR_HOLD = Setting(nodes=4, settings=settings("on_isolated release", partition="hold", witness=WITNESS))


def part(*sides):
    def make(scene):
        scene.lab.part(*sides)
        time.sleep(LASTS_S)
    return make


def unite(scene):
    scene.lab.lose_nothing()


def between(verdict, *sides):
    """Each node of a side has this verdict on each of the others."""
    return {(node, peer): verdict for side in sides for other in sides if other is not side
            for node in side for peer in other}


ALONE, TWO = ["node-a"], ["node-b", "node-c"]
WITH_ACTIVE, LAST = ["node-a", "node-b"], ["node-c"]
TWO_AND_WITNESS = TWO + [WITNESS]

ROWS = [
    Row("the Active alone", THREE, part(ALONE, TWO), unite, between("down", ALONE, TWO), takeover="node-b",
        two_owners_ms=WHILE_IT_LASTS, outage_ms=None,
        return_two_owners_ms=TWO_ACTIVES_MEET_MS, return_outage_ms=TAKEOVER_MS),
    Row("a Backup alone", THREE, part(WITH_ACTIVE, LAST), unite, between("down", WITH_ACTIVE, LAST),
        takeover="node-c", two_owners_ms=WHILE_IT_LASTS, outage_ms=None,
        return_two_owners_ms=TWO_ACTIVES_MEET_MS, return_outage_ms=TAKEOVER_MS),
    Row("a Backup alone, hold", THREE_HOLD, part(WITH_ACTIVE, LAST), unite,
        between("down", WITH_ACTIVE, LAST)),
    Row("the Active alone, which gives its addresses up", THREE_RELEASE, part(ALONE, TWO), unite,
        between("down", ALONE, TWO), takeover="node-b", two_owners_ms=RELEASE_MS, outage_ms=TAKEOVER_MS,
        return_outage_ms=TAKEOVER_MS),
    Row("the Active apart, heard by the witness, take", FOUR, part(ALONE, TWO), unite,
        between("unreachable", ALONE, TWO), takeover="node-b", two_owners_ms=WHILE_IT_LASTS,
        outage_ms=None, return_two_owners_ms=TWO_ACTIVES_MEET_MS, return_outage_ms=TAKEOVER_MS),
    Row("the Active apart, heard by the witness, hold", FOUR_HOLD, part(ALONE, TWO), unite,
        between("unreachable", ALONE, TWO)),
    Row("the Active alone, the witness with the others", FOUR_HOLD, part(ALONE, TWO_AND_WITNESS), unite,
        between("down", ALONE, TWO_AND_WITNESS), takeover="node-b", two_owners_ms=RELEASE_MS,
        outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS),
    Row("a Backup alone, the witness with the others", FOUR_HOLD, part(LAST, WITH_ACTIVE + [WITNESS]), unite,
        between("down", LAST, WITH_ACTIVE + [WITNESS])),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_partition(stage, row):
    run_row(stage, row)
