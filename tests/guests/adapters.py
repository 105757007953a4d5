# SPDX-License-Identifier: GPL-2.0-or-later
"""A laboratory whose nodes have the guest's adapters instead of veths."""

import subprocess


def use_cables(lab):
    """Needs a cable for each node. Its ends have the names that those of the veth had."""
    for number, node in enumerate(lab.nodes):
        lab.run(node, "ip", "link", "del", "eth0")
        for adapter, member, name in ((2 * number, node, "eth0"), (2 * number + 1, "switch", f"{node}.0")):
            subprocess.run(["ip", "link", "set", f"eth{adapter}", "netns", f"{lab.name}-{member}", "name", name],
                           check=True)
        lab.run("switch", "ip", "link", "set", f"{node}.0", "master", "br0", "up")
        give_addresses(lab, node, "eth0")


def give_addresses(lab, node, interface):
    """Those of its first link."""
    lab.run(node, "ip", "addr", "add", f"{lab.address(node)}/24", "dev", interface)
    lab.run(node, "ip", "addr", "add", f"{lab.address(node, family=6)}/64", "dev", interface, "nodad")
    lab.run(node, "ip", "link", "set", interface, "up")
