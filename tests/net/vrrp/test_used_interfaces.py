# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces that addresses, routes and rules of an instance name are tracked, as in keepalived: all
instances are on eth0, and what they need is on eth1 of node-a, which loses its carrier."""

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import Laboratory, some_ends, wait_until
from tests.support.xbeatd import Xbeatd

ROUTE = "10.78.0.0/16 via 10.77.1.200 dev eth1"
# Name, further statements, the address line with %s, whether the instance needs eth1.
CASES = [
    ("ADDRESS", [], "%s dev eth1", True),
    ("UNTRACKED_PRIMARY", ["dont_track_primary"], "%s dev eth1", True),
    ("EXCLUDED", [block("virtual_ipaddress_excluded", "10.77.1.120/24 dev eth1")], "%s", True),
    ("ROUTE", [block("virtual_routes", ROUTE)], "%s", True),
    ("RULE", [block("virtual_rules", "iif eth1 table 100 priority 1000")], "%s", True),
    ("WEIGHT", [block("track_interface", "eth1 weight -10")], "%s dev eth1", True),
    ("VIRTUAL_MAC", ["use_vmac"], "%s dev eth1", True),
    ("ADDRESS_NO_TRACK", [], "%s dev eth1 no_track", False),
    ("ROUTE_NO_TRACK", [block("virtual_routes", f"{ROUTE} no_track metric 7")], "%s", False),
    ("RULE_NO_TRACK", [block("virtual_rules", "iif eth1 table 100 priority 1001 no_track")], "%s",
     False),
    ("MULTIPATH", [block("virtual_routes", "10.79.0.0/16 nexthop via 10.77.1.200 dev eth1"
                         " nexthop via 10.77.0.200 dev eth0")], "%s", False),
    ("OWN_DEVICE", [], "%s dev eth0", False),
    ("LOOPBACK", [], "%s dev lo", False),
]
NAMES = [case[0] for case in CASES]
NEEDS_ETH1 = {case[0]: case[3] for case in CASES}


def instances(priority):
    return [instance(name, *lines, vrid=100 + number, priority=priority,
                     vips=[address % f"10.77.0.{100 + number}/24"])
            for number, (name, lines, address, _) in enumerate(CASES)]


class Exercise:
    """States of all instances on both nodes: at the start, without the carrier, and with it again."""

    def __init__(self, lab):
        self.first = Xbeatd(lab, "node-a", *instances(200)).start()
        self.second = Xbeatd(lab, "node-b", *instances(100)).start()
        wait_until(lambda: set(self.states(self.first).values()) == {"active"}, "node-a has all")
        wait_until(lambda: set(self.states(self.second).values()) == {"backup"}, "node-b has none")
        lab.cut("node-a", "eth1", "--carrier")
        wait_until(lambda: self.states(self.second) == {
            name: "active" if NEEDS_ETH1[name] else "backup" for name in NAMES},
                   lambda: self.states(self.second))
        self.cut = self.states(self.first)
        self.explained = {name: self.first.explain(name) for name in NAMES}
        self.tracking = self.first.json("tracking")
        self.text = self.first.text("tracking")
        lab.heal("node-a", "eth1")
        wait_until(lambda: set(self.states(self.first).values()) == {"active"},
                   lambda: self.states(self.first))

    @staticmethod
    def states(daemon):
        return {one["name"]: one["state"] for one in daemon.json("vrrp")}


@pytest.fixture(scope="module")
def exercise():
    with Laboratory("xtused", nodes=2, links=2, ends=some_ends("used_interfaces")) as lab:
        yield Exercise(lab)


@pytest.mark.parametrize("name", NAMES)
def test_state_without_the_interface(exercise, name):
    assert exercise.cut[name] == ("initialize" if NEEDS_ETH1[name] else "active")


@pytest.mark.parametrize("name", [name for name in NAMES if NEEDS_ETH1[name]])
def test_explain_names_the_interface(exercise, name):
    explained = exercise.explained[name]
    assert [one["kind"] for one in explained["obstacles"]] == ["tracked"]
    assert "interface eth1" in explained["said"] and "no carrier" in explained["said"]
    part, = [part for part in explained["priority_parts"] if "eth1" in part["what"]]
    assert part["fault"]


def test_all_that_is_tracked_is_listed_once(exercise):
    listed = {(one["kind"], one["name"]): one["status"] for one in exercise.tracking}
    assert listed == {("interface", "eth0"): "up", ("interface", "eth1"): "down",
                      ("interface", "lo"): "up"}
    assert len(exercise.tracking) == 3
    assert "eth1" in exercise.text
