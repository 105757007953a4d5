# SPDX-License-Identifier: GPL-2.0-or-later
"""A route or rule that two have, which the kernel has once: it goes with the last of them."""

import pytest

from tests.support.configuration import VRID, block, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
ROUTES = ["192.0.2.0/24 via 10.77.0.200 dev eth0", "198.51.100.0/24", "2001:db8:7::/64 via fd77::200"]
RULE = "from 192.0.2.0/24 table 90 priority 90"


def first(**keys):
    return instance(virtual_routes=ROUTES, virtual_rules=[RULE], **keys)


def second():
    return instance("VI_2", vrid=VRID + 1, virtual_routes=[*ROUTES, "203.0.113.0/24 dev eth0"],
                    virtual_rules=[f"{RULE} no_track"])


def held(router):
    """How many of the daemon's routes and rules the kernel has."""
    shown = router.ip("route", "show", "table", "all", "proto", "keepalived") + \
        router.ip("-4", "rule") + router.ip("-6", "rule")
    return shown.count("proto keepalived") + shown.count("192.0.2.0/24 via") + \
        shown.count("198.51.100.0/24 dev") + shown.count("2001:db8:7::/64 via") + \
        shown.count("203.0.113.0/24 dev")


def start_both(lab):
    router = Xbeatd(lab, NODE, first(), second()).start_active()
    router.wait_state("active", "VI_2")
    assert held(router) == 5
    return router


def test_instance_that_is_removed_leaves_what_another_has(lab):
    router = start_both(lab)
    router.reload(first())
    assert held(router) == 4
    router.reload(instance())
    assert held(router) == 0


def test_instance_in_fault_leaves_what_another_has(lab):
    router = Xbeatd(lab, NODE, first(track_interface=["spare"]), second())
    router.batch("link add spare type veth peer name spare-peer", "link set spare up",
                 "link set spare-peer up")
    router.start_active()
    router.wait_state("active", "VI_2")
    for _ in range(2):
        router.ip("link", "set", "spare", "down")
        router.wait_state("initialize")
        assert held(router) == 5
        router.ip("link", "set", "spare", "up")
        router.wait_state("active")
    router.reload(first(track_interface=["spare"]))
    assert held(router) == 4
    router.ip("link", "set", "spare", "down")
    wait_until(lambda: held(router) == 0, "the last holder releases them")


def test_static_route_stays(lab):
    static = block("static_routes", ROUTES[0]) + block("static_rules", RULE)
    router = Xbeatd(lab, NODE, static, first()).start_active()
    assert held(router) == 4
    router.reload(static, instance())
    assert held(router) == 2
    router.reload(first())
    assert held(router) == 4
    assert router.stop() == 0
    assert held(router) == 0
