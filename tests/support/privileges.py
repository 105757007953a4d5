# SPDX-License-Identifier: GPL-2.0-or-later
"""Capabilities of a running daemon's threads, and what a daemon does after its start."""

import os
import pathlib
import pwd
import re
import signal

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, block, instance
from tests.support.laboratory import wait_until

OTHER = "nobody"
# Bits of linux/capability.h.
BITS = {"chown": 0, "dac_override": 1, "net_bind_service": 10, "net_admin": 12, "net_raw": 13,
        "ipc_lock": 14, "sys_admin": 21, "sys_nice": 23, "perfmon": 38, "bpf": 39}
# What xbeatd keeps after its start.
USED = BITS.keys() - {"sys_admin"}


def mask(names):
    return sum(1 << BITS[name] for name in names)


def without(*names):
    """A command that runs another one, and all of its programs, without some capabilities."""
    return ("setpriv", "--inh-caps=-all", "--bounding-set=" + ",".join(f"-{name}" for name in names))


def only(names):
    """Likewise, with these capabilities alone."""
    return ("setpriv", "--inh-caps=-all", "--bounding-set=-all," + ",".join(f"+{name}" for name in names))


def threads(daemon):
    """The fields of /proc/PID/task/TID/status of each thread."""
    return [dict(line.split(":\t", 1) for line in (task / "status").read_text().splitlines())
            for task in (daemon.proc() / "task").iterdir()]


def sets(thread):
    """The sets of capabilities of a thread, as bits."""
    return {name: int(thread[f"Cap{name}"], 16) for name in ("Eff", "Prm", "Inh", "Bnd", "Amb")}


class Work:
    """A daemon on node-a of a laboratory with two links, and what it may have to do after its start.
    Each job is a method that takes the work to its end."""

    JOBS = ("change_scheduling", "use_another_interface", "make_a_virtual_mac", "take_beats",
            "make_a_fifo_for_another_user", "write_to_a_fifo_of_another_user", "run_a_script_of_another_user", "dump", "restart")

    def __init__(self, lab, *before):
        self.lab = lab
        self.cluster = Cluster(lab, Settings(advert_interval="0.1", heartbeat_links=[0]))
        self.before = before
        self.directory = lab.path("work")
        self.directory.mkdir()
        os.chmod(lab.path("work").parent, 0o755)
        self.daemon = self.cluster.daemon("node-a", *self.blocks()).start(*before)
        self.daemon.wait_state("active")

    def blocks(self, *more):
        return [*more, instance("VI_2", vrid=52)]

    def reload(self, *more):
        self.cluster.daemon("node-a", *self.blocks(*more)).process = self.daemon.process
        self.daemon = self.cluster["node-a"]
        self.daemon.json("reload")

    def change_scheduling(self):
        self.reload(block("global_defs", "vrrp_rt_priority 40"))
        assert self.daemon.json("status")["scheduling"]["policy"] == "fifo"
        self.reload()
        assert self.daemon.json("status")["scheduling"]["policy"] == "deadline"
        assert self.daemon.json("status")["scheduling"]["memory_locked"]

    def use_another_interface(self):
        self.reload(instance("VI_3", vrid=53, interface="eth1", vips=["10.78.0.100/24"]))
        self.daemon.wait_state("active", "VI_3")
        assert self.lab.has_program("node-a", "eth1")
        self.reload()
        wait_until(lambda: not self.lab.has_program("node-a", "eth1"), "the program is off eth1")

    def make_a_virtual_mac(self):
        self.reload(instance("VI_4", "use_vmac", vrid=54))
        self.daemon.wait_state("active", "VI_4")
        assert "vrrp.54" in self.lab.run("node-a", "ip", "link", "show").stdout

    def take_beats(self):
        self.reload(block("vrrp_app web", "timeout 60s"))
        assert self.daemon.ctl("app", "beat", "web").returncode == 0
        state, = (app["state"] for app in self.daemon.json("app"))
        assert state == "beating"

    def make_a_fifo_for_another_user(self):
        fifo = self.directory / "made"
        self.reload(block("global_defs", f"vrrp_notify_fifo {fifo} {OTHER}"))
        assert fifo.exists() and fifo.owner() == OTHER
        self.reload()
        assert not fifo.exists()

    def write_to_a_fifo_of_another_user(self):
        """Nor would CAP_DAC_OVERRIDE help in a directory that others can write (protected_fifos)."""
        fifo = self.directory / "found"
        os.mkfifo(fifo, 0o600)
        os.chown(fifo, pwd.getpwnam(OTHER).pw_uid, -1)
        self.reload(block("global_defs", f"vrrp_notify_fifo {fifo} {OTHER}"))
        self.reload()

    def run_a_script_of_another_user(self):
        """Of a runner that was started after the daemon."""
        out = self.directory / "out"
        out.mkdir()
        os.chown(out, pwd.getpwnam(OTHER).pw_uid, -1)
        script = self.lab.write("work/script", f"#!/bin/sh\nid -un >{out}/user\n")
        script.chmod(0o755)
        runner = self.daemon.child()
        os.kill(runner, signal.SIGKILL)
        wait_until(lambda: self.daemon.child() not in (None, runner), "another runner")
        self.reload(block("vrrp_script as_other", f"script {script}", f"user {OTHER}", "interval 1"),
                    instance("VI_5", block("track_script", "as_other"), vrid=55))
        wait_until((out / "user").exists, "the script has run")
        wait_until(lambda: (out / "user").read_text() == f"{OTHER}\n", "as the user")

    def dump(self):
        self.daemon.process.send_signal(signal.SIGUSR1)
        path = pathlib.Path(f"/run/xbeat/{self.daemon.instance}.data")
        wait_until(lambda: path.exists() and path.stat().st_size, "the state is written")
        path.unlink()

    def restart(self):
        epoch = self.daemon.json("status")["epoch"]
        self.daemon.kill()
        self.daemon.start(*self.before)
        assert self.daemon.json("status")["epoch"] == epoch, "the maps were taken over"
        self.daemon.wait_state("active")

    def do_all(self):
        for job in self.JOBS:
            getattr(self, job)()
        assert self.daemon.stop() == 0
        assert not self.lab.has_program("node-a") and not self.lab.run_files("node-a")
        return self

    def log(self):
        return "".join(process.output() for process in self.lab.processes)
