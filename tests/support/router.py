# SPDX-License-Identifier: GPL-2.0-or-later
"""Virtual routers without heartbeats: any keyword of an instance, on any node of a laboratory."""

import json

from tests.support.cluster import VIP, VRID, Xbeatd
from tests.support.laboratory import wait_until


def block(name, lines):
    return "\n".join([f"{name} {{", *(f"    {line}" for line in lines), "}"])


def instance(vips=(f"{VIP}/24",), name="VI_1", flags=(), blocks=None, **keys):
    """The text of a vrrp_instance; keys: keywords with a value, flags: those without one, blocks:
    the lines of each block in it."""
    values = {"interface": "eth0", "version": 3, "virtual_router_id": VRID, "priority": 100,
              "advert_int": "0.1", **keys}
    lines = [f"{key} {value}" for key, value in values.items() if value is not None]
    lines += [*flags, block("virtual_ipaddress", vips)]
    lines += [block(key, content) for key, content in (blocks or {}).items()]
    return block(f"vrrp_instance {name}", lines) + "\n"


class Router(Xbeatd):
    """xbeatd on a node, with a configuration that is written here and may be written anew."""

    def __init__(self, lab, node, *texts):
        super().__init__(lab, node, lab.path(f"{node}.conf"))
        self.write(*texts)

    def write(self, *texts):
        self.lab.write(f"{self.node}.conf", "".join(texts))

    def reload(self, *texts):
        self.write(*texts)
        return self.json("reload")

    def start_active(self, name="VI_1"):
        self.start()
        self.wait(name, "active")
        return self

    def wait(self, name, state, seconds=5):
        wait_until(lambda: self.vrrp(name)["state"] == state, seconds, f"{name} is {state}")

    def obstacles(self, name="VI_1"):
        return [obstacle["kind"] for obstacle in self.vrrp(name).get("obstacles", [])]

    def wait_obstacle(self, kind, name="VI_1", seconds=5):
        wait_until(lambda: kind in self.obstacles(name), seconds, f"{name} says: {kind}")

    def changes(self, name="VI_1"):
        """Of state, in order."""
        return [(event["from"], event["to"]) for event in self.events()
                if event["kind"] == "vrrp" and event["subject"] == name]

    def drops(self, reason):
        return self.json("drops")[reason]

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

    def addresses(self, device="eth0"):
        entries = json.loads(self.ip("-j", "address", "show", "dev", device))[0]["addr_info"]
        return [entry["local"] for entry in entries]

    def routes(self, *words):
        return self.ip("route", "show", *words).splitlines()

    def wait_address(self, address, device="eth0", there=True, seconds=5):
        wait_until(lambda: (address in self.addresses(device)) == there, seconds,
                   f"{address} is {'' if there else 'not '}on {device} of {self.node}")
