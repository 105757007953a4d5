#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
# nics: 3 e1000e
# kernel: amd64
"""A trunk over adapters that remove tags (rx-vlan-offload), and that can be told not to."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.adapters import use_adapters  # noqa: E402 (needs the path above)
from tests.guests.vlan import check_trunk, vlan_tags  # noqa: E402
from tests.support.configuration import instance  # noqa: E402
from tests.support.laboratory import Laboratory, wait_until  # noqa: E402
from tests.support.xbeatd import Xbeatd  # noqa: E402


def check_setting(lab, setting, tags, has_filter):
    """It is followed while the daemon runs."""
    lab.run("node-a", "ethtool", "-K", "eth0", "rxvlan", setting)
    wait_until(lambda: vlan_tags(router) == tags, f"tags are {tags}")
    assert ("clsact" in lab.run("node-a", "tc", "qdisc", "show", "dev", "eth0").stdout) == has_filter


with Laboratory("guest", nodes=2) as lab:
    use_adapters(lab)
    router = Xbeatd(lab, "node-a", instance()).start()
    assert vlan_tags(router) == "tc"
    check_setting(lab, "off", "visible", False)
    check_setting(lab, "on", "tc", True)
    assert router.stop() == 0
    check_trunk(lab, "tc")
    for node in [*lab.nodes, "client"]:
        lab.run(node, "ip", "link", "del", "eth0.100", check=False)
        lab.run(node, "ip", "link", "del", "eth0.7", check=False)
    for node in lab.nodes:
        lab.run(node, "ethtool", "-K", "eth0", "rxvlan", "off")
    check_trunk(lab, "visible")
