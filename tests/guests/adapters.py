# SPDX-License-Identifier: GPL-2.0-or-later
"""A laboratory whose members have the guest's adapters instead of veths."""

import subprocess


def use_adapters(lab):
    """Needs one adapter a member: the nodes in their order, then the client. They are on one bridge
    outside the guest."""
    for number, member in enumerate([*lab.nodes, "client"]):
        network = [f"{lab.address(member)}/24", f"{lab.address(member, family=6)}/64"]
        lab.run(member, "ip", "link", "del", "eth0")
        subprocess.run(["ip", "link", "set", f"eth{number}", "netns", f"{lab.name}-{member}", "name", "eth0"],
                       check=True)
        for address in network:
            lab.run(member, "ip", "addr", "add", address, "dev", "eth0", *(["nodad"] if ":" in address else []))
        lab.run(member, "ip", "link", "set", "eth0", "up")
