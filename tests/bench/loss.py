# SPDX-License-Identifier: GPL-2.0-or-later
"""False alarms of a pair of nodes whose cable loses packets at random, or delays them.

No fault is made, so each verdict that gets worse is a false alarm. In each interval a node has two
chances of evidence: a PROBE of the peer, which is lost with probability p, and the REPLY to its own
PROBE, with q = 1 - (1 - p)^2. After a PROBE it is silent for m intervals if the next m - 1 PROBEs and
m REPLYs are lost, and, half the time, PROBE number m, too; after a REPLY likewise. What follows from
that is printed beside what was measured; losses high enough to be counted in half a minute show that
it holds.
"""

import os
import time

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import Laboratory

SECONDS = 30
INTERVAL_MS = 10
# Multiplier, percentage lost in each direction, jitter in ms.
CASES = [(2, 10, 0), (2, 20, 0), (3, 20, 0), (3, 30, 0), (4, 30, 0), (5, 30, 0), ("auto", 20, 0), ("auto", 30, 0),
         (2, 0, 20), (3, 0, 20), (4, 0, 20), ("auto", 0, 20)]


def expected(multiplier, lost):
    """False alarms of both nodes; None: not known, with auto or with jitter."""
    if multiplier == "auto" or not lost:
        return None
    p, q = lost, 1 - (1 - lost) ** 2
    share = (1 - p) * p ** (multiplier - 1) * q ** multiplier * (1 + p) / 2
    share += (1 - q) * q ** (multiplier - 1) * p ** multiplier * (1 + q) / 2
    return 2 * SECONDS * 1000 / INTERVAL_MS * share


def alarms(daemon):
    return sum(event["kind"] == "peer" and event["from"] == "up" for event in daemon.events())


def chosen_ms(peer):
    """The detection time that was measured; None: it is fixed."""
    return peer["detection"]["time_ns"] / 1e6 if "detection" in peer else None


def measure(multiplier, lost_percent, jitter_ms):
    """Returns the false alarms and the longer detection time of the two nodes, in ms."""
    with Laboratory(f"xo{os.getpid()}", nodes=2) as lab:
        cluster = Cluster(lab, Settings(multiplier=multiplier)).start_xbeatd(instance=False)
        cluster.wait_up()
        cable = lab.disturb("node-b", lost_percent=lost_percent, jitter_us=jitter_ms * 1000,
                            seed=time.time_ns() % 10**6)
        time.sleep(5)  # until gaps have been measured
        before = sum(alarms(daemon) for daemon in cluster.daemons.values())
        time.sleep(SECONDS)
        after = sum(alarms(daemon) for daemon in cluster.daemons.values())
        peers = [cluster[node].peer(peer) for node, peer in (lab.nodes, reversed(lab.nodes))]
        lab.undisturb("node-b", cable)
        return after - before, max(chosen_ms(peer) or multiplier * INTERVAL_MS for peer in peers)


def run():
    print(f"   two nodes, interval {INTERVAL_MS} ms, {SECONDS} s, both nodes' false alarms")
    for multiplier, lost_percent, jitter_ms in CASES:
        count, detection_ms = measure(multiplier, lost_percent, jitter_ms)
        calculated = expected(multiplier, lost_percent / 100)
        print(f"   multiplier {multiplier}, {lost_percent} % lost, jitter {jitter_ms} ms: {count} false alarms"
              + (f" ({calculated:.2g} calculated)" if calculated is not None else "")
              + f", detection time {detection_ms:.0f} ms at the end")
