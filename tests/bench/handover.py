# SPDX-License-Identifier: GPL-2.0-or-later
"""Planned changes of Active between two nodes: who answers ARP meanwhile, asked every 0.2 ms.

A preemption raises or lowers node-b's priority by a tracked file; a failover and the resume after it
are the operator's commands on node-a (with keepalived, a tracked file that sets its fault). One
request that two nodes answer makes the change one with two owners, and so does an answer of the old
Active to a request that left after the new one had answered one. The time with none counts the
requests that no node answered. In a group of three the worst address counts. Beside it a task
with SCHED_FIFO 99 measures the longest pause on any processor during the changes. BESIDE=FOLDER: the
build folder of another version is measured in the same run. ROUNDS=N: fewer than 50.
"""

import json
import os
import signal
import statistics
import time

from tests.bench.rounds import beside_build, measure_rounds
from tests.support.cluster import Cluster
from tests.support.configuration import VRID, Settings, block, default_vip
from tests.support.laboratory import BUILD, Laboratory, Process, wait_until
from tests.support.moment import read_stalls
from tests.support.owners import NS_PER_MS, WHO_HAS, arp_spans, parts
from tests.support.probe import REALTIME

ROUNDS = int(os.environ.get("ROUNDS", 50))
INTERVAL_US = 200
SECONDS_MAX = 600  # of the probers and the ticker, which are ended before
TICKER = (99, INTERVAL_US, 100)  # of tests/tools/stalls.c: priority, period and lateness in us
# Long enough that a pause of this machine is no failure: only planned changes are measured.
SETTINGS = {"multiplier": 20, "daemon_timeout": "3s", "advert_interval": "0.1"}
RAISE = 100  # of node-b's priority 100, above node-a's 150
KEEPALIVED_FAULT = -254
SETTLED_SECONDS = 0.05


class Pair:
    """Two nodes with one instance, or a group of three, and what moves them."""

    def __init__(self, lab, daemon, instances, build):
        self.lab = lab
        self.daemon = daemon
        self.names = [f"VI_{number + 1}" for number in range(instances)]
        self.vips = [default_vip(VRID + number) for number in range(instances)]
        self.files = {node: lab.write(f"{node}.weight", "0\n") for node in lab.nodes}
        self.cluster = Cluster(lab, Settings(**SETTINGS))
        for node in lab.nodes:
            self.add(node, build)
        wait_until(lambda: self.holder() == "node-a", "node-a has all addresses")
        if daemon == "xbeat":
            self.cluster.wait_up()

    def blocks(self, node):
        tracked = block("track_file", "moved weight 1")
        lines = ["heartbeat lan"] if self.daemon == "xbeat" else []
        group = [block("vrrp_sync_group G1", block("group", *self.names), "sync_group_tracking_weight")] if len(self.names) > 1 else []
        return [block("vrrp_track_file moved", f"file {self.files[node]}", "weight 1"), *group,
                *(self.cluster.vrrp_instance(node, *lines, tracked, name=name, vrid=VRID + number,
                                             vips=[f"{self.vips[number]}/24"])
                  for number, name in enumerate(self.names))]

    def add(self, node, build):
        if self.daemon == "xbeat":
            self.cluster.daemon(node, *self.blocks(node), instance=False, build=build).start()
        else:
            self.cluster.start_keepalived_with(node, block("global_defs", "vrrp_garp_master_delay 1"),
                                               *self.blocks(node))

    def holder(self):
        """The only node that has addresses of the instances, if it has all."""
        found = {node: self.lab.addresses(node).intersection(self.vips) for node in self.lab.nodes}
        holders = [node for node, addresses in found.items() if addresses]
        return holders[0] if len(holders) == 1 and len(found[holders[0]]) == len(self.vips) else None

    def is_moved(self, node):
        if self.daemon != "xbeat":
            return self.holder() == node
        states = {name: [entry["state"] for entry in daemon.ask("vrrp")]
                  for name, daemon in self.cluster.daemons.items()}
        return set(states.pop(node)) == {"active"} and all("active" not in others for others in states.values())

    def weigh(self, node, weight):
        self.files[node].write_text(f"{weight}\n")

    def operate(self, verb):
        if self.daemon == "xbeat":
            self.cluster["node-a"].json(verb, "VI_1")
        else:
            self.weigh("node-a", KEEPALIVED_FAULT if verb == "failover" else 0)

    def change(self, act, to):
        """Returns the time of a change of Active, from before it is asked for until it is settled."""
        start_ns = time.monotonic_ns()
        act()
        wait_until(lambda: self.is_moved(to), f"{to} is Active alone")
        time.sleep(SETTLED_SECONDS)
        return start_ns, time.monotonic_ns()

    def preempt(self):
        to, weight = ("node-b", RAISE) if self.holder() == "node-a" else ("node-a", 0)
        return self.change(lambda: self.weigh("node-b", weight), to)

    def failover(self):
        return self.change(lambda: self.operate("failover"), "node-b")

    def resume(self):
        return self.change(lambda: self.operate("resume"), "node-a")


