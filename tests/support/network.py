# SPDX-License-Identifier: GPL-2.0-or-later
"""The daemon's network parts by hand (tests/tools/network.c) on a node of a laboratory."""

from tests.support.laboratory import BUILD, wait_until
from tests.support.node import Node

TOOL = BUILD / "tools" / "network"
NODE = "node-a"


class Network(Node):
    def __init__(self, lab, node=NODE):
        super().__init__(lab, node)

    def sysctl(self, *settings):
        self.lab.run(self.node, "sysctl", "-q", "-w", *settings)

    def run_tool(self, *words):
        return self.lab.run(self.node, TOOL, *words)

    def tool(self, *words):
        """Returns what it printed: "0", the name of an error, or lines."""
        return self.run_tool(*words).stdout.strip()

    def told_of_addresses(self, device):
        """All attributes of each address but its index, name and mark, and whether duplicate address
        detection still runs, by address."""
        return {entry["local"]: {key: value for key, value in entry.items()
                                 if key not in ("tentative", "protocol") and (key != "label" or value != device)}
                for entry in self.address_entries(device) if not entry["local"].startswith("fe80::")}

    def make_pair(self, device, peer):
        self.ip("link", "add", device, "type", "veth", "peer", "name", peer)
        self.ip("link", "set", peer, "up")
        self.ip("link", "set", device, "up")
        return self.link(device)["ifindex"]

    def monitor(self, *words):
        """Starts the monitor; returns it once it has started."""
        process = self.lab.spawn(self.node, TOOL, "monitor", *words)
        wait_until(lambda: "started" in process.output(), "the monitor starts")
        return Monitor(process)


class Monitor:
    def __init__(self, process):
        self.process = process

    def lines(self):
        return self.process.output().splitlines()

    def wait_for(self, line):
        wait_until(lambda: line in self.lines(), line)
