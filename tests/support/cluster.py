# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd and keepalived on the nodes of a laboratory: configuration, start, what they say."""

import json
import pathlib
import signal
import subprocess
import time

from tests.support.laboratory import BUILD, PINS, SOCKETS, wait_until
from tests.support.probe import Client, serve_everywhere

VIP = "10.77.0.100"
VRID = 51
# Stamped on by every test that makes packets by hand.
KEY_ID, KEY = 1, bytes(range(16))


class Settings:
    """What a cluster's configuration says; the nodes share all of it but their priority."""

    def __init__(self, **changes):
        self.interval = "10ms"
        self.multiplier = 3
        self.daemon_timeout = "300ms"
        self.family = 4
        self.advert_interval = "1"
        self.priorities = [150, 100, 50]
        self.vip = VIP
        self.preempt = True
        self.client_is_node = False
        self.vip_lines = []  # of virtual_ipaddress; empty: the service address alone
        self.heartbeat_links = None  # None: all of the laboratory's
        self.heartbeat_addresses = {}  # of a member, one a link; without: the laboratory's
        unknown = set(changes) - set(vars(self))
        assert not unknown, unknown
        vars(self).update(changes)


def heartbeat_block(lab, settings, key_file):
    links = range(lab.links) if settings.heartbeat_links is None else settings.heartbeat_links
    lines = [f"    interface eth{link}" for link in links]
    members = lab.nodes + (["client"] if settings.client_is_node else [])
    for number, member in enumerate(members, start=1):
        addresses = settings.heartbeat_addresses.get(
            member, [lab.address(member, link, settings.family) for link in links])
        witness = " witness" if member == "client" else ""
        lines.append(f"    node {number} {member} {' '.join(addresses)}{witness}")
    return "\n".join(["heartbeat lan {", *lines,
                      f"    key_file {key_file}",
                      f"    interval {settings.interval}",
                      f"    multiplier {settings.multiplier}",
                      f"    daemon_timeout {settings.daemon_timeout}", "}", ""])


def instance_block(settings, priority, heartbeat=True, name="VI_1", vrid=VRID, vip=None):
    lines = ["    interface eth0", "    version 3", f"    virtual_router_id {vrid}",
             f"    priority {priority}", f"    advert_int {settings.advert_interval}"]
    if not settings.preempt:
        lines += ["    state BACKUP", "    nopreempt"]
    if heartbeat:
        lines.append("    heartbeat lan")
    vip_lines = settings.vip_lines or [f"{vip or settings.vip}/24"]
    lines += ["    virtual_ipaddress {", *(f"        {line}" for line in vip_lines), "    }"]
    return "\n".join([f"vrrp_instance {name} {{", *lines, "}", ""])


def find_bpftool():
    """Debian's is not in everybody's PATH, and another one may be before it."""
    return next((path for path in ("/usr/sbin/bpftool", "/sbin/bpftool")
                 if pathlib.Path(path).exists()), "bpftool")


class Xbeatd:
    def __init__(self, lab, node, configuration):
        self.lab = lab
        self.node = node
        self.instance = lab.instance(node)
        self.socket = SOCKETS / f"{self.instance}.sock"
        self.configuration = configuration
        self.process = None

    def start(self, wait=True):
        self.process = self.lab.spawn(self.node, BUILD / "xbeatd", "-f", "-c", self.configuration,
                                      "-i", self.instance)
        if wait:
            wait_until(self.ready, 5, f"xbeatd on {self.node} answers on its socket")
        return self

    def ready(self):
        assert self.process.running(), f"xbeatd on {self.node} ended: {self.process.output()}"
        return self.ctl("status", check=False).returncode == 0

    def ctl(self, *arguments, check=True):
        done = subprocess.run([BUILD / "xbeatctl", "-i", self.instance, "-j", *arguments],
                              text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=5)
        assert not check or done.returncode == 0, done.stderr
        return done

    def json(self, *arguments):
        return json.loads(self.ctl(*arguments).stdout)

    def events(self):
        return [json.loads(line) for line in self.ctl("events").stdout.splitlines()]

    def peer(self, name):
        return next(peer for peer in self.json("peers") if peer["name"] == name)

    def verdict(self, name):
        return self.peer(name)["verdict"]

    def vrrp(self, name="VI_1"):
        return next(instance for instance in self.json("vrrp") if instance["name"] == name)

    def state(self):
        return self.vrrp()["state"]

    def wait_state(self, state, seconds=10):
        wait_until(lambda: self.state() == state, seconds,
                   f"{self.node} is {state}: {self.vrrp()}")

    def activations(self, name="VI_1"):
        """The events in which this life of the daemon made an instance Active."""
        return [event for event in self.events() if event["kind"] == "vrrp"
                and event["subject"] == name and event["from"] != event["to"] == "active"]

    def map(self, name):
        """A pinned map's values as bpftool prints them."""
        done = subprocess.run([find_bpftool(), "-j", "map", "dump", "pinned",
                               PINS / self.instance / name],
                              text=True, stdout=subprocess.PIPE, check=True, timeout=5)
        return [entry["formatted"]["value"] for entry in json.loads(done.stdout)]

    def kill(self):
        """Ends the daemon as a crash would. Returns when, CLOCK_MONOTONIC in ns."""
        self.process.send_signal(signal.SIGKILL)
        killed_ns = time.monotonic_ns()
        self.process.wait(5)
        return killed_ns

    def stop(self):
        return self.process.end(signal.SIGTERM)


