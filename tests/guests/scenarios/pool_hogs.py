#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""keepalived and xbeatd check the same servers at the same time, each 100 ms with a timeout of 100 ms and one
retry, as a guest's processor that the machine does not run makes a server slow: at rest, on a machine full of
ordinary hogs, and with a FIFO hog on each processor. nginx has a higher priority than the hogs, so the servers
are good all the time. Prints what each has marked down; passes if xbeatd has marked none, and both find it
when the servers end."""

import collections
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.ipvs import run, table  # noqa: E402 (needs the path above)
from tests.support.hogs import hogs  # noqa: E402

BUILD, WORK = os.environ["BUILD"], pathlib.Path("/run/hogs")
SERVERS = [f"10.1.0.{number}" for number in range(1, 21)]  # half by TCP, half by HTTP
VIPS = {"keepalived": "10.0.0.1", "xbeatd": "10.0.0.2"}
REST_SECONDS, HOG_SECONDS, DEADLINE_SECONDS = 20, 60, 60
PROCESSORS = sorted(os.sched_getaffinity(0))
# What, hogs on each processor, their FIFO priority.
PHASES = [("ordinary hogs, 8 on each processor", 8, 0), ("a FIFO-50 hog on each processor", 1, 50)]
NGINX = """
daemon off;
worker_processes 1;
pid %(work)s/nginx.pid;
error_log stderr;
events { worker_connections 4096; }
http { access_log off; server { listen 80 backlog=4096; location / { return 200 well; } } }
"""


def make_network():
    run("modprobe", "ip_vs")
    run("ip", "netns", "add", "servers")
    run("ip", "link", "add", "d-servers", "type", "veth", "peer", "name", "eth0", "netns", "servers")
    run("ip", "address", "add", "10.1.0.254/24", "dev", "d-servers")
    run("ip", "link", "set", "d-servers", "up")
    for address in SERVERS:
        run("ip", "-n", "servers", "address", "add", f"{address}/24", "dev", "eth0")
    for link in ("lo", "eth0"):
        run("ip", "-n", "servers", "link", "set", link, "up")


def start_nginx():
    path = WORK / "nginx.conf"
    path.write_text(NGINX % {"work": WORK})
    return subprocess.Popen(["ip", "netns", "exec", "servers", "chrt", "-f", "60", "nginx", "-c", path])


def check(index):
    url = "" if index % 2 else "url {\npath /\nstatus_code 200\n}\n"
    kind = "TCP_CHECK" if index % 2 else "HTTP_GET"
    return f"{kind} {{\n{url}connect_timeout 0.1\nretry 1\ndelay_before_retry 0.1\n}}\n"


def configuration(name):
    servers = "".join(f"real_server {address} 80 {{\n{check(index)}}}\n" for index, address in enumerate(SERVERS))
    path = WORK / f"{name}.conf"
    path.write_text(f"virtual_server {VIPS[name]} 80 {{\ndelay_loop 0.1\nlvs_sched rr\nlvs_method NAT\n"
                    f"protocol TCP\n{servers}}}\n")
    return path


class Program:
    """down_total: how often it has marked a server down."""

    def __init__(self, name, *argv):
        self.name, self.log_path = name, WORK / f"{name}.log"
        with open(self.log_path, "w") as log:
            self.process = subprocess.Popen([*argv, configuration(name)], stdout=log, stderr=log)

    def in_plane(self):
        """How many of its servers are in IPVS."""
        return sum(line.startswith(f"-a -t {VIPS[self.name]}:80 ") for line in table())

    def end(self):
        self.process.terminate()
        assert self.process.wait(DEADLINE_SECONDS) == 0, self.log_path.read_text()[-3000:]


class Keepalived(Program):
    def __init__(self):
        super().__init__("keepalived", "keepalived", "-n", "-l", "-D", "-C", "-f")

    def down_total(self):
        return len(re.findall(r"Removing service \[", self.log_path.read_text()))


class Xbeatd(Program):
    def __init__(self):
        super().__init__("xbeatd", f"{BUILD}/xbeatd", "-f", "-i", "hogs", "-c")

    def servers(self):
        done = run(f"{BUILD}/xbeatctl", "-i", "hogs", "-j", "pool", "show")
        return json.loads(done)["pools"][0]["servers"]

    def down_total(self):
        return sum(server["changes"]["down"] for server in self.servers())

    def results(self):
        """Of all checks: how many were good, and so on."""
        found = collections.Counter()
        for server in self.servers():
            for each in server["checks"]:
                found.update(each["results"])
        return found


def wait_in_plane(programs, count):
    end = time.monotonic() + DEADLINE_SECONDS
    while any(program.in_plane() != count for program in programs):
        assert time.monotonic() < end, [program.log_path.read_text()[-2000:] for program in programs]
        time.sleep(0.2)


def wait_recovered(programs):
    """What has been marked down is taken back before the next phase."""
    with contextlib.suppress(AssertionError):
        wait_in_plane(programs, len(SERVERS))


def phase(what, seconds, programs, load):
    before = {program.name: program.down_total() for program in programs}
    results = programs[-1].results()
    with load:
        time.sleep(seconds)
    found = {program.name: program.down_total() - before[program.name] for program in programs}
    print(f"{what}, {seconds} s, {len(SERVERS)} servers: marked down {found}; "
          f"xbeatd's results: {dict(programs[-1].results() - results)}", flush=True)
    return found["xbeatd"]


def play(programs):
    wait_in_plane(programs, len(SERVERS))
    time.sleep(2)
    # Above the hogs, but not what it starts: the hogs themselves are among that.
    os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(70))
    downs = [phase("at rest", REST_SECONDS, programs, contextlib.nullcontext())]
    for what, each, priority in PHASES:
        wait_recovered(programs)
        load = hogs(each * len(PROCESSORS), HOG_SECONDS + 20, priority, PROCESSORS)
        downs.append(phase(what, HOG_SECONDS, programs, load))
    return downs


def main():
    WORK.mkdir()
    make_network()
    nginx = start_nginx()
    time.sleep(1)
    programs = [Keepalived(), Xbeatd()]
    downs = play(programs)
    wait_recovered(programs)
    nginx.terminate()
    nginx.wait()
    wait_in_plane(programs, 0)
    for program in programs:
        program.end()
    assert downs == [0, 0, 0], downs


main()
