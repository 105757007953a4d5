# SPDX-License-Identifier: GPL-2.0-or-later
"""Answers per second of one core, with more asked than it can answer.

One cable (a veth pair): node-a answers, the switch's end sends frames of 178 bytes from core 0 by
BPF_PROG_TEST_RUN on live frames, and counts and drops the answers there. node-a's end polls in a
thread of its own (threaded NAPI) on core 1; what answers in user space is on core 1, too. So
core 1 carries all the work of answering and nothing else. xbeatd is attached during all three
runs: what is not a heartbeat passes its program to the kernel's stack. Heartbeats are authentic
and new, each with the next number and its own tag.
"""

import json
import os
import pathlib
import statistics
import subprocess

from tests.support.cluster import KEY, Cluster, Settings
from tests.support.laboratory import BUILD, Laboratory

TOOLS = BUILD / "tools"
SENDER_MAC = "02:00:00:00:00:c8"
SENDER_CORE, ANSWERING_CORE = "0", "1"
ECHO_PORT = 7777
ROUNDS = 3


def napi_threads():
    """Kernel threads that poll a network device: pid -> name."""
    names = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/comm"):
        try:
            name = path.read_text().strip()
        except OSError:
            continue
        if name.startswith("napi/"):
            names[path.parent.name] = name
    return names


def poll_in_thread(lab, member, interface, core):
    """ip netns exec, because /sys/class/net shows the namespace in which /sys was mounted."""
    before = set(napi_threads())
    subprocess.run(["ip", "netns", "exec", f"{lab.name}-{member}", "sh", "-c",
                    f"echo 1 > /sys/class/net/{interface}/threaded"], check=True)
    for pid in set(napi_threads()) - before:
        subprocess.run(["taskset", "-pc", core, pid], check=True, stdout=subprocess.DEVNULL)


def saturate(lab, kind, *arguments):
    mac = lab.run("node-a", "ip", "-br", "link", "show", "eth0").stdout.split()[2]
    done = lab.run("switch", "taskset", "-c", SENDER_CORE, TOOLS / "saturate",
                   TOOLS / "saturate.bpf.o", "node-a.0", kind, lab.address("node-b"),
                   lab.address("node-a"), mac, *arguments, seconds=60)
    return json.loads(done.stdout)["answers_per_second"]


def heartbeat_round(lab, cluster):
    """A new life of the daemon each time, so that the window starts afresh."""
    cluster.start_xbeatd("node-a", instance=False)
    poll_in_thread(lab, "node-a", "eth0", ANSWERING_CORE)
    daemon = cluster["node-a"]
    sent = daemon.peer("node-b")["links"][0]["sent"]
    before = daemon.json("drops")
    answers = saturate(lab, "heartbeat", KEY.hex(), daemon.json("status")["epoch"], sent)
    after = daemon.json("drops")
    dropped = {name: after[name] - before[name] for name in after if after[name] > before[name]}
    return answers, dropped


def one_round(lab, cluster):
    answers, dropped = heartbeat_round(lab, cluster)
    figures = {"heartbeat": answers, "icmp": saturate(lab, "icmp")}
    echo = lab.spawn("node-a", "taskset", "-c", ANSWERING_CORE, TOOLS / "udp_echo", ECHO_PORT)
    figures["udp"] = saturate(lab, "udp")
    echo.end()
    cluster["node-a"].stop()
    return figures, dropped


def run():
    if (os.cpu_count() or 1) < 2:
        raise RuntimeError("needs two processors, one for the sender")
    with Laboratory(f"xs{os.getpid()}", nodes=2) as lab:
        cluster = Cluster(lab, Settings(interval="60s", daemon_timeout="600s"))
        lab.run("node-a", "ip", "neigh", "replace", lab.address("node-b"), "lladdr", SENDER_MAC,
                "dev", "eth0")
        poll_in_thread(lab, "switch", "node-a.0", SENDER_CORE)
        rounds = [one_round(lab, cluster) for _ in range(ROUNDS)]
    median = {kind: statistics.median(figures[kind] for figures, _ in rounds)
              for kind in ("heartbeat", "icmp", "udp")}
    print(f"   answers per second of one core, median of {ROUNDS} rounds:")
    for kind, name in (("heartbeat", "xbeat, REPLY in XDP"), ("icmp", "kernel's ICMP echo"),
                       ("udp", "UDP echo, recvmmsg/sendmmsg")):
        print(f"   {name:<28} {median[kind]:12,.0f}   {1e9 / median[kind]:6.0f} ns each"
              f"   xbeat is {median['heartbeat'] / median[kind]:.1f} ×")
    print(f"   heartbeats not taken as evidence in the last round: {rounds[-1][1] or 'none'}")