class Keepalived:
    """keepalived with one instance; its notify script is not used, addresses say who is Active."""

    def __init__(self, lab, node, configuration):
        self.lab = lab
        self.node = node
        self.configuration = configuration
        self.process = None

    def start(self):
        pid_files = [f"--{kind}={self.lab.path(f'{self.node}-{kind}')}" for kind in ("pid", "vrrp_pid")]
        self.process = self.lab.spawn(self.node, "keepalived", "--dont-fork", "--log-console",
                                      "--log-detail", "--vrrp", "--use-file", self.configuration,
                                      *pid_files)
        return self

    def stop(self):
        return self.process.end(signal.SIGTERM)


class Cluster:
    """A daemon on each node of a laboratory, started in the order of the nodes."""

    def __init__(self, lab, settings=None):
        self.lab = lab
        self.settings = settings or Settings()
        self.key_file = lab.write("lan.key", f"{KEY_ID} {KEY.hex()}\n")
        self.daemons = {}
        self.client = None

    def configuration(self, node, instance=True):
        priority = self.settings.priorities[self.lab.nodes.index(node)]
        text = heartbeat_block(self.lab, self.settings, self.key_file)
        if instance:
            text += instance_block(self.settings, priority)
        return self.lab.write(f"{node}.conf", text)

    def keepalived_configuration(self, node):
        priority = self.settings.priorities[self.lab.nodes.index(node)]
        text = "global_defs {\n    vrrp_garp_master_delay 1\n}\n"
        return self.lab.write(f"{node}-keepalived.conf",
                              text + instance_block(self.settings, priority, heartbeat=False))

    def start_xbeatd(self, *nodes, instance=True):
        for node in nodes or self.lab.nodes:
            self.configuration(node, instance)
            self.daemons[node] = self.daemon(node).start()
        return self

    def daemon(self, node):
        """Its xbeatd, not started, with the configuration that was written last."""
        return Xbeatd(self.lab, node, self.lab.path(f"{node}.conf"))

    def start_keepalived(self, *nodes):
        for node in nodes or self.lab.nodes:
            self.daemons[node] = Keepalived(self.lab, node,
                                            self.keepalived_configuration(node)).start()
        return self

    def start_active(self, *nodes):
        """Starts daemons; node-a is Active, and all know it, when this returns."""
        self.start_xbeatd(*nodes)
        self.wait_up()
        self.wait_holder("node-a")
        return self

    def start_client(self):
        """A client that has talked long enough for its neighbour entry to settle."""
        serve_everywhere(self.lab)
        self.client = Client(self.lab, self.settings.vip)
        self.client.wait_owner("node-a")
        time.sleep(1.2)
        return self

    def __getitem__(self, node):
        return self.daemons[node]

    def all_up(self):
        """Whether every running xbeatd calls every other one up."""
        nodes = list(self.daemons)
        return all(self.daemons[node].verdict(other) == "up"
                   for node in nodes for other in nodes if other != node)

    def wait_up(self, seconds=5):
        wait_until(self.all_up, seconds, "every node calls every other one up")

    def wait_holder(self, node, seconds=10):
        """Until node, and nobody else, has the service address."""
        wait_until(lambda: self.lab.holders(self.settings.vip) == [node], seconds,
                   f"{node} alone has {self.settings.vip}")
