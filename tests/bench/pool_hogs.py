# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that xbeatd marks down on a machine without time: half checked by TCP, half by HTTP, each 100 ms
with a timeout of 100 ms. nginx has a higher priority than the hogs, so its servers are good all the time.
tests/guests/scenarios/pool_hogs.py has the same beside keepalived's checker. Then the processor time of
HTTP checks."""

import collections
import os
import pathlib
import time

from tests.support.configuration import block
from tests.support.hogs import hogs
from tests.support.laboratory import Laboratory, wait_until
from tests.support.pools import Pools, virtual_server

SERVERS, PORT, HOG_SECONDS, COST_SECONDS = 40, 8080, 60, 10
NGINX = """
daemon off;
pid %(folder)s/nginx.pid;
error_log stderr;
worker_processes 1;
events { worker_connections 4096; }
http { access_log off; server { listen %(port)s backlog=4096; location / { return 200 well; } } }
"""
TIMES = ("connect_timeout 0.1", "retry 1", "delay_before_retry 0.1")
TCP = block("TCP_CHECK", *TIMES)
HTTP = block("HTTP_GET", block("url", "path /", "status_code 200"), *TIMES)


def address(index):
    return f"10.77.1.{index + 1}"


def start_nginx(lab):
    for index in range(SERVERS):
        lab.run("node-b", "ip", "address", "add", f"{address(index)}/32", "dev", "eth0")
    lab.run("node-a", "ip", "route", "add", "10.77.1.0/24", "dev", "eth0")
    text = NGINX % {"folder": lab.directory, "port": PORT}
    return lab.spawn("node-b", "chrt", "-f", "60", "nginx", "-c", lab.write("nginx.conf", text))


def start_director(lab, checks):
    servers = [block(f"real_server {address(index)} {PORT}", checks[index % len(checks)]) for index in range(SERVERS)]
    director = Pools(lab, "node-a", virtual_server(*servers)).start()
    wait_until(lambda: all(server["state"] == "up" for server in director.pool()["servers"]), "all are up")
    time.sleep(2)
    return director


def totals(director):
    servers = director.pool()["servers"]
    results = collections.Counter()
    for server in servers:
        for check in server["checks"]:
            results.update(check["results"])
    return sum(server["changes"]["down"] for server in servers), results


def under_hogs(director, what, each, priority):
    processors = sorted(os.sched_getaffinity(0))
    downs, results = totals(director)
    with hogs(each * len(processors), HOG_SECONDS + 30, priority, processors):
        time.sleep(HOG_SECONDS)
    downs_after, results_after = totals(director)
    print(f"   {what}, {HOG_SECONDS} s: servers marked down: {downs_after - downs}; "
          f"results: {dict(results_after - results)}", flush=True)


def children(pid):
    return pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def checker_pid(director):
    """The starter has started it, which is a child of the daemon."""
    found = [child for starter in children(director.process.pid) for child in children(starter)]
    return next(pid for pid in found if pathlib.Path(f"/proc/{pid}/comm").read_text().startswith("xbeat-checker"))


def used_us(pid):
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1000


def cost(director, what):
    pid = checker_pid(director)
    before, used = totals(director)[1].total(), used_us(pid)
    time.sleep(COST_SECONDS)
    checks, used = totals(director)[1].total() - before, used_us(pid) - used
    print(f"   {what}: {checks / COST_SECONDS:.0f} checks/s, {used / checks:.0f} us of the processor each", flush=True)


def play(what, checks, loads):
    with Laboratory(f"xh{os.getpid()}", nodes=2, ends="plain") as lab:
        start_nginx(lab)
        director = start_director(lab, checks)
        cost(director, what)
        for load in loads:
            under_hogs(director, *load)
        director.stop()


def run():
    play("TCP", [TCP], [])
    play("HTTP", [HTTP], [])
    play("TCP and HTTP", [TCP, HTTP], [("8 ordinary hogs on each processor", 8, 0),
                                       ("a FIFO-50 hog on each processor", 1, 50)])
