# SPDX-License-Identifier: GPL-2.0-or-later
"""The Active's daemon hangs, or dies: for how long do two nodes own the address, and for how long
does none?

Three nodes; node-a is Active. A client and an ARP prober ask each millisecond
(tests/support/owners.py). Stopped: all processes of the daemon receive SIGSTOP, and SIGCONT after 2
s; this time and the 2 s after it count. Killed: they receive SIGKILL and are not started again; the
5 s after it count. Each round has a laboratory of its own. xbeat runs with its default times.
"""

import os
import signal
import statistics
import time

from tests.bench.rounds import measure_rounds
from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import Laboratory
from tests.support.owners import OwnerWatch
from tests.support.probe import serve_everywhere

STOPPED_S, AFTER_S, KILLED_S = 2, 2, 5
# Daemon, advert_int.
CASES = [("xbeat", "0.1"), ("keepalived", "0.1"), ("keepalived", "0.01")]
ROUNDS = 3


def processes_of(daemon):
    """The daemon's process and its children: keepalived's VRRP process is a child."""
    children = (daemon.proc() / "task" / str(daemon.process.pid) / "children").read_text()
    return [daemon.process.pid, *map(int, children.split())]


def stop(daemon):
    pids = processes_of(daemon)
    for number, seconds in ((signal.SIGSTOP, STOPPED_S), (signal.SIGCONT, AFTER_S)):
        for pid in pids:
            os.kill(pid, number)
        time.sleep(seconds)


def kill(daemon):
    for pid in processes_of(daemon):
        os.kill(pid, signal.SIGKILL)
    time.sleep(KILLED_S)


def one_round(daemon, advert_interval, fail):
    """Returns ms with two owners, ms of the longest outage, and the number of changes of owner."""
    settings = Settings(advert_interval=advert_interval, daemon_timeout="3s")
    with Laboratory(f"xh{os.getpid()}") as lab:
        cluster = Cluster(lab, settings)
        serve_everywhere(lab)
        (cluster.start_xbeatd if daemon == "xbeat" else cluster.start_keepalived)()
        cluster.wait_holder("node-a")
        watch = OwnerWatch(lab, settings.vip)
        watch.client.wait_owner("node-a")
        time.sleep(2)  # a neighbour entry younger than a second ignores gratuitous ARP
        start_ns = time.monotonic_ns()
        fail(cluster["node-a"])
        end_ns = time.monotonic_ns()
        owners = watch.finish()
    return (owners.two_owners_ms(start_ns, end_ns), owners.outage_ms(start_ns, end_ns),
            owners.client_result["owner_changes"])


def run():
    print("   the Active's daemon      daemon      adverts   two owners ms     outage ms    changes of owner")
    for what, fail in ((f"stopped for {STOPPED_S} s", stop), (f"killed, {KILLED_S} s", kill)):
        for daemon, advert_interval in CASES:
            rounds = measure_rounds(ROUNDS, f"{what}, {daemon} {advert_interval} s", one_round, daemon,
                                    advert_interval, fail)
            if not rounds:
                continue
            two, outage, changes = (list(column) for column in zip(*rounds))
            print(f"   {what:<24} {daemon:<11} {float(advert_interval):5g} s  {statistics.median(two):7.0f} "
                  f"({max(two):5.0f})  {statistics.median(outage):5.0f} ({max(outage):5.0f})  "
                  f"{statistics.median(changes):8.0f} ({max(changes)})")
