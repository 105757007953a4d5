# SPDX-License-Identifier: GPL-2.0-or-later
"""10,000 TCP checks a second: processor time of xbeat-checker, beside a bare loop of the same system
calls (tests/tools/bare_connects.c), in turns; and its memory. Then how late verdicts are, and what a
machine without time makes of them."""

import json
import os
import pathlib
import signal
import statistics
import time

from tests.support.checker import ACCEPT, Checks, serve, status
from tests.support.hogs import hogs
from tests.support.laboratory import BUILD, Laboratory

PORTS = range(8080, 8084)
CHECKS, SECONDS, ROUNDS = 10000, 5, 5
INTERVAL_MS, FALL, VERDICTS = 20, 3, 30
HOG_SECONDS = 60


def used_us(pid):
    """Of the processor, by the kernel's own nanoseconds."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1000


def bare(lab):
    """µs a connection."""
    done = lab.run("node-a", BUILD / "tools" / "bare_connects", lab.address("node-b"), PORTS[0], CHECKS, SECONDS)
    found = json.loads(done.stdout)
    return found["used_us"] / found["made"], found["made"] / SECONDS


def total(checks):
    records = checks.records(CHECKS).values()
    return sum(each["good"] for each in records), sum(each["bad"] + each["local_error"] + each["stalled"] for each in records)


def measure(checks, pid):
    good_before, bad_before = total(checks)
    used_before, start = used_us(pid), time.monotonic()
    time.sleep(SECONDS)
    used, seconds = used_us(pid) - used_before, time.monotonic() - start
    good, bad = total(checks)
    # the totals were read after the time was taken: the rate is that of the whole
    elapsed = time.monotonic() - start
    rate = (good - good_before) / elapsed
    return used / (rate * seconds), rate, bad - bad_before


def suspend(checks, suspended):
    for index in range(CHECKS):
        checks.send("suspend" if suspended else "resume", index)
    time.sleep(2)


def cost():
    with Laboratory(f"xk{os.getpid()}", nodes=2, ends="plain") as lab, Checks(lab) as checks:
        lab.run("node-b", "sysctl", "-qw", "net.core.somaxconn=65535")
        for port in PORTS:
            serve(lab, "node-b", port, ACCEPT)
        for index in range(CHECKS):
            checks.send("check", "tcp", lab.address("node-b"), PORTS[index % len(PORTS)], "interval",
                        1000 + index / 100000, "first", 1, "warmup", 1000, "timeout", 1000)
        checks.use()
        pid = checks.wait_checker()
        time.sleep(2)
        costs, bares = [], []
        for _ in range(ROUNDS):
            made, rate, bad = measure(checks, pid)
            suspend(checks, True)
            least, bare_rate = bare(lab)
            suspend(checks, False)
            if min(rate, bare_rate) < 0.8 * CHECKS:
                print(f"   {rate:.0f} checks/s, {bare_rate:.0f} bare connections/s: too busy a machine to compare")
                continue
            costs.append(made)
            bares.append(least)
            print(f"   {rate:.0f} checks/s, {bad} not good: {made:.1f} us each; bare loop {least:.1f} us: {made / least:.2f}")
        if costs:
            print_cost(costs, bares, pid)


def print_cost(costs, bares, pid):
    print(f"   xbeat-checker, {CHECKS} checks each second: {statistics.median(costs):.1f} us a check, "
          f"bare loop {statistics.median(bares):.1f} us: "
          f"{statistics.median(costs) / statistics.median(bares):.2f} times; "
          f"memory {status(pid)['VmRSS'].strip()}")


def end_once(lab, checks):
    """ms from the end of a server to the verdict."""
    server = serve(lab, "node-b", PORTS[0], ACCEPT)
    time.sleep(0.3)
    before = len(checks.of(0, up=False))
    server.end(signal.SIGKILL)
    ended_ns = time.monotonic_ns()
    return (checks.wait_event(count=before + 1, up=False)["changed_ns"] - ended_ns) / 1e6


def verdicts():
    """The limit that an operator computes: fall intervals, as a refusal takes no time."""
    with Laboratory(f"xk{os.getpid()}", nodes=2, ends="plain") as lab, Checks(lab) as checks:
        checks.check("tcp", lab.address("node-b"), PORTS[0], interval=INTERVAL_MS, fall=FALL, first=1, timeout=1000)
        checks.wait_event(up=False)
        found = []
        for _ in range(VERDICTS):
            found.append(end_once(lab, checks))
        print(f"   verdict after the end of a server, interval {INTERVAL_MS} ms, fall {FALL}: median "
              f"{statistics.median(found):.1f} ms, at most {max(found):.1f} ms; limit {FALL * INTERVAL_MS + 2} ms")


def under_hogs(name, each, fifo_priority):
    """100 servers each 100 ms with a timeout of 100 ms; the first missing answer brings one down."""
    processors = sorted(os.sched_getaffinity(0))
    with Laboratory(f"xk{os.getpid()}", nodes=2, ends="plain") as lab, Checks(lab) as checks:
        lab.run("node-b", "sysctl", "-qw", "net.core.somaxconn=65535")
        serve(lab, "node-b", PORTS[0], ACCEPT)
        for index in range(50):
            sharp = {"interval": 100 + index / 1000, "first": 1, "timeout": 100, "fall": 1}
            checks.add("tcp", lab.address("node-b"), PORTS[0], **sharp)
            checks.add("ping", lab.address("node-b"), 0, **sharp)
        checks.use()
        checks.wait_total("good", 5)
        with hogs(each * len(processors), HOG_SECONDS + 30, fifo_priority, processors):
            time.sleep(HOG_SECONDS)
        records = checks.records(100).values()
        down = len([event for event in checks.events if not event["up"]])
        print(f"   {name}, {HOG_SECONDS} s: {sum(r['good'] for r in records)} results good, "
              f"{sum(r['stalled'] for r in records)} repeated after a stall, {sum(r['bad'] for r in records)} bad; "
              f"servers marked down: {down}")


def run():
    cost()
    verdicts()
    under_hogs("8 ordinary hogs on each processor", 8, 0)
    under_hogs("a FIFO-50 hog on each processor", 1, 50)
