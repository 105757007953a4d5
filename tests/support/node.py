# SPDX-License-Identifier: GPL-2.0-or-later
"""A node of a laboratory as "ip" shows and changes it."""

import json

from tests.support.laboratory import wait_until


class Node:
    def __init__(self, lab, node):
        self.lab = lab
        self.node = node

    def ip(self, *words, check=True):
        return self.lab.run(self.node, "ip", *words, check=check).stdout

    def batch(self, *lines):
        """Several changes by one process: quickly one after the other."""
        self.ip("-batch", self.lab.write(f"{self.node}.batch", "\n".join(lines) + "\n"))

    def link(self, device="eth0"):
        return json.loads(self.ip("-j", "-d", "link", "show", "dev", device))[0]

    def has_link(self, device):
        return self.lab.run(self.node, "ip", "link", "show", "dev", device,
                            check=False).returncode == 0

    def address_entries(self, device="eth0"):
        return json.loads(self.ip("-j", "address", "show", "dev", device))[0]["addr_info"]

    def addresses(self, device="eth0"):
        return [entry["local"] for entry in self.address_entries(device)]

    def routes(self, *words):
        return self.ip("route", "show", *words).splitlines()

    def wait_address(self, address, device="eth0", there=True):
        wait_until(lambda: (address in self.addresses(device)) == there,
                   f"{address} is {'' if there else 'not '}on {device} of {self.node}")
