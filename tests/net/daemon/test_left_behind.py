# SPDX-License-Identifier: GPL-2.0-or-later
"""What a daemon leaves: nothing after a clean stop; after kill -9 only what the next one
removes."""

import os
import pathlib
import signal
import stat

import pytest

from tests.support.configuration import VIP, block, instance
from tests.support.laboratory import PINS, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
ROUTE = "192.0.2.0/24 via 10.77.0.200"
RULE = "from 192.0.2.0/24 table 100 priority 1234"
STATIC = "100.64.0.0/11 via 10.77.0.200 dev eth0"


class Machine(Xbeatd):
    """A router with everything that could be left: a virtual MAC, routes, a check that hangs, a
    FIFO."""

    def __init__(self, lab):
        self.fifo = lab.path("notify.fifo")
        self.name = f"checking{os.getpid()}"
        script = lab.write("check", f"#!/bin/bash\nexec -a {self.name} sleep 300\n", mode=0o755)
        super().__init__(
            lab, NODE, block("global_defs", f"vrrp_notify_fifo {self.fifo}", "script_user root",
                             "enable_script_security"),
            block("static_routes", STATIC),
            block("vrrp_script slow", f"script {script}", "interval 1", "timeout 600", "weight 1"),
            instance(use_vmac=True, virtual_routes=[ROUTE], virtual_rules=[RULE],
                     track_script=["slow"]))

    def start_all(self):
        self.start_active()
        wait_until(self.checks, "the check runs")
        return self

    def checks(self):
        """The processes of the check that hangs."""
        found = []
        for entry in pathlib.Path("/proc").iterdir():
            try:
                words = (entry / "cmdline").read_bytes().split(b"\0")
            except (FileNotFoundError, NotADirectoryError, ProcessLookupError):
                continue
            if words[0] == self.name.encode():
                found.append(int(entry.name))
        return found

    def children(self):
        return [self.starter(), self.child()]

    def leftovers(self):
        """Names of everything that exists of the daemon."""
        there = {
            "interface": self.has_link("vrrp.51"),
            "address": f" {VIP}/" in self.ip("-o", "address", "show"),
            "routes": "proto keepalived" in self.ip("route", "show", "table", "all"),
            "rules": "1234:" in self.ip("rule"),
            "program": self.lab.has_program(NODE),
            "pins": (PINS / self.instance).exists(),
            "files": bool(self.lab.run_files(NODE)),
            "fifo": self.fifo.exists(),
            "checks": bool(self.checks()),
        }
        return {name for name, is_there in there.items() if is_there}


def test_addresses_of_an_instance_that_is_gone_are_removed(lab):
    """The instance is removed from the file while its daemon is dead: only the kernel still has its
    addresses."""
    blocks = [instance("VI_1", block("virtual_ipaddress_excluded", "fd77::100/64"), use_vmac=True),
              instance("VI_2", vrid=52)]
    node = Xbeatd(lab, NODE, *blocks).start_active("VI_2")
    node.wait_state("active")
    node.kill()
    wait_until(node.is_fencing, "they are fenced")
    lab.run(NODE, "ip", "address", "add", "10.77.0.110/24", "dev", "eth0")
    node.configure(blocks[1])
    node.start_active("VI_2")
    assert not lab.has_address(NODE, VIP) and not lab.has_address(NODE, "fd77::100")
    assert lab.has_address(NODE, "10.77.0.110"), "it is not the daemon's"
    assert lab.has_address(NODE, lab.address(NODE))
    assert [guard["address"] for guard in node.map("xb_guard") if guard["used"]], "that of VI_2"
    assert node.map("xb_self")[0]["fencing"] == 0
    assert f"removed {VIP} from vrrp.51" in node.process.output()


def alive(pids):
    return [pid for pid in pids if pathlib.Path(f"/proc/{pid}").exists()]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_clean_stop_leaves_nothing(lab, number):
    machine = Machine(lab)
    machine.start_all()
    children = machine.children()
    assert all(children) and stat.S_ISFIFO(machine.fifo.stat().st_mode)
    assert machine.leftovers() == {"interface", "address", "routes", "rules", "program", "pins",
                                   "files", "fifo", "checks"}
    assert machine.process.end(number) == 0
    assert not machine.leftovers()
    assert not alive(children)


def test_next_daemon_removes_what_a_killed_one_left(lab):
    machine = Machine(lab)
    machine.start_all()
    children = machine.children()
    machine.kill()
    wait_until(lambda: not machine.checks() and not alive(children), "the runner ends the rest")
    assert machine.leftovers() == {"interface", "address", "routes", "rules", "program", "pins",
                                   "files", "fifo"}
    # The next daemon starts after the guard has expired, as a Backup: it must not keep an Active's
    # state.
    wait_until(machine.is_fencing, "the addresses are fenced")
    text = machine.configuration.read_text().replace("advert_int 0.1", "advert_int 30")
    machine.configuration.write_text(text)
    machine.start()
    assert machine.vrrp()["state"] == "backup"
    assert not machine.leftovers() & {"address", "rules"}
    assert "192.0.2.0/24" not in machine.ip("route")
    assert machine.stop() == 0
    assert machine.leftovers() == {"fifo"}, "it existed before: another program may own it"
