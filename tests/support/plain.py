# SPDX-License-Identifier: GPL-2.0-or-later
"""Instances without heartbeats, as keepalived's users write them: text, and a daemon that serves it."""

from tests.support.cluster import VIP, VRID, Xbeatd


def plain_instance(*lines, name="VI_1", interface="eth0", vrid=VRID, priority=100, version=3,
                   vips=(f"{VIP}/24",)):
    """lines: more of the instance's."""
    lines = [f"version {version}", f"virtual_router_id {vrid}", f"priority {priority}",
             "advert_int 0.1", *lines, "virtual_ipaddress {", *vips, "}"]
    if interface:
        lines.insert(0, f"interface {interface}")
    return "\n".join([f"vrrp_instance {name} {{", *lines, "}", ""])


class Plain:
    """A daemon on a node, with a configuration that can be changed."""

    def __init__(self, lab, node, text):
        self.lab = lab
        self.node = node
        self.configure(text)
        self.daemon = Xbeatd(lab, node, lab.path(f"{node}.conf"))

    def configure(self, text):
        self.lab.write(f"{self.node}.conf", text)

    def start(self):
        self.daemon.start()
        return self

    def reload(self, text):
        """Returns what xbeatctl says, as JSON."""
        self.configure(text)
        return self.daemon.json("reload")