class Watch:
    """A prober for each address, and the ticker."""

    def __init__(self, pair):
        self.lab = pair.lab
        self.probers = [self.lab.spawn("client", *REALTIME, WHO_HAS, "eth0", vip, INTERVAL_US, SECONDS_MAX)
                        for vip in pair.vips]
        self.ticker = Process(["timeout", str(SECONDS_MAX), BUILD / "tools" / "stalls", *map(str, TICKER)],
                              self.lab.path(f"ticker-{len(self.lab.processes)}.log"))
        self.lab.processes.append(self.ticker)
        wait_until(self.ticker.output, "pauses are recorded")

    def finish(self):
        for prober in self.probers:
            prober.send_signal(signal.SIGINT)
        for prober in self.probers:
            prober.wait()
        self.ticker.end()
        self.spans = [arp_spans(self.lab, json.loads(prober.output())) for prober in self.probers]
        self.pauses = read_stalls(self.ticker.output())
        return self


def has_two(spans):
    """One request with two answers, or one that the old owner answered after the new one did."""
    order = []
    for span in spans:
        if len(span.owners) > 1:
            return True
        if span.owners and order[-1:] != [span.owners]:
            order.append(span.owners)
    return len(order) != len(set(order))


def none_ms(spans):
    lost = [span.requests for span in spans if not span.owners]
    return (max(lost) + 1) * INTERVAL_US / 1000 if lost else 0


def two_ms(spans):
    return sum(span.requests for span in spans if len(span.owners) > 1) * INTERVAL_US / 1000


def judge(watch, changes):
    """For each change: whether there were two owners, for how long, and how long there was none."""
    for start_ns, end_ns in changes:
        views = [parts(spans, start_ns, end_ns) for spans in watch.spans]
        yield (any(map(has_two, views)), max(map(two_ms, views)), max(map(none_ms, views)))


def longest_pause_ms(watch, changes):
    return max(((end_ns - start_ns) / NS_PER_MS for start_ns, end_ns in watch.pauses
                if any(start_ns < change_end and end_ns > change_start for change_start, change_end in changes)),
               default=0)


def show(what, kind, watch, changes):
    judged = list(judge(watch, changes))
    if not judged:
        return
    twice = [two for has, two, _ in judged if has]
    none = [ms for _, _, ms in judged]
    print(f"   {what:<26} {kind:<11} {len(judged):4}  {len(twice):4}  {max(twice, default=0):7.1f}"
          f"  {statistics.median(none):9.1f}  {max(none):7.1f}  {longest_pause_ms(watch, changes):8.1f}")


def measure(what, daemon, instances, build):
    with Laboratory(f"xv{os.getpid()}", nodes=2) as lab:
        pair = Pair(lab, daemon, instances, build)
        watch = Watch(pair)
        preemptions = measure_rounds(ROUNDS, f"{what}, preemption", pair.preempt)
        if pair.holder() != "node-a":
            pair.preempt()
        failovers, resumes = [], []
        for _ in range(ROUNDS):
            failovers += measure_rounds(1, f"{what}, failover", pair.failover)
            resumes += measure_rounds(1, f"{what}, resume", pair.resume)
        watch.finish()
        for kind, changes in (("preemption", preemptions), ("failover", failovers), ("resume", resumes)):
            show(what, kind, watch, changes)


def run():
    print(f"   {'daemon':<26} {'change':<11}    n   two  ms two: worst  none: median   worst  longest pause, ms")
    for instances, suffix in ((1, ""), (3, ", group of 3")):
        for what, build in (("xbeat", BUILD), ("xbeat beside", beside_build())):
            if build:
                measure(what + suffix, "xbeat", instances, build)
        measure("keepalived" + suffix, "keepalived", instances, BUILD)
