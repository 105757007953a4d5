# SPDX-License-Identifier: GPL-2.0-or-later
"""For scenarios with clients that keep connections to two nginx behind IPVS (DR)."""

import collections
import contextlib
import json
import pathlib
import subprocess
import time

from tests.guests.ipvs import run
from tests.support.configuration import block
from tests.support.laboratory import Laboratory, wait_until
from tests.support.pools import VIP, Pools

DIRECTOR, SERVERS = "node-a", ("node-b", "node-c")
NGINX = """
master_process off;
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
        # Without a master, nginx takes no limit of files from its configuration.
        self.process = lab.spawn(node, "prlimit", "--nofile=20000", "nginx", "-c", lab.write(f"{node}.nginx", text))


class Clients:
    """count: of those that stay."""

    def __init__(self, lab, count):
        self.count = count
        self.process = subprocess.Popen(
            lab.argv(f"{lab.name}-client", "/usr/bin/python3",
                     pathlib.Path(__file__).with_name("keep_alive.py"), VIP, "80"),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1)

    def do(self, command):
        self.process.stdin.write(command + "\n")
        return collections.Counter(json.loads(self.process.stdout.readline()))

    def open(self):
        began = time.monotonic()
        answers = self.do(f"open {self.count}")
        print(f"opened: {dict(answers)} in {time.monotonic() - began:.1f} s", flush=True)

    def end(self):
        self.process.stdin.close()
        self.process.wait()


def configuration(lab):
    servers = [block(f"real_server {lab.address(node)} 80", CHECK) for node in SERVERS]
    return block(f"virtual_server {VIP} 80", "delay_loop 1", "lvs_sched rr", "lvs_method DR", "protocol TCP",
                 *servers)


def none_lost(clients, what):
    began = time.monotonic()
    answers = clients.do("ask")
    print(f"{what}: {dict(answers)} in {time.monotonic() - began:.1f} s", flush=True)
    assert set(answers) == set(SERVERS) and answers.total() == clients.count, answers


def table(lab):
    lines = lab.run(DIRECTOR, "ipvsadm", "-Sn").stdout.splitlines()
    return sorted(line.strip() for line in lines)


def check_drain(director, clients, first):
    director.ask("pool_mode", server=first.address, mode="drain")
    answers = clients.do("new 50")
    print(f"new connections while {SERVERS[0]} is drained: {dict(answers)}", flush=True)
    assert set(answers) == {SERVERS[1]}
    none_lost(clients, "drained")
    director.ask("pool_mode", server=first.address, mode="ready")
    assert set(clients.do("new 10")) == set(SERVERS)


def last_lost(clients, director, second):
    """Seconds from now until the last new connection begins that comes to a server that ends, and until the
    verdict is seen."""
    began, lost, verdict = time.monotonic(), 0, 0
    while not verdict or time.monotonic() - began < verdict + 1:
        tried = time.monotonic() - began
        if set(clients.do("new 1")) != {SERVERS[0]}:
            lost = tried
        if not verdict and director.server(second)["state"] == "down":
            verdict = time.monotonic() - began
    return lost, verdict


def check_failure(director, clients, second):
    second.process.send_signal(9)  # its end takes seconds: it closes all these connections
    lost, verdict = last_lost(clients, director, second)
    print(f"after the end of {SERVERS[1]}: last new connection lost at {lost:.2f} s, verdict seen at {verdict:.2f} s: "
          f"{director.server(second).get('reason')}", flush=True)
    assert max(lost, verdict) < VERDICT_SECONDS + 5  # a guest is slow
    assert set(clients.do("new 50")) == {SERVERS[0]}
    answers = clients.do(f"ask {clients.count}")  # at once: those of the dead one may wait for ever
    print(f"those that stay: {dict(answers)}", flush=True)
    assert answers[SERVERS[0]] == clients.count / 2


@contextlib.contextmanager
def directed(count):
    """A director with two servers, and as many clients. Nothing may be left of it in the kernel."""
    run("modprobe", "ip_vs")
    # Those that ask at once have more in their queues than a machine of this size has for them.
    run("sysctl", "-qw", "net.ipv4.tcp_mem=100000 150000 200000")
    with Laboratory("guest", nodes=3) as lab:
        lab.run(DIRECTOR, "ip", "addr", "add", f"{VIP}/24", "dev", "eth0")
        servers = [Nginx(lab, node) for node in SERVERS]
        director = Pools(lab, DIRECTOR, configuration(lab)).start()
        wait_until(lambda: len(table(lab)) == 3, lambda: table(lab))
        clients = Clients(lab, count)
        clients.open()
        yield lab, director, clients, servers
        clients.end()
        assert director.stop() == 0
        assert table(lab) == []
