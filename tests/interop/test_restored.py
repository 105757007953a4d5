# SPDX-License-Identifier: GPL-2.0-or-later
"""What something else removes from the Active, beside keepalived: the same is there afterwards, but
keepalived is Backup in between (xbeat.conf(5), DIFFERENCES)."""

import pytest

from tests.support.configuration import VRID, block, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
# keepalived 2.2 does not miss the IPv6 route.
REMOVED = ["route delete 192.0.2.0/24", "rule delete priority 90",
           "address delete 10.77.5.1/24 dev eth0"]


def configuration(vrid, *lines):
    """Static entries of their own on each node, and an instance of another virtual router."""
    net = 5 + vrid - VRID
    return (block("static_ipaddress", f"10.77.{net}.1/24 dev eth0")
            + instance("VI_1", *lines, vrid=vrid,
                       virtual_routes=["192.0.2.0/24 via 10.77.0.200 dev eth0 scope global",
                                       "2001:db8:7::/64 via fd77::200 dev eth0"],
                       virtual_rules=["from 192.0.2.0/24 table 90 priority 90"]))


def shown(node, net):
    """What it has of the entries, as ip(8) prints them."""
    lines = (node.ip("-4", "route", "show", "proto", "keepalived")
             + node.ip("-6", "route", "show", "proto", "keepalived")
             + node.ip("rule", "show", "priority", "90")).splitlines()
    return sorted(" ".join(line.split()) for line in lines) + \
        [address for address in node.addresses() if address == f"10.77.{net}.1"]


def test_same_entries_afterwards(lab):
    ours = Xbeatd(lab, "node-a", configuration(VRID)).start_active()
    theirs = Keepalived(lab, "node-b", configuration(VRID + 1)).start()
    expected = shown(ours, 5)
    assert len(expected) == 4
    wait_until(lambda: shown(theirs, 6)[:3] == expected[:3], "keepalived is Active")
    for what in REMOVED:
        ours.ip(*what.split())
        theirs.ip(*what.replace("10.77.5.1", "10.77.6.1").split())
        wait_until(lambda: shown(ours, 5) == expected, f"xbeatd restores: {what}")
        wait_until(lambda: shown(theirs, 6) == [*expected[:3], "10.77.6.1"],
                   f"keepalived restores: {what}")
    assert len(ours.activations()) == 1
    # At the start, and for the route and the rule.
    assert theirs.process.output().count("(VI_1) Entering BACKUP STATE") == 3
