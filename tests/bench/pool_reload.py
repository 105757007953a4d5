# SPDX-License-Identifier: GPL-2.0-or-later
"""A reload of 37,205 servers (keepalived's own record), of which one changes, without a data plane: from
SIGHUP to the daemon's report. tests/guests/scenarios/ipvs_reload.py has the same with IPVS, beside
keepalived."""

import contextlib
import os
import pathlib
import signal
import statistics
import time

from tests.support.configuration import block
from tests.support.laboratory import Laboratory
from tests.support.xbeatd import Xbeatd

POOLS, SERVERS, ROUNDS = 18000, 37205, 10


def address(pool):
    return f"10.{pool >> 14}.{(pool >> 7) & 127}.{pool & 127}"


def pool_text(pool, weight, check):
    servers = [block(f"real_server 192.168.{server}.1 80", f"weight {weight}", *check)
               for server in range(3 if pool < SERVERS - 2 * POOLS else 2)]
    return block(f"virtual_server {address(pool)} 80", "delay_loop 600", "lvs_sched rr", "lvs_method DR",
                 "protocol TCP", "data_plane none", *servers)


def texts(last_weight, check):
    return [pool_text(pool, 1 if pool < POOLS - 1 else last_weight, check) for pool in range(POOLS)]


def processor_seconds(pid):
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def prefer(pid):
    """Before what else runs here: its session, then its threads, as the one that reads is of ordinary
    priority."""
    with contextlib.suppress(OSError):  # without groups of sessions the threads' own is enough
        pathlib.Path(f"/proc/{pid}/autogroup").write_text("-20")
    for thread in os.listdir(f"/proc/{pid}/task"):
        os.setpriority(os.PRIO_PROCESS, int(thread), -20)


def reload_once(daemon, weight, check):
    """Returns the seconds until the report, and those of the processor."""
    daemon.configure(*texts(weight, check))
    count, used = daemon.process.output().count("reloaded "), processor_seconds(daemon.process.pid)
    began = time.monotonic()
    daemon.process.send_signal(signal.SIGHUP)
    while daemon.process.output().count("reloaded ") == count:
        time.sleep(0.002)
    seconds = time.monotonic() - began
    time.sleep(1.5)  # more than 10 lines alike in 10 s are not all logged
    return seconds, processor_seconds(daemon.process.pid) - used


def measure(what, check):
    with Laboratory(f"xp{os.getpid()}", nodes=2, ends="plain") as lab:
        daemon = Xbeatd(lab, "node-a", *texts(1, check)).start()
        time.sleep(3)
        prefer(daemon.process.pid)
        found = [reload_once(daemon, weight, check) for weight in range(2, ROUNDS + 2)]
        seconds, used = zip(*found)
        print(f"   {SERVERS} servers of {POOLS} pools{what}: {min(seconds):.2f} to {max(seconds):.2f} s, median "
              f"{statistics.median(seconds):.2f} s; processor, median {statistics.median(used):.2f} s; "
              f"load {os.getloadavg()[0]:.1f}", flush=True)
        daemon.stop()


def run():
    measure("", [])
    measure(", each with a TCP_CHECK", [block("TCP_CHECK", "connect_timeout 3")])
