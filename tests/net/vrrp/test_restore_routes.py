# SPDX-License-Identifier: GPL-2.0-or-later
"""Another program removes routes and rules of the Active, or the kernel does."""

import re
import signal
import time

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
GATEWAY, DEVICE, TABLE, IPV6, KEPT = (
    "192.0.2.0/24 via 10.77.0.200 dev eth0", "198.51.100.0/24 dev eth0 metric 7",
    "default via 10.77.0.200 table 90", "2001:db8:7::/64 via fd77::200 dev eth0",
    "203.0.113.0/24 dev eth0")
RULE, RULE6, KEPT_RULE = ("from 10.77.0.100 table 90 priority 90",
                          "from fd77::100 table 90 priority 91",
                          "from 10.77.0.100 table 91 priority 92")


def configuration(**keys):
    return instance(
        virtual_routes=[GATEWAY, DEVICE, TABLE, IPV6, f"{KEPT} no_track"],
        virtual_rules=[RULE, RULE6, f"{KEPT_RULE} no_track"], **keys)


@pytest.fixture
def router(lab):
    return Xbeatd(lab, NODE, configuration()).start_active()


def routes(router):
    """The destinations of the daemon's routes."""
    shown = router.ip("route", "show", "table", "all", "proto", "keepalived")
    return sorted(line.split()[0] for line in shown.splitlines())


def rules(router):
    shown = router.ip("-4", "rule") + router.ip("-6", "rule")
    return sorted(line.split(":")[0] for line in shown.splitlines() if "proto keepalived" in line)


def restored(router):
    return [event for event in router.events() if (event["kind"], event["to"]) == ("route", "restored")]


ROUTES = sorted(line.split()[0] for line in (GATEWAY, DEVICE, TABLE, IPV6, KEPT))
RULES = ["90", "91", "92"]


@pytest.mark.parametrize("what", [f"route delete {GATEWAY}", f"route delete {DEVICE}",
                                  f"route delete {TABLE}", f"-6 route delete {IPV6}",
                                  "rule delete priority 90", "-6 rule delete priority 91"])
def test_removed_route_or_rule_is_back(router, what):
    assert (routes(router), rules(router)) == (ROUTES, RULES)
    router.ip(*what.split())
    event, = wait_until(lambda: restored(router), "it is restored")
    assert (routes(router), rules(router)) == (ROUTES, RULES)
    assert event["subject"] == "VI_1"
    removed = what.split()[what.split().index("delete") + 1]
    if removed[0].isdigit() or ":" in removed:
        assert removed in event["reason"] and removed in router.explain()["said"]
    assert "1 time so far" in router.explain()["said"]
    assert router.state() == "active" and len(router.activations()) == 1


def test_all_removed_at_once_are_one_report(router):
    router.ip("route", "flush", "table", "all", "proto", "keepalived")
    wait_until(lambda: restored(router), "they are restored")
    assert routes(router) == sorted({*ROUTES} - {KEPT.split()[0]})
    assert len(restored(router)) == 1
    # More than 4 if the flush finds some of them again.
    assert int(re.search(r"\((\d+) times so far\)", router.explain()["said"])[1]) >= 4


def test_untracked_ones_are_left_alone(router):
    router.ip("route", "delete", *KEPT.split())
    router.ip("rule", "delete", "priority", "92")
    time.sleep(0.3)
    assert routes(router) == sorted({*ROUTES} - {KEPT.split()[0]}) and rules(router) == ["90", "91"]
    assert not restored(router)


def test_replaced_route_stands_before_the_other(router):
    """The kernel reports no removal. The other route is what is left at the end."""
    other = "192.0.2.0/24 via 10.77.0.201"
    router.ip("route", "replace", *other.split(), "dev", "eth0")
    wait_until(lambda: restored(router), "it is restored")
    shown = router.routes("192.0.2.0/24")
    assert [route.split()[2] for route in shown] == ["10.77.0.200", "10.77.0.201"], shown
    assert router.stop() == 0
    assert len(router.routes("192.0.2.0/24")) == 1 and other in router.routes("192.0.2.0/24")[0]


def test_what_the_kernel_removes_in_silence(lab):
    """With an interface's last address, and with the address that is the source of a route."""
    router = Xbeatd(lab, NODE, instance(virtual_routes=[
        "192.0.2.0/24 dev spare", "198.51.100.0/24 via 10.88.0.200",
        "203.0.113.0/24 dev eth0 src 10.88.0.1"]))
    router.batch("link add spare type veth peer name spare-peer", "link set spare up",
                 "link set spare-peer up", "address add 10.88.0.1/24 dev spare")
    router.start_active()
    assert len(routes(router)) == 3
    router.ip("address", "delete", "10.88.0.1/24", "dev", "spare")
    wait_until(lambda: routes(router) == ["192.0.2.0/24"], "what is possible is restored")
    assert router.process.output().count("cannot add the route") == 2
    router.ip("address", "add", "10.88.0.1/24", "dev", "spare")
    wait_until(lambda: len(routes(router)) == 3, "and the others with the address")
    assert router.state() == "active"


