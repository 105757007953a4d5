# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd on a node of a laboratory: its start and stop, and xbeatctl."""

import contextlib
import glob
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import time

from tests.support.daemon import Daemon
from tests.support.laboratory import BUILD, NEVER_SECONDS, PINS, SOCKETS, wait_until

FENCING_SOME = 1  # XB_FENCING_SOME


def find_bpftool():
    """Debian's is not in every user's PATH, and another one may precede it."""
    return next((path for path in ("/usr/sbin/bpftool", "/sbin/bpftool")
                 if pathlib.Path(path).exists()), "bpftool")


def only_child(pid):
    pids = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return int(pids[0]) if pids else None


def libfaketime():
    return next(iter(glob.glob("/usr/lib/*/faketime/libfaketime.so.1")))


class Xbeatd(Daemon):
    def __init__(self, lab, node, *texts, build=BUILD):
        """build: the folder of its programs; another one is another version's."""
        super().__init__(lab, node, *texts)
        self.build = build
        self.instance = lab.instance(node)
        self.socket = SOCKETS / f"{self.instance}.sock"

    def argv(self):
        return [self.build / "xbeatd", "-f", "-c", self.configuration, "-i", self.instance]

    def spawn(self, *before):
        """Starts it without waiting until it answers. before: a command that changes its
        environment."""
        self.process = self.lab.spawn(self.node, *before, *self.argv())
        return self

    def start(self, *before):
        """Returns when it answers."""
        self.spawn(*before)
        wait_until(self.ready, f"xbeatd on {self.node} answers on its socket")
        return self

    def start_active(self, name="VI_1"):
        self.start()
        self.wait_state("active", name)
        return self

    def ready(self):
        assert self.process.running(), f"xbeatd on {self.node} ended{self.process.cause()}: {self.process.output()}"
        return self.ctl("status", check=False).returncode == 0

    def kill(self):
        """Kills the daemon, as a crash would. Returns when, CLOCK_MONOTONIC in ns."""
        killed_ns = time.monotonic_ns()
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()
        return killed_ns

    def restart(self):
        """By a successor (xbeatctl restart). Returns its pid."""
        old = self.process
        self.process = self.lab.follow(old, self.json("restart")["pid"])
        assert old.wait() == 0
        return self.process.pid

    def ctl_argv(self, *arguments):
        return [self.build / "xbeatctl", "-i", self.instance, *arguments]

    def ctl(self, *arguments, check=True):
        done = subprocess.run(self.ctl_argv("-j", *arguments), text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=NEVER_SECONDS)
        assert not check or done.returncode == 0, done.stderr
        return done

    def command(self, *arguments):
        """Starts an xbeatctl without waiting for it."""
        return subprocess.Popen(self.ctl_argv("-j", *arguments), text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.PIPE)

    def json(self, *arguments):
        return json.loads(self.ctl(*arguments).stdout)

    def ask(self, method, **parameters):
        """A method of the control socket, without another process, which hogs would starve."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
            client.settimeout(NEVER_SECONDS)
            client.connect(str(self.socket))
            client.sendall(json.dumps({"method": method, "parameters": parameters}).encode() + b"\0")
            answer = b""
            while not answer.endswith(b"\0"):
                data = client.recv(1 << 16)
                assert data, f"{method}: the daemon closed the connection"
                answer += data
            return json.loads(answer[:-1])["result"]

    def text(self, *arguments):
        """The text that xbeatctl prints for people."""
        return subprocess.run(self.ctl_argv(*arguments), text=True, stdout=subprocess.PIPE,
                              check=True, timeout=NEVER_SECONDS).stdout

    def reload(self, *texts):
        """Applies another configuration; returns the output of xbeatctl."""
        self.configure(*texts)
        return self.json("reload")

    def refused_reload(self, *texts):
        """Returns the reason."""
        self.configure(*texts)
        done = self.ctl("reload", check=False)
        assert done.returncode == 1, done.stdout
        return done.stderr

    def reads_files(self):
        """Whether a reload is in progress: the daemon then has a thread more."""
        threads = 0
        for task in (self.proc() / "task").iterdir():
            with contextlib.suppress(OSError):  # it has ended
                threads += (task / "comm").read_text() != "xbeat-upkeep\n"
        return threads > 1

    def starter(self):
        """The pid of its only child; None if there is none."""
        return only_child(self.process.pid)

    def child(self):
        """The pid of the runner, the starter's child; None while there is none."""
        if os.environ.get("XBEAT_RUNNER"):
            return self.json("status")["runner"]["pid"] or None
        starter = self.starter()
        return starter and only_child(starter)

    def descriptors(self):
        """How many it has open."""
        return len(list((self.proc() / "fd").iterdir()))

    def cpu_ns(self):
        """Time on a processor, from the scheduler: finer than the ticks of /proc/PID/stat."""
        return int((self.proc() / "schedstat").read_text().split()[0])

    def wake_ups(self):
        """How often it has waited for something to do."""
        status = (self.proc() / "status").read_text()
        return int(re.search(r"^voluntary_ctxt_switches:\s+(\d+)", status, re.M)[1])

    def memory_kib(self, name="VmRSS"):
        return int(re.search(rf"^{name}:\s+(\d+) kB", (self.proc() / "status").read_text(), re.M)[1])

    def events(self, earlier=False):
        """Of this daemon; or all, also of those that ran before it."""
        events = [json.loads(line) for line in self.ctl("events").stdout.splitlines()]
        return [event for event in events if earlier or "earlier" not in event]

    def last_event(self):
        """A mark for events_since()."""
        return self.events(earlier=True)[-1].get("sequence", len(self.events()))

    def events_since(self, mark):
        """The version before does not number them, nor folds those that are alike."""
        return [event for number, event in enumerate(self.events(), 1)
                if event.get("sequence", number) > mark]

    def changes(self, name="VI_1"):
        """The changes of an instance's state, in order."""
        return [(event["from"], event["to"]) for event in self.events()
                if event["kind"] == "vrrp" and event["subject"] == name]

    def changed(self, kinds, since=0):
        """The events of these kinds that report a change, without as many as there were before."""
        return [event for event in self.events()[since:]
                if event["kind"] in kinds and event["from"] != event["to"]]

    def activations(self, name="VI_1"):
        """The events in which this run of the daemon made an instance Active."""
        return [event for event in self.events() if event["kind"] == "vrrp"
                and event["subject"] == name and event["from"] != event["to"] == "active"]

    def peer(self, name):
        return next(peer for peer in self.json("peers") if peer["name"] == name)

    def verdict(self, name):
        return self.peer(name)["verdict"]

    def knows(self, name):
        """Whether it is up, and its REPLYs arrive on each link that is up."""
        peer = self.peer(name)
        return peer["verdict"] == "up" and all(
            link["received"] and "replies_missing_age_ns" not in link
            for link in peer["links"] if link["verdict"] == "up")

    def vrrp(self, name="VI_1"):
        return next(instance for instance in self.json("vrrp") if instance["name"] == name)

    def state(self, name="VI_1"):
        return self.vrrp(name)["state"]

    def wait_state(self, state, name="VI_1"):
        wait_until(lambda: self.state(name) == state,
                   lambda: f"{self.node}: {name} is {state}: {self.vrrp(name)}")

    def priority(self, name="VI_1"):
        return self.vrrp(name)["effective_priority"]

    def wait_priority(self, priority, name="VI_1"):
        wait_until(lambda: self.priority(name) == priority,
                   lambda: f"{self.node}: {name} has priority {priority}: {self.explain(name)}")

    def obstacles(self, name="VI_1"):
        """The kinds of its inhibitors."""
        return [obstacle["kind"] for obstacle in self.vrrp(name).get("obstacles", [])]

    def explain(self, name="VI_1"):
        """Its fields, with all sentences joined under "said"."""
        answer = self.json("explain", name)
        answer["said"] = " ".join(answer["lines"])
        return answer

    def tracked(self, name):
        return next(thing for thing in self.json("tracking") if thing["name"] == name)

    def wait_tracked(self, name, status):
        wait_until(lambda: self.tracked(name)["status"] == status,
                   lambda: f"{name} is {status}: {self.tracked(name)}")
        return self.tracked(name)

    def drops(self, reason):
        return self.json("drops")[reason]

    def is_fencing(self):
        """Whether an address is fenced; before that, a death alone sets another bit (xbeat/map.h)."""
        return bool(self.map("xb_self")[0]["fencing"] & FENCING_SOME)

    def bpftool_map(self, verb, name, *arguments):
        done = subprocess.run([find_bpftool(), "-j", "map", verb, "pinned",
                               PINS / self.instance / name, *arguments],
                              text=True, stdout=subprocess.PIPE, check=True, timeout=NEVER_SECONDS)
        return done.stdout

    def map(self, name):
        """A pinned map's values as bpftool prints them."""
        return [entry["formatted"]["value"] for entry in json.loads(self.bpftool_map("dump", name))]

    def slot(self, name, link=0):
        """The slot of a node and link in xb_peers."""
        return next(slot for slot in self.map("xb_peers") if slot["name"] == name and slot["link"] == link)

    def make_maps_older(self, version):
        """As if a daemon of another version had made them. Returns the own version of the maps."""
        value = json.loads(self.bpftool_map("dump", "xb_self"))[0]["value"]
        own = int(value[0], 16)
        value[0] = f"{version:#04x}"
        self.bpftool_map("update", "xb_self", *"key 0 0 0 0 value".split(), *value)
        return own


def wait_up(*daemons):
    """Waits until each of them judges every other one up, and its own answers arrive there."""
    wait_until(lambda: all(daemon.knows(other.node)
                           for daemon in daemons for other in daemons if other is not daemon),
               f"{[daemon.node for daemon in daemons]} judge each other up")
