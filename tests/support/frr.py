# SPDX-License-Identifier: GPL-2.0-or-later
"""FRR's daemons on a node of a laboratory."""

import json
import pathlib
import shutil
import subprocess

from tests.support.laboratory import NEVER_SECONDS, wait_until
from tests.support.probe import REALTIME

PROGRAMS = pathlib.Path("/usr/lib/frr")
# Root is not in the group that they require for their terminals.
USER = "frr"


class FrrNode:
    """zebra and one more daemon."""

    def __init__(self, lab, node, program, *lines):
        self.lab, self.node, self.program = lab, node, program
        self.directory = lab.path(f"frr-{node}")
        self.directory.mkdir(mode=0o755, exist_ok=True)
        shutil.chown(self.directory, USER, USER)
        lab.directory.chmod(0o711)
        self.configuration = lab.write(f"{node}-frr.conf", "\n".join([*lines, ""]), mode=0o644)

    def spawn(self, program, *options):
        return self.lab.spawn(self.node, *REALTIME, PROGRAMS / program, "-u", USER, "-g", USER,
                              "-z", self.directory / "zserv.api",
                              "-i", self.directory / f"{program}.pid", "-P", "0",
                              "--vty_socket", self.directory, "--log", "stdout", *options)

    def start_zebra(self):
        self.zebra = self.spawn("zebra")
        wait_until((self.directory / "zserv.api").exists, "zebra listens")

    def start_program(self, *options):
        terminal = self.directory / f"{self.program}.vty"
        terminal.unlink(missing_ok=True)
        self.process = self.spawn(self.program, "-f", self.configuration, *options)
        wait_until(terminal.exists, f"{self.program} listens")

    def start(self):
        self.start_zebra()
        self.start_program()
        return self

    def command(self, *lines):
        """Returns what lines of its terminal print."""
        words = [word for line in lines for word in ("-c", line)]
        return subprocess.run(["vtysh", "--vty_socket", self.directory, "-d", self.program, *words],
                              text=True, capture_output=True, timeout=NEVER_SECONDS).stdout

    def stop(self):
        return self.process.end()


class Frr(FrrNode):
    """vrrpd. Its virtual router is a macvlan that another program creates, with the virtual MAC and
    addresses; FRR sets it up and down."""

    def __init__(self, lab, node, vrid, addresses, *statements):
        """statements: of the virtual router, without "vrrp VRID"."""
        super().__init__(lab, node, "vrrpd", "interface eth0", f" vrrp {vrid} version 3",
                         *(f" vrrp {vrid} {statement}" for statement in statements),
                         *(f" vrrp {vrid} ip {address}" for address in addresses), "exit")
        self.interface = f"vrrp4-{lab.nodes.index(node)}-{vrid}"
        self.make_interface(f"00:00:5e:00:01:{vrid:02x}", addresses)

    def make_interface(self, mac, addresses):
        def ip(*words):
            self.lab.run(self.node, "ip", *words)
        ip("link", "add", self.interface, "link", "eth0", "address", mac, "type", "macvlan",
           "mode", "bridge")
        for address in addresses:
            ip("address", "add", f"{address}/24", "dev", self.interface)
        ip("link", "set", self.interface, "up")

    def show(self):
        return self.command("show vrrp")


class Bfdd(FrrNode):
    """bfdd with one neighbour, 50 ms and three packets."""

    def __init__(self, lab, node, neighbour, own, multihop=False, interface=None, other=None):
        """other: the address of one more neighbour."""
        self.peer = (f"peer {neighbour}{' multihop' if multihop else ''} local-address {own}"
                     f"{f' interface {interface}' if interface else ''}")
        settings = ("  transmit-interval 50", "  receive-interval 50", "  detect-multiplier 3", "  no shutdown", " exit")
        more = (f" peer {other} local-address {own}", *settings) if other else ()
        super().__init__(lab, node, "bfdd", "bfd", f" {self.peer}", *settings, *more, "exit")

    def start_program(self):
        super().start_program("--bfdctl", self.directory / "bfdd.sock")

    def set_shut_down(self, shut_down):
        self.command("configure terminal", "bfd", self.peer, "shutdown" if shut_down else "no shutdown")

    def peers(self):
        return json.loads(self.command("show bfd peers json"))

    def show(self):
        return self.peers()[0]

    def wait_status(self, status):
        wait_until(lambda: self.show()["status"] == status, lambda: f"bfdd is {status}: {self.show()}")
        return self.show()