def test_other_routes_do_not_wake_the_daemon(lab):
    """A router may take in and lose a full BGP table."""
    router = Xbeatd(lab, NODE, configuration(advert_int=1)).start_active()
    others = [f"10.{i // 250}.{i % 250}.0/24 via 10.77.0.200" for i in range(2000)]
    before = router.wake_ups()
    router.batch(*(f"route add {other}" for other in others))
    router.batch(*(f"route delete {other}" for other in others))
    assert router.wake_ups() < before + 500
    router.ip("route", "delete", *GATEWAY.split())
    wait_until(lambda: restored(router), "the filter passes the daemon's own")


def test_reload_watches_the_new_routes(router):
    router.reload(instance(virtual_routes=["192.0.2.128/25 dev eth0"]))
    router.ip("route", "delete", "192.0.2.128/25", "dev", "eth0")
    wait_until(lambda: restored(router), "it is restored")
    assert routes(router) == ["192.0.2.128/25"]
    router.reload(instance())
    assert not routes(router)


def test_replaced_ipv6_route_is_a_next_hop_beside_the_other(router):
    destination, other = IPV6.split()[0], "fd77::201"
    router.ip("-6", "route", "replace", destination, "via", other, "dev", "eth0")
    wait_until(lambda: restored(router), "it is restored")
    shown = router.ip("-6", "route", "show", destination)
    assert "via fd77::200 " in shown and f"via {other} " in shown
    assert router.stop() == 0
    shown = router.ip("-6", "route", "show", destination)
    assert "via fd77::200 " not in shown and f"via {other} " in shown


def test_next_hop_that_is_removed_alone(lab):
    """IPv6 knows the next hops of a route as routes of their own."""
    hops = [f"fd77::20{i}" for i in range(3)]
    router = Xbeatd(lab, NODE, instance(virtual_routes=[
        "2001:db8:9::/64" + "".join(f" nexthop via {hop} dev eth0 weight {i + 2}"
                                    for i, hop in enumerate(hops))])).start_active()
    for removed in hops:
        router.ip("-6", "route", "delete", "2001:db8:9::/64", "via", removed)
        wait_until(lambda: all(f"via {hop} dev eth0 weight {i + 2} " in
                               router.ip("-6", "route", "show", "2001:db8:9::/64")
                               for i, hop in enumerate(hops)), f"{removed} is back")


def test_link_of_a_gateway_that_was_down(lab):
    """The configuration does not name the interface, and the kernel removes the route in silence."""
    router = Xbeatd(lab, NODE, block("static_routes", "198.51.100.0/24 via 10.88.0.201"),
                    instance(virtual_routes=["192.0.2.0/24 via 10.88.0.200"]))
    router.batch("link add spare type veth peer name spare-peer", "link set spare up",
                 "link set spare-peer up", "address add 10.88.0.1/24 dev spare")
    router.start_active()
    router.ip("link", "set", "spare", "down")
    assert routes(router) == []
    router.ip("link", "set", "spare", "up")
    wait_until(lambda: len(routes(router)) == 2, "they are restored")
    assert router.state() == "active" and len(router.activations()) == 1


def test_lost_notifications(lab):
    """More removals than the socket has room for, while the daemon is stopped."""
    router = Xbeatd(lab, NODE, configuration(priority=255, advert_int=10)).start_active()
    other = GATEWAY.replace("/24", "/25")
    router.process.send_signal(signal.SIGSTOP)
    try:
        router.batch(*[f"route {verb} {other} table 77" for _ in range(60000)
                       for verb in ("add", "delete")],
                     f"route delete {GATEWAY}", "rule delete priority 90")
    finally:
        router.process.send_signal(signal.SIGCONT)
    wait_until(lambda: (routes(router), rules(router)) == (ROUTES, RULES), "all is checked")
    assert router.state() == "active"


@pytest.mark.parametrize("limit", ["count", "memory"])
def test_more_routes_than_a_filter_can_compare(lab, limit):
    count = 2100 if limit == "count" else 150
    destinations = [f"10.{100 + i // 250}.{i % 250}.0/24" for i in range(count)]
    router = Xbeatd(lab, NODE, instance(virtual_routes=[
        f"{destination} dev eth0" for destination in destinations]))
    if limit == "memory":
        lab.run(NODE, "sh", "-c", "echo 2000 > /proc/sys/net/core/optmem_max")
    router.start_active()
    router.batch(*(f"route delete {destination}" for destination in destinations[::3]))
    wait_until(lambda: len(routes(router)) == count, "they are restored")
    assert "cannot watch routes" not in router.process.output()
