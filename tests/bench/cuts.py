# SPDX-License-Identifier: GPL-2.0-or-later
"""A node's link is cut again and again, on an idle machine and under a FIFO-99 hog on each
processor: how late is the verdict?

Three nodes; the link of node-c goes silent for 0.6 s, 20 times, and both others judge. A verdict is
late by what its silence exceeds the detection time, both by the daemon's own figures, from the arrival
stamp of the last evidence. Evidence that arrived after the cut is counted: it waited in this machine
for a task that the hogs starve, so the silence began late. The pauses are those of the machine from
the cut to the verdict (tests/tools/pauses.c).
"""

import contextlib
import os
import re
import statistics
import time
from dataclasses import dataclass

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.deadline import DEADLINE
from tests.support.hogs import hogs
from tests.support.laboratory import BUILD, Laboratory, wait_until
from tests.support.moment import overlap_ms, read_stalls

CUTS = 20
HOGS_SECONDS = 22
CUT = "node-c"
FIGURES = re.compile(r"silent for ([\d.]+) (m?s) on 1 link, limit ([\d.]+) ms")
LATE_MS_MAX = 5  # beside pauses

# Runs in the switch's namespace, and does not fork. A port is cut by its state, as spanning tree does:
# to take it off the bridge waits for kernel threads that the hogs starve. Prints the times before and
# after each cut.
PROGRAM = """
import random, socket, struct, sys, time
port, count = socket.if_nametoindex(sys.argv[1]), int(sys.argv[2])
SETLINK, REQUEST_ACK, BRIDGE, PROTINFO, STATE, DISABLED, FORWARDING = 19, 5, 7, 0x8000 | 12, 1, 0, 3
control = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)
def set_state(state):
    body = (struct.pack("=BxHiII", BRIDGE, 0, port, 0, 0)
            + struct.pack("=HHHHB3x", 12, PROTINFO, 5, STATE, state))
    control.send(struct.pack("=IHHII", 16 + len(body), SETLINK, REQUEST_ACK, 1, 0) + body)
    error = struct.unpack_from("=i", control.recv(4096), 16)[0]
    assert not error, error
for _ in range(count):
    time.sleep(random.uniform(0.25, 0.35))
    before_ns = time.time_ns()
    set_state(DISABLED)
    print(before_ns, time.time_ns(), flush=True)
    time.sleep(0.6)
    set_state(FORWARDING)
"""


@dataclass(frozen=True)
class Found:
    """In ms: from the cut to the verdict; by how much the silence exceeded the detection time; from
    the cut to the last evidence; the machine's pauses from the cut to the verdict."""
    after: float
    late: float
    evidence: float
    paused: float


def found(event, cuts, pauses):
    """None: no verdict after a cut."""
    figures = FIGURES.search(event["reason"])
    before_ns, after_ns = max((cut for cut in cuts if cut[0] < event["time_unix_ns"]), default=(0, 0))
    if not figures or not before_ns:
        return None
    silence_ms = float(figures[1]) * (1 if figures[2] == "ms" else 1000)
    after_ms = (event["time_unix_ns"] - before_ns) / 1e6
    to_monotonic_ns = time.monotonic_ns() - time.time_ns()
    return Found(after_ms, silence_ms - float(figures[3]),
                 (event["time_unix_ns"] - after_ns) / 1e6 - silence_ms,
                 overlap_ms(pauses, before_ns + to_monotonic_ns,
                            event["time_unix_ns"] + to_monotonic_ns))


def peer_events(cluster):
    return [event for node, daemon in cluster.daemons.items() if node != CUT
            for event in daemon.events() if event["kind"] == "peer"]


def cut_often(lab, cluster, pauses, load):
    """Returns what was found, and how many other verdicts changed."""
    known = len(peer_events(cluster))
    with load:
        cutter = lab.spawn("switch", *DEADLINE, "/usr/bin/python3", "-c", PROGRAM, f"{CUT}.0", CUTS)
        assert cutter.wait() == 0, cutter.output()
    cluster.wait_up()
    cuts = [tuple(map(int, line.split())) for line in cutter.output().splitlines()]
    events = sorted(peer_events(cluster), key=lambda event: event["time_unix_ns"])[known:]
    down = [event for event in events if event["subject"] == CUT and event["from"] == "up"]
    spans = read_stalls(pauses.output())
    return ([each for each in (found(event, cuts, spans) for event in down) if each],
            sum(event["subject"] != CUT or "up" not in (event["from"], event["to"]) for event in events))


def print_found(what, results, others):
    after, late = [each.after for each in results], [each.late for each in results]
    starved = [each.evidence for each in results if each.evidence > 1]
    over = sum(each.late > LATE_MS_MAX + each.paused for each in results)
    print(f"   {what}: {len(results)} of {2 * CUTS} verdicts, {others} other changes; after "
          f"{statistics.median(after):.1f} ms ({min(after):.1f} to {max(after):.1f}), late by "
          f"{statistics.median(late):.2f} ms (at most {max(late):.2f}, {over} by more than "
          f"{LATE_MS_MAX} ms + pause); longest pause {max(each.paused for each in results):.1f} ms; "
          f"{len(starved)} with evidence after the cut{f' (to {max(starved):.0f} ms)' if starved else ''}")


def run():
    for multiplier in 3, "auto":
        with Laboratory(f"xc{os.getpid()}") as lab:
            pauses = lab.spawn("switch", BUILD / "tools" / "pauses", BUILD / "tools" / "pauses.bpf.o")
            wait_until(lambda: "started" in pauses.output(), "pauses are recorded")
            cluster = Cluster(lab, Settings(multiplier=multiplier, priorities=[150, 100, 50])).start_active()
            time.sleep(3)  # until gaps have been measured
            every = {"count": os.cpu_count(), "fifo_priority": 99, "processors": range(os.cpu_count())}
            for what, load in (("idle", contextlib.nullcontext()),
                               ("FIFO-99 hogs", hogs(seconds=HOGS_SECONDS, **every))):
                print_found(f"10 ms × {multiplier}, {cluster.policies()}, {what}", *cut_often(lab, cluster, pauses, load))
