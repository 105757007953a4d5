#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A reload of 37,205 servers of 18,000 pools, of which one changes: keepalived and xbeatd, one after
the other. Prints how long it takes until the kernel has the change, and the processor time; passes if
both have made the same of it."""

import contextlib
import os
import pathlib
import signal
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.ipvs import clear, run  # noqa: E402 (needs the path above)

POOLS, SERVERS = 18000, 37205
CONFIGURATION, LOG = pathlib.Path("/run/pools.conf"), pathlib.Path("/run/program.log")
NEVER_SECONDS = 400
XBEATD = f"{os.environ['BUILD']}/xbeatd"
PROGRAMS = {
    "xbeatd": [XBEATD, "-n", "-l", "-G", "-f", CONFIGURATION],
    "keepalived": ["keepalived", "-n", "-l", "-C", "-f", CONFIGURATION],
}


def address(pool):
    return f"10.{pool >> 14}.{(pool >> 7) & 127}.{pool & 127}"


def pool_text(pool, weight):
    servers = 3 if pool < SERVERS - 2 * POOLS else 2
    lines = [f"virtual_server {address(pool)} 80 {{", "lvs_sched rr", "lvs_method DR", "protocol TCP"]
    for server in range(servers):
        lines += [f"real_server 192.168.{server}.1 80 {{", f"weight {weight}", "}"]
    return "\n".join([*lines, "}", ""])


def write(last_weight):
    last = POOLS - 1
    CONFIGURATION.write_text("".join(pool_text(pool, 1) for pool in range(last)) + pool_text(last, last_weight))


def weight_of_last():
    done = subprocess.run(["ipvsadm", "-Ln", "-t", f"{address(POOLS - 1)}:80"], capture_output=True, text=True)
    rows = [line.split() for line in done.stdout.splitlines() if "192.168.1.1" in line]
    return int(rows[0][3]) if rows else None


def processor_seconds(pid):
    """Of a process and its children."""
    total = 0.0
    for process in (pid, *map(int, subprocess.run(["pgrep", "-P", str(pid)], capture_output=True,
                                                  text=True).stdout.split())):
        with contextlib.suppress(FileNotFoundError):
            fields = pathlib.Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def wait_weight(program, weight):
    end = time.monotonic() + NEVER_SECONDS
    while weight_of_last() != weight:
        assert program.poll() is None and time.monotonic() < end, LOG.read_text()[-3000:]


def measure(program, what, weight, begin):
    """Returns the seconds until the kernel has the weight."""
    before, began = processor_seconds(program.pid), time.monotonic()
    begin()
    wait_weight(program, weight)
    seconds = time.monotonic() - began
    time.sleep(3)
    print(f"    {what}: {seconds:.2f} s, processor {processor_seconds(program.pid) - before:.2f} s", flush=True)


def play(name):
    print(name, flush=True)
    write(1)
    began = time.monotonic()
    with open(LOG, "w") as log:
        program = subprocess.Popen([str(word) for word in PROGRAMS[name]], stdout=log, stderr=subprocess.STDOUT)
    wait_weight(program, 1)
    time.sleep(5)
    print(f"    start: {time.monotonic() - began - 5:.2f} s, processor {processor_seconds(program.pid):.2f} s")
    for weight in (7, 8):
        write(weight)
        measure(program, "reload", weight, lambda: program.send_signal(signal.SIGHUP))
    table = sorted(run("ipvsadm", "-Sn").splitlines())
    began = time.monotonic()
    program.terminate()
    assert program.wait(NEVER_SECONDS) == 0
    left = len(run("ipvsadm", "-Sn").splitlines())
    print(f"    stop: {time.monotonic() - began:.2f} s, lines left: {left}", flush=True)
    assert name != "xbeatd" or left == 0  # keepalived's main process waits for 5 s
    return table


def main():
    run("modprobe", "ip_vs")
    tables = []
    for name in PROGRAMS:
        clear()
        tables.append(play(name))
    print("lines of ipvsadm -Sn:", [len(table) for table in tables])
    assert tables[0] == tables[1] and len(tables[0]) == POOLS + SERVERS


main()
