# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers per second of one core that does nothing else.

There is one cable (a veth pair). The switch's end sends frames of 178 bytes by BPF_PROG_TEST_RUN in
live-frames mode; node-a answers; the answers are counted and dropped where they arrive. All of it
runs on one core: answers from XDP or from the kernel run in the softirq that each batch of 64
frames raises, and a user-space responder is pinned to the core. With a second core for the sender,
the figures would measure cache lines that move between the two. The cost of sending and delivery
alone is measured with frames that are dropped at once; the column "net" leaves it out.

xbeatd is attached in all runs: its program passes what is not a heartbeat to the kernel's stack.
Heartbeats are authentic and new, each with the next number and its own message authentication
code.
"""

import json
import os
import statistics

from tests.bench.rounds import measure_rounds
from tests.support.cluster import Cluster
from tests.support.configuration import KEY, Settings
from tests.support.laboratory import BUILD, Laboratory

TOOLS = BUILD / "tools"
SENDER_MAC = "02:00:00:00:00:c8"
ECHO_PORT = 7777
ROUNDS = 5
NAMES = {
    "heartbeat": "xbeat, REPLY in XDP",
    "icmp": "kernel's ICMP echo",
    "udp": "UDP echo, recvmmsg/sendmmsg",
}


def core():
    """The last processor: the first is where devices interrupt."""
    return max(os.sched_getaffinity(0))


def saturate(lab, kind, *arguments):
    done = lab.run("switch", "taskset", "-c", core(), TOOLS / "saturate",
                   TOOLS / "saturate.bpf.o", "node-a.0", kind, lab.address("node-b"),
                   lab.address("node-a"), lab.mac("node-a"), *arguments)
    return json.loads(done.stdout)


def heartbeat_round(lab, cluster):
    """Starts a new daemon each time, so that its window is empty."""
    cluster.start_xbeatd("node-a", instance=False)
    daemon = cluster["node-a"]
    sent = daemon.peer("node-b")["links"][0]["sent"]
    before = daemon.json("drops")
    figures = saturate(lab, "heartbeat", KEY.hex(), daemon.json("status")["epoch"], sent)
    after = daemon.json("drops")
    dropped = {name: after[name] - before[name] for name in after if after[name] > before[name]}
    return figures["answers_per_second"], dropped


def one_round(lab, cluster):
    """Returns ns per answer of each kind, ns per frame sent, and the heartbeats that were no
    evidence."""
    answers, dropped = heartbeat_round(lab, cluster)
    rates = {"heartbeat": answers, "icmp": saturate(lab, "icmp")["answers_per_second"],
             "asking": saturate(lab, "asking")["sent_per_second"]}
    echo = lab.spawn("node-a", "taskset", "-c", core(), TOOLS / "udp_echo", ECHO_PORT)
    rates["udp"] = saturate(lab, "udp")["answers_per_second"]
    echo.end()
    cluster["node-a"].stop()
    return {kind: 1e9 / rate for kind, rate in rates.items()}, dropped


def run():
    with Laboratory(f"xs{os.getpid()}", nodes=2) as lab:
        cluster = Cluster(lab, Settings(interval="60s", daemon_timeout="600s"))
        lab.run("node-a", "ip", "neigh", "replace", lab.address("node-b"), "lladdr", SENDER_MAC,
                "dev", "eth0")
        rounds = measure_rounds(ROUNDS, "saturation", one_round, lab, cluster)
    cost_ns = {kind: statistics.median(costs[kind] for costs, _ in rounds) for kind in rounds[0][0]}
    asking_ns = cost_ns["asking"]
    print(f"   one core, median of {len(rounds)} rounds; sending and delivery alone {asking_ns:.0f} ns")
    print(f"   {'':<28} {'answers/s':>12} {'ns':>6} {'net ns':>7}   xbeat's speed, net")
    for kind, name in NAMES.items():
        net_ns = cost_ns[kind] - asking_ns
        times, net_times = (cost_ns[kind] / cost_ns["heartbeat"],
                            net_ns / (cost_ns["heartbeat"] - asking_ns))
        print(f"   {name:<28} {1e9 / cost_ns[kind]:12,.0f} {cost_ns[kind]:6.0f} {net_ns:7.0f}"
              f"   {times:5.1f} ×  {net_times:5.1f} ×")
    print(f"   heartbeats not taken as evidence in the last round: {rounds[-1][1] or 'none'}")
