# SPDX-License-Identifier: GPL-2.0-or-later
"""A hundred instances: what they cost a Backup, how long their change of Active takes, and what a
reload does.

Adverts every 100 ms, version 3, without heartbeats, as keepalived can do it too. The cost is
user-space time (user and system time of all processes of the daemon, from the scheduler's
accounts). Both daemons are measured in one run, as Backups of the same Active. For the change of
Active, a client asks all hundred addresses every 5 ms; the time ends when the last of them answers
again.
"""

import math
import os
import pathlib
import statistics
import sys
import time

from tests.bench.rounds import measure_rounds
from tests.support.configuration import block, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import ROOT, Laboratory, wait_until
from tests.support.xbeatd import Xbeatd

INSTANCES = 100
SECONDS = 10
ROUNDS = 5
ASK_SECONDS_MAX = 60  # it ends when all have moved
ASKER = ROOT / "tests" / "bench" / "ask_many.py"


def vip(number):
    return f"10.77.0.{60 + number}"


def configuration(priority, **changed):
    """changed: priorities of single instances, for example VI_7=120."""
    return [block("global_defs", "vrrp_garp_master_delay 1"),
            *(instance(f"VI_{number}", vrid=number + 1, priority=changed.get(f"VI_{number}", priority),
                       vips=[f"{vip(number)}/24"]) for number in range(INSTANCES))]


def start(daemon, lab, node, priority):
    return {"xbeat": Xbeatd, "keepalived": Keepalived}[daemon](
        lab, node, *configuration(priority)).start()


def holds_all(lab, node):
    text = lab.run(node, "ip", "-o", "-4", "address", "show", "dev", "eth0").stdout
    return sum(f" {vip(number)}/" in text for number in range(INSTANCES)) == INSTANCES


def process_tree(pid):
    """pid and all its descendants."""
    pids = [pid]
    for parent in pids:
        for task in pathlib.Path(f"/proc/{parent}/task").iterdir():
            pids += map(int, (task / "children").read_text().split())
    return pids


def cpu_ns(pid):
    return sum(int((task / "schedstat").read_text().split()[0])
               for one in process_tree(pid) for task in pathlib.Path(f"/proc/{one}/task").iterdir())


def cost():
    with Laboratory(f"xh{os.getpid()}") as lab:
        start("keepalived", lab, "node-a", 200)
        wait_until(lambda: holds_all(lab, "node-a"), "node-a has all addresses")
        backups = {"xbeat": start("xbeat", lab, "node-b", 150),
                   "keepalived": start("keepalived", lab, "node-c", 100)}
        time.sleep(3)
        for _ in range(3):
            before = {name: cpu_ns(daemon.process.pid) for name, daemon in backups.items()}
            time.sleep(SECONDS)
            used = {name: (cpu_ns(daemon.process.pid) - before[name]) / (SECONDS * 1e9) * 100
                    for name, daemon in backups.items()}
            print(f"   Backup of {INSTANCES} instances, {SECONDS} s: xbeat {used['xbeat']:.2f} % of a core, "
                  f"keepalived {used['keepalived']:.2f} %: 1/{used['keepalived'] / used['xbeat']:.1f}")


def ask_all(lab, seconds):
    return lab.spawn("client", sys.executable, ASKER, seconds, *map(vip, range(INSTANCES)))


def one_change(daemon):
    """Returns the ms until each address answered again, sorted."""
    with Laboratory(f"xh{os.getpid()}", nodes=2) as lab:
        for node in lab.nodes:
            lab.spawn(node, sys.executable, ASKER, "serve", node)
        start(daemon, lab, "node-a", 200)
        wait_until(lambda: holds_all(lab, "node-a"), "node-a has all addresses")
        start(daemon, lab, "node-b", 100)
        time.sleep(3)
        client = ask_all(lab, ASK_SECONDS_MAX)
        time.sleep(2.5)
        lab.cut("node-a", "eth0")
        client.wait()
        times = sorted(float(word) for word in client.output().split())
        missing = sum(map(math.isinf, times))
        if missing or len(times) != INSTANCES:
            raise RuntimeError(f"{missing} of {INSTANCES} addresses did not answer again")
        return times


def change():
    print("   daemon      rounds  all answer again after ms:  median   min     max   (first address)")
    for daemon in ("xbeat", "keepalived"):
        rounds = measure_rounds(ROUNDS, daemon, one_change, daemon)
        if not rounds:
            continue
        last = [times[-1] for times in rounds]
        first = statistics.median(times[0] for times in rounds)
        print(f"   {daemon:<11} {len(rounds):6}  {statistics.median(last):35.1f} {min(last):7.1f} {max(last):7.1f}"
              f"   ({first:.1f})")


def reload():
    """Changes the priority of one of a hundred instances, and watches both nodes' states and the
    Active's adverts."""
    with Laboratory(f"xh{os.getpid()}", nodes=2) as lab:
        active = start("xbeat", lab, "node-a", 200)
        wait_until(lambda: holds_all(lab, "node-a"), "node-a has all addresses")
        backup = start("xbeat", lab, "node-b", 100)
        time.sleep(2)
        before = {node: {vi["name"]: vi["transitions"] for vi in daemon.json("vrrp")}
                  for node, daemon in (("a", active), ("b", backup))}
        capture = lab.spawn("client", "tshark", "-i", "eth0", "-l", "-n", "-f", "proto 112", "-T", "fields",
                            "-e", "frame.time_epoch", "-e", "vrrp.virt_rtr_id", "-e", "ip.src")
        time.sleep(3)
        for number in range(ROUNDS):
            active.configure(*configuration(200, VI_7=201 + number))
            begin = time.monotonic()
            result = active.json("reload")
            took_ms = (time.monotonic() - begin) * 1e3
            assert result["changed"] == ["VI_7"] and result["unchanged_count"] == INSTANCES - 1, result
            time.sleep(0.5)
        time.sleep(0.5)
        capture.end()
        gaps, seen = {}, {}
        for line in capture.output().splitlines():
            fields = line.split("\t")
            if len(fields) != 3:
                continue
            moment, router = float(fields[0]), int(fields[1], 0)
            if router in seen:
                gaps.setdefault(router, []).append(moment - seen[router])
            seen[router] = moment
        moved = sum(before[node][vi["name"]] != vi["transitions"]
                    for node, daemon in (("a", active), ("b", backup)) for vi in daemon.json("vrrp"))
        worst = max(max(router_gaps) for router_gaps in gaps.values())
        print(f"   {ROUNDS} reloads of {INSTANCES} instances, one changed (the last took {took_ms:.0f} ms): "
              f"{moved} changes of state; longest gap between adverts {worst * 1e3:.0f} ms of 100 ms, "
              f"{len(gaps)} routers heard")


def run():
    for part in (cost, change, reload):
        measure_rounds(1, part.__name__, part)


if __name__ == "__main__":
    {"cost": cost, "change": change, "reload": reload}[sys.argv[1]]()
