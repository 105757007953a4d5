# SPDX-License-Identifier: GPL-2.0-or-later
"""FRR's zebra and vrrpd on a node of a laboratory. Its virtual router is a macvlan that another
program creates, with the virtual MAC and addresses; FRR sets it up and down."""

import pathlib
import shutil
import subprocess

from tests.support.laboratory import NEVER_SECONDS, wait_until
from tests.support.probe import REALTIME

PROGRAMS = pathlib.Path("/usr/lib/frr")
# Root is not in the group that they require for their terminals.
USER = "frr"


class Frr:
    def __init__(self, lab, node, vrid, addresses, *statements):
        """statements: of the virtual router, without "vrrp VRID"."""
        self.lab = lab
        self.node = node
        self.directory = lab.path(f"frr-{node}")
        self.directory.mkdir(mode=0o755)
        shutil.chown(self.directory, USER, USER)
        lab.directory.chmod(0o711)
        self.interface = f"vrrp4-{lab.nodes.index(node)}-{vrid}"
        self.configuration = lab.write(f"{node}-frr.conf", "\n".join(
            ["interface eth0", f" vrrp {vrid} version 3",
             *(f" vrrp {vrid} {statement}" for statement in statements),
             *(f" vrrp {vrid} ip {address}" for address in addresses), "exit", ""]), mode=0o644)
        self.make_interface(f"00:00:5e:00:01:{vrid:02x}", addresses)

    def make_interface(self, mac, addresses):
        def ip(*words):
            self.lab.run(self.node, "ip", *words)
        ip("link", "add", self.interface, "link", "eth0", "address", mac, "type", "macvlan",
           "mode", "bridge")
        for address in addresses:
            ip("address", "add", f"{address}/24", "dev", self.interface)
        ip("link", "set", self.interface, "up")

    def spawn(self, program, *options):
        return self.lab.spawn(self.node, *REALTIME, PROGRAMS / program, "-u", USER, "-g", USER,
                              "-z", self.directory / "zserv.api",
                              "-i", self.directory / f"{program}.pid", "-P", "0",
                              "--vty_socket", self.directory, "--log", "stdout", *options)

    def start(self):
        self.spawn("zebra")
        wait_until((self.directory / "zserv.api").exists, "zebra listens")
        self.process = self.spawn("vrrpd", "-f", self.configuration)
        wait_until((self.directory / "vrrpd.vty").exists, "vrrpd listens")
        return self

    def show(self):
        return subprocess.run(["vtysh", "--vty_socket", self.directory, "-d", "vrrpd", "-c", "show vrrp"],
                              text=True, capture_output=True, timeout=NEVER_SECONDS).stdout

    def stop(self):
        return self.process.end()
