# SPDX-License-Identifier: GPL-2.0-or-later
"""10,000 TCP checks a second: processor time of xbeat-checker, beside a bare loop of the same system
calls (tests/tools/bare_connects.c), in turns; and its memory."""

import json
import os
import pathlib
import statistics
import time

from tests.support.checker import ACCEPT, Checks, serve, status
from tests.support.laboratory import BUILD, Laboratory

PORTS = range(8080, 8084)
CHECKS, SECONDS, ROUNDS = 10000, 5, 5


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


def run():
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
            cost, rate, bad = measure(checks, pid)
            costs.append(cost)
            suspend(checks, True)
            least, _ = bare(lab)
            bares.append(least)
            suspend(checks, False)
            print(f"   {rate:.0f} checks/s, {bad} not good: {cost:.1f} us each; bare loop {least:.1f} us: {cost / least:.2f}")
        print(f"   xbeat-checker, {CHECKS} checks each second: {statistics.median(costs):.1f} us a check, "
              f"bare loop {statistics.median(bares):.1f} us: "
              f"{statistics.median(costs) / statistics.median(bares):.2f} times; "
              f"memory {status(pid)['VmRSS'].strip()}")
