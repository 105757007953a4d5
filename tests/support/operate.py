# SPDX-License-Identifier: GPL-2.0-or-later
"""Daemons with configurations written by hand, block by block, and changed while they run."""

import re
import signal
import subprocess

from tests.support.cluster import KEY, KEY_ID, Settings, Xbeatd, heartbeat_block
from tests.support.laboratory import BUILD, wait_until

VIP_PREFIX = "10.77.0."


def block(head, *lines):
    """A block of a configuration; a line may be a block itself."""
    text = "\n".join(lines).replace("\n", "\n    ")
    return f"{head} {{\n    {text}\n}}"


def instance(name="VI_1", *lines, vrid=51, priority=100, vips=None, interval="0.1", version=3):
    """An instance on eth0. Without vips, it has one address, whose last number is the VRID + 50."""
    vips = vips or [f"{VIP_PREFIX}{vrid + 50}/24"]
    return block(f"vrrp_instance {name}", "interface eth0", f"version {version}",
                 f"virtual_router_id {vrid}", f"priority {priority}", f"advert_int {interval}",
                 *lines, block("virtual_ipaddress", *vips))


class Node(Xbeatd):
    """An xbeatd whose configuration is what was last given to configure()."""

    def __init__(self, lab, name="node-a", *blocks):
        super().__init__(lab, name, lab.path(f"{name}.conf"))
        if blocks:
            self.configure(*blocks)

    def configure(self, *blocks):
        self.lab.write(self.configuration.name, "\n".join(blocks) + "\n")
        return self

    def reload(self, *blocks):
        """Takes another configuration over; returns what xbeatctl says of it."""
        self.configure(*blocks)
        return self.json("reload")

    def refused_reload(self, *blocks):
        """Returns the reason."""
        self.configure(*blocks)
        done = self.ctl("reload", check=False)
        assert done.returncode == 1, done.stdout
        return done.stderr

    def hang_up(self):
        self.process.send_signal(signal.SIGHUP)

    def command(self, *arguments):
        """An xbeatctl that may take its time."""
        return subprocess.Popen([BUILD / "xbeatctl", "-i", self.instance, "-j", *arguments],
                                text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def text(self, *arguments):
        """What xbeatctl prints for people."""
        return subprocess.run([BUILD / "xbeatctl", "-i", self.instance, *arguments], text=True,
                              stdout=subprocess.PIPE, check=True, timeout=5).stdout

    def explain(self, name="VI_1"):
        """In fields, with all sentences together under "said"."""
        answer = self.json("explain", name)
        answer["said"] = " ".join(answer["lines"])
        return answer

    def wait_is(self, state, name="VI_1", seconds=5):
        wait_until(lambda: self.vrrp(name)["state"] == state, seconds,
                   f"{self.node}: {name} is {state}: {self.vrrp(name)}")

    def priority(self, name="VI_1"):
        return self.vrrp(name)["effective_priority"]

    def wait_priority(self, priority, name="VI_1", seconds=5):
        wait_until(lambda: self.priority(name) == priority, seconds,
                   f"{self.node}: {name} has priority {priority}: {self.explain(name)}")

    def tracked(self, name):
        return next(thing for thing in self.json("tracking") if thing["name"] == name)

    def wait_tracked(self, name, status, seconds=5):
        wait_until(lambda: self.tracked(name)["status"] == status, seconds,
                   f"{name} is {status}: {self.tracked(name)}")
        return self.tracked(name)

    def memory_kib(self):
        text = (self.proc() / "status").read_text()
        return int(re.search(r"^VmRSS:\s+(\d+) kB", text, re.M)[1])

    def reads_files(self):
        """Whether a reload is under way: the daemon has a second thread."""
        return len(list((self.proc() / "task").iterdir())) > 1

    def proc(self):
        return type(self.configuration)(f"/proc/{self.process.pid}")


def heartbeat(lab, **settings):
    """The heartbeat block of all nodes, with a key file."""
    key_file = lab.path("lan.key")
    if not key_file.exists():
        lab.write("lan.key", f"{KEY_ID} {KEY.hex()}\n")
    return heartbeat_block(lab, Settings(**settings), key_file)


def wait_all_up(*nodes):
    wait_until(lambda: all(peer["verdict"] == "up" for node in nodes for peer in node.json("peers")
                           if peer["name"] in [other.node for other in nodes]),
               5, "the nodes call each other up")
