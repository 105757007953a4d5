# SPDX-License-Identifier: GPL-2.0-or-later
"""Adverts in the name of nodes that are up and not Active, as the Active has them: they do not delay
the takeover when its node dies."""

import itertools
import time

import pytest

from tests.support.advert import Forger
from tests.support.attack.course import in_background
from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import wait_until

ACTIVE, BEST, OTHER = "node-a", "node-b", "node-c"
PRIORITY = 150  # of the Active
PAUSE_S = 0.0005  # so that there is nearly always an advert that came after the last heartbeat
USUAL_MS = 200  # a detection time of 30 ms, and the machine; VRRP alone needs 3.6 s


def forging(lab, *nodes):
    """While the block runs: adverts of these nodes with the Active's priority, one after the other."""
    def run(over):
        with Forger(lab) as forger:
            for node in itertools.cycle(nodes):
                if over.is_set():
                    return
                forger.send(lab.address(node), priority=PRIORITY, interval_cs=100)
                time.sleep(PAUSE_S)

    return in_background(run)


@pytest.mark.laboratory(nodes=3)
@pytest.mark.parametrize("lines", [[], ["routers nodes"]], ids=["learnt", "configured"])
def test_adverts_of_a_backup_do_not_delay_the_best_one(lab, lines):
    cluster = Cluster(lab, Settings(instance_lines=lines)).start_active()
    for daemon in cluster.daemons.values():
        wait_until(lambda: daemon.vrrp().get("routers_held"), "adverts are held to nodes")
    best = cluster[BEST]
    with forging(lab, BEST, OTHER):
        wait_until(lambda: best.vrrp().get("active_address") == lab.address(OTHER), "the forged ones are followed")
        cut = lab.cut_together(ACTIVE)
        first = wait_until(best.activations, "the best Backup takes over")[0]
    # Afterwards a node is down, and adverts count as in VRRP.
    took_ms = cut.least_ms(first)
    assert took_ms < USUAL_MS, first
    assert f"{ACTIVE} is down" in first["reason"], first
