# SPDX-License-Identifier: GPL-2.0-or-later
"""A client asks the service address each millisecond while the Active's link goes silent.

Three nodes; node-a is Active. Its link is cut, but its carrier stays, as with a failed switch. The
outage is the client's own: from the last request that node-a answered to the first that another
node answered. Then the link is healed and node-a preempts. The client continues for 2 s, because a
neighbour entry younger than a second ignores gratuitous ARP.
"""

import os
import statistics
import time

from tests.bench.rounds import measure_rounds
from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import Laboratory, wait_until
from tests.support.probe import Client, serve_everywhere

# Daemon, advert_int, rounds: a round of keepalived with 1 s adverts takes 15 s.
CASES = [
    ("xbeat", "0.01", 20),
    ("keepalived", "0.01", 20),
    ("xbeat", "1", 20),
    ("keepalived", "1", 5),
]


def one_round(lab, settings):
    """Returns the outage in ns; None if another node had taken over by mistake before the cut."""
    client = Client(lab, settings.vip)
    client.wait_owner("node-a")
    time.sleep(2)
    lab.cut("node-a", "eth0")
    wait_until(lambda: client.owner() not in (None, "node-a"), "another node answers")
    time.sleep(0.1)
    result = client.finish()
    lab.heal("node-a", "eth0")
    return next((outage["duration_ns"] for outage in reversed(result["outages"])
                 if outage["from"] == "node-a" and outage["to"] != "node-a"), None)


def measure(daemon, advert_interval, rounds):
    settings = Settings(advert_interval=advert_interval)
    with Laboratory(f"xo{os.getpid()}") as lab:
        cluster = Cluster(lab, settings)
        serve_everywhere(lab)
        start = cluster.start_xbeatd if daemon == "xbeat" else cluster.start_keepalived
        start()
        cluster.wait_holder("node-a")
        what = f"{daemon} {advert_interval} s"
        outages = measure_rounds(rounds, what, one_round, lab, settings)
        return [outage for outage in outages if outage is not None]


def run():
    print("   daemon      adverts  rounds  median ms   min ms   max ms")
    for daemon, advert_interval, rounds in CASES:
        outages = [ns / 1e6 for ns in measure(daemon, advert_interval, rounds)]
        if not outages:
            continue
        print(f"   {daemon:<11} {float(advert_interval):5g} s  {len(outages):6}  {statistics.median(outages):9.1f}"
              f"  {min(outages):7.1f}  {max(outages):7.1f}")
