# SPDX-License-Identifier: GPL-2.0-or-later
"""An application on the Active hangs: after how long does another node know, and take over?

Both times count from its SIGSTOP, with timeout 100 ms, a beat every 5 ms and a heartbeat every 10
ms. The last beat is up to 5 ms old at that moment, and the PROBE that reports the timeout follows
within 10 ms of it.
"""

import os
import signal
import statistics
import time

from tests.bench.rounds import measure_rounds
from tests.support.cluster import Cluster
from tests.support.configuration import Settings, block
from tests.support.laboratory import BUILD, Laboratory, wait_until
from tests.support.probe import REALTIME

RUNS = 20


def event_ms(daemon, since, kind, to, began_ns):
    found = wait_until(lambda: [event for event in daemon.events_since(since)
                                if (event["kind"], event["to"]) == (kind, to)], f"{kind} {to}")
    return (found[0]["time_unix_ns"] - began_ns) / 1e6


def one_round(cluster, web):
    """Returns the times in ms after which the other node knows, and after which it is Active."""
    cluster.wait_holder("node-a")
    time.sleep(0.3)
    other = cluster["node-b"]
    since = other.last_event()
    began_ns = time.time_ns()
    web.send_signal(signal.SIGSTOP)
    try:
        return (event_ms(other, since, "app", "late", began_ns),
                event_ms(other, since, "vrrp", "active", began_ns))
    finally:
        web.send_signal(signal.SIGCONT)


def text(values):
    return f"median {statistics.median(values):.0f} ms, {min(values):.0f} to {max(values):.0f} ms"


def run():
    with Laboratory(f"xa{os.getpid()}", nodes=2) as lab:
        cluster = Cluster(lab, Settings(instance_lines=["track_app web"]))
        for node in lab.nodes:
            cluster.daemon(node, block("vrrp_app web", "timeout 100ms")).start()
        web, _ = [lab.spawn(node, *REALTIME, BUILD / "tools" / "app_example", lab.instance(node), "web", 5)
                  for node in lab.nodes]
        cluster.wait_up()
        rounds = measure_rounds(RUNS, "an application hangs", one_round, cluster, web)
    known_ms, active_ms = zip(*rounds)
    print(f"   {len(rounds)} runs, timeout 100 ms, heartbeats every 10 ms: the other node knows after "
          f"{text(known_ms)}; "
          f"it is Active after {text(active_ms)}")
