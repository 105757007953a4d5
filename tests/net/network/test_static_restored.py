# SPDX-License-Identifier: GPL-2.0-or-later
"""Static addresses, routes and rules that something else removes are restored, as the Active's
are."""

import time

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
STATIC = (block("static_ipaddress", "10.77.5.1/24 dev eth0", "10.77.6.1/24 dev eth0 no_track",
                "fd77:5::1/64 dev eth0")
          + block("static_routes", "192.0.2.0/24 via 10.77.5.200", "198.51.100.0/24 dev eth0",
                  "203.0.113.0/24 dev eth0 no_track")
          + block("static_rules", "from 192.0.2.0/24 table 90 priority 90"))


def has(router):
    """The static entries that are there."""
    shown = (router.ip("address", "show", "dev", "eth0"), router.ip("route", "show"),
             router.ip("rule"))
    entries = ("10.77.5.1/24", "10.77.6.1/24", "fd77:5::1/64", "192.0.2.0/24 via", "198.51.100.0/24",
               "203.0.113.0/24", "90:\tfrom")
    return {entry.split()[0] for entry in entries if any(entry in text for text in shown)}


ALL = {"10.77.5.1/24", "10.77.6.1/24", "fd77:5::1/64", "192.0.2.0/24", "198.51.100.0/24",
       "203.0.113.0/24", "90:"}


@pytest.fixture
def router(lab):
    router = Xbeatd(lab, NODE, STATIC, instance()).start()
    assert has(router) == ALL
    return router


@pytest.mark.parametrize("what", [
    "address delete 10.77.5.1/24 dev eth0", "-6 address delete fd77:5::1/64 dev eth0",
    "route delete 192.0.2.0/24", "route delete 198.51.100.0/24", "rule delete priority 90"])
def test_removed_entry_is_back(router, what):
    router.ip(*what.split())
    event, = wait_until(lambda: [event for event in router.events() if event["to"] == "restored"],
                        "it is restored")
    assert (event["kind"], event["subject"]) == ("static", "self")
    assert has(router) == ALL


def test_a_program_that_goes_on_fills_no_log(router):
    """Two programs that want something else are reported once, then now and then."""
    for _ in range(4):
        router.ip("route", "delete", "198.51.100.0/24")
        wait_until(lambda: has(router) == ALL, "it is restored")
    assert len([event for event in router.events() if event["to"] == "restored"]) == 1


def test_untracked_ones_are_left_alone(router):
    router.batch("address delete 10.77.6.1/24 dev eth0", "route delete 203.0.113.0/24 dev eth0")
    time.sleep(0.3)
    assert has(router) == ALL - {"10.77.6.1/24", "203.0.113.0/24"}


def test_what_a_reload_removes_stays_away(router):
    router.reload(instance())
    time.sleep(0.3)
    assert not has(router)
