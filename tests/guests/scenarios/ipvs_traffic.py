#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Clients of two nginx behind IPVS (DR): many that keep their connections, over a killed
daemon, a restarted one, a drained server, and a server that ends."""

import collections
import json
import os
import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.ipvs import run  # noqa: E402 (needs the path above)
from tests.support.configuration import block  # noqa: E402
from tests.support.laboratory import Laboratory, wait_until  # noqa: E402
from tests.support.pools import VIP, Pools  # noqa: E402

CLIENTS = 2000
DIRECTOR, SERVERS = "node-a", ("node-b", "node-c")
NGINX = """
master_process off;
worker_rlimit_nofile 30000;
daemon off;
pid %(directory)s/%(name)s.pid;
error_log stderr;
events { worker_connections 20000; }
http {
    access_log off;
    keepalive_timeout 3600;
    keepalive_requests 1000000;
    server { listen 80 reuseport backlog=4096; location / { return 200 %(name)s; } }
}
"""
CHECK = block("TCP_CHECK", "connect_timeout 2", "retry 1", "delay_before_retry 0.5")
VERDICT_SECONDS = 1 + 0.5 + 2 + 2  # delay_loop, delay_before_retry, connect_timeout twice


class Nginx:
    def __init__(self, lab, node):
        self.lab, self.node = lab, node
        self.address = f"{lab.address(node)}:80"
        for words in (f"addr add {VIP}/32 dev lo",):
            lab.run(node, "ip", *words.split())
        for setting in ("all", "eth0", "lo"):
            lab.run(node, "sysctl", "-qw", f"net.ipv4.conf.{setting}.arp_ignore=1",
                    f"net.ipv4.conf.{setting}.arp_announce=2")
        text = NGINX % {"directory": lab.directory, "name": node}
        self.process = lab.spawn(node, "nginx", "-c", lab.write(f"{node}.nginx", text))


class Clients:
    def __init__(self, lab):
        self.process = subprocess.Popen(
            lab.argv(f"{lab.name}-client", "/usr/bin/python3",
                     pathlib.Path(__file__).resolve().parents[1] / "keep_alive.py", VIP, "80"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def do(self, command):
        self.process.stdin.write(command + "\n")
        return collections.Counter(json.loads(self.process.stdout.readline()))

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def configuration(lab):
    servers = [block(f"real_server {lab.address(node)} 80", CHECK) for node in SERVERS]
    return block(f"virtual_server {VIP} 80", "delay_loop 1", "lvs_sched rr", "lvs_method DR", "protocol TCP",
                 *servers)


def none_lost(clients, what):
    answers = clients.do("ask")
    print(f"{what}: {dict(answers)}", flush=True)
    assert set(answers) == set(SERVERS) and answers.total() == CLIENTS, answers


def table(lab):
    lines = lab.run(DIRECTOR, "ipvsadm", "-Sn").stdout.splitlines()
    return sorted(line.strip() for line in lines)


def check_daemon(lab, director, clients):
    """Its end and its start are nothing to the clients."""
    before = table(lab)
    director.kill()
    none_lost(clients, "killed")
    director.start()
    wait_until(lambda: director.pool()["state"] == "up", "the pool is up")
    time.sleep(7)  # a look
    none_lost(clients, "started again")
    assert table(lab) == before and "had left" not in director.process.output()
    director.restart()
    none_lost(clients, "restarted")
    assert table(lab) == before


def check_drain(director, clients, first):
    director.ask("pool_mode", server=first.address, mode="drain")
    assert set(clients.do("new 50")) == {SERVERS[1]}
    none_lost(clients, "drained")
    director.ask("pool_mode", server=first.address, mode="ready")
    assert set(clients.do("new 10")) == set(SERVERS)
    none_lost(clients, "enabled")


def check_failure(director, clients, second):
    ended = time.monotonic()
    second.process.end(9)
    wait_until(lambda: director.server(second)["state"] == "down", "it is down")
    seconds = time.monotonic() - ended
    print(f"down after {seconds:.1f} s: {director.server(second).get('reason')}", flush=True)
    assert seconds < VERDICT_SECONDS + 5  # a guest is slow
    assert set(clients.do("new 50")) == {SERVERS[0]}
    answers = clients.do("ask")
    print(f"after the end of {SERVERS[1]}: {dict(answers)}", flush=True)
    assert answers[SERVERS[0]] == CLIENTS / 2


def main():
    run("modprobe", "ip_vs")
    with Laboratory("guest", nodes=3) as lab:
        lab.run(DIRECTOR, "ip", "addr", "add", f"{VIP}/24", "dev", "eth0")
        first, second = (Nginx(lab, node) for node in SERVERS)
        director = Pools(lab, DIRECTOR, configuration(lab)).start()
        wait_until(lambda: len(table(lab)) == 3, lambda: table(lab))
        clients = Clients(lab)
        began = time.monotonic()
        print("opened:", dict(clients.do(f"open {CLIENTS}")), f"in {time.monotonic() - began:.1f} s", flush=True)
        none_lost(clients, "at first")
        check_daemon(lab, director, clients)
        check_drain(director, clients, first)
        check_failure(director, clients, second)
        clients.end()
        assert director.stop() == 0
        assert table(lab) == []


os.environ.setdefault("XBEAT_SECCOMP", "kill")
main()
