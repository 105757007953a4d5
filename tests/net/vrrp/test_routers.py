# SPDX-License-Identifier: GPL-2.0-or-later
"""Adverts of a host without the key, between nodes with heartbeats: they move nothing."""

import time

import pytest

from tests.support.advert import Forger
from tests.support.cluster import Cluster
from tests.support.configuration import Settings

pytestmark = pytest.mark.laboratory(nodes=2)
ACTIVE, BACKUP = "node-a", "node-b"
# The interval of 40.95 s is the longest that an advert can carry.
FORGED = [
    ("its own address", lambda lab: {"priority": 254, "interval_cs": 4095}),
    ("a release by the Active", lambda lab: {"source": lab.address(ACTIVE), "priority": 0}),
    ("the Backup", lambda lab: {"source": lab.address(BACKUP), "priority": 254, "interval_cs": 4095}),
]


@pytest.fixture
def pair(lab):
    return Cluster(lab, Settings(priorities=[150, 100])).start_active()


def transitions(cluster):
    return [cluster[node].vrrp()["transitions"] for node in cluster.daemons]


@pytest.mark.parametrize("what, fields", FORGED, ids=[what for what, _ in FORGED])
def test_a_forged_advert_moves_nothing(lab, pair, what, fields):
    before = transitions(pair)
    with Forger(lab) as forger:
        forger.send(**fields(lab))
    time.sleep(1.5)
    assert transitions(pair) == before
    assert lab.holders(pair.settings.vip) == [ACTIVE]
