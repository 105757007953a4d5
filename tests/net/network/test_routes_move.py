# SPDX-License-Identifier: GPL-2.0-or-later
"""What an Active installs beside its addresses: routes, rules, excluded addresses; and static
ones."""

import pytest

from tests.support.configuration import VIP, block, instance
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, OTHER = "node-a", "node-b"
EXCLUDED = ["10.77.0.110/24", "fd77::110/64"]
ROUTES = ["192.0.2.0/24 via 10.77.0.200 src 10.77.0.100 metric 7", "blackhole 198.51.100.0/24",
          "203.0.113.0/24 dev eth0 table 100", "2001:db8::/32 via fd77::200"]
RULES = ["from 192.0.2.0/24 lookup 100 priority 1234", "iif eth0 to 2001:db8::/32 table 100 priority 99"]
STATIC = (block("static_ipaddress", "10.77.0.120/24 dev eth0")
          + block("static_routes", "100.64.0.0/11 via 10.77.0.200 dev eth0")
          + block("static_rules", "from 10.77.0.120 table 100 priority 77"))


def configuration(priority):
    return STATIC + instance(priority=priority, virtual_ipaddress_excluded=EXCLUDED,
                             virtual_routes=ROUTES, virtual_rules=RULES)


def shown_by_ip(router):
    return router.ip("route", "show", "proto", "keepalived")


def shown(router):
    """All routes and rules, without those that the kernel makes."""
    lines = [line for words in (("route", "show", "table", "all"), ("rule",),
                                ("-6", "route", "show", "table", "all"), ("-6", "rule"))
             for line in router.ip(*words).splitlines()]
    return {" ".join(line.split()) for line in lines if "proto keepalived" in line}


# As "ip" prints them.
MOVING = {
    "192.0.2.0/24 via 10.77.0.200 dev eth0 proto keepalived src 10.77.0.100 metric 7",
    "blackhole 198.51.100.0/24 proto keepalived",
    "203.0.113.0/24 dev eth0 table 100 proto keepalived scope link",
    "2001:db8::/32 via fd77::200 dev eth0 proto keepalived metric 1024 pref medium",
    "1234: from 192.0.2.0/24 lookup 100 proto keepalived",
    "99: from all to 2001:db8::/32 iif eth0 lookup 100 proto keepalived",
}
STAYING = {
    "100.64.0.0/11 via 10.77.0.200 dev eth0 proto keepalived",
    "77: from 10.77.0.120 lookup 100 proto keepalived",
}


def has_all(router):
    return ({"10.77.0.100", "10.77.0.110", "fd77::110"} < set(router.addresses())
            and shown(router) == MOVING | STAYING)


def has_static_alone(router):
    found = set(router.addresses())
    return (not found & {VIP, "10.77.0.110", "fd77::110"} and "10.77.0.120" in found
            and shown(router) == STAYING)


def test_all_of_it_moves_and_is_removed(lab):
    first = Xbeatd(lab, NODE, configuration(200)).start_active()
    second = Xbeatd(lab, OTHER, configuration(100)).start()
    assert has_all(first), (shown(first) ^ (MOVING | STAYING), first.addresses())
    assert has_static_alone(second), (shown(second) ^ STAYING, second.addresses())
    first.ctl("drain", "--force")
    second.wait_state("active")
    assert has_all(second) and has_static_alone(first)
    first.ctl("resume")
    first.wait_state("active")
    second.wait_state("backup")
    assert has_all(first) and has_static_alone(second)
    for router in (first, second):
        assert router.stop() == 0
        assert not shown(router)
        assert not {VIP, "10.77.0.110", "10.77.0.120", "fd77::110"} & set(router.addresses())


def test_reload_changes_only_what_differs(lab):
    router = Xbeatd(lab, NODE, configuration(200)).start_active()
    done = router.reload(configuration(200).replace("blackhole 198", "unreachable 198")
                         .replace(EXCLUDED[0], "10.77.0.111/24").replace("100.64.0.0", "100.96.0.0")
                         .replace("priority 77", "priority 78"))
    assert done["changed"] == ["VI_1"]
    assert router.changes()[1:] == [("backup", "active")]
    expected = {line.replace("blackhole 198", "unreachable 198") for line in MOVING}
    expected |= {line.replace("100.64", "100.96").replace("77:", "78:") for line in STAYING}
    assert shown(router) == expected
    assert {"10.77.0.111", VIP} < set(router.addresses())
    assert "10.77.0.110" not in router.addresses()


def test_encapsulations(lab):
    """What the kernel lacks is named; the instance goes on."""
    router = Xbeatd(lab, NODE, instance(virtual_routes=[
        "192.0.2.0/24 encap ip id 5 dst 10.77.0.200 dev eth0",
        "198.51.100.0/24 encap mpls 100/200 via 10.77.0.200"])).start_active()
    shown = shown_by_ip(router)
    assert "encap ip id 5 " in shown
    assert "encap mpls" in shown or "this kernel has no such encapsulation" in router.process.output()
