# SPDX-License-Identifier: GPL-2.0-or-later
"""More addresses than an advert of the interface's MTU lists: the last are held, not advertised, and
there is one Active."""

import pytest

from tests.support.configuration import instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
COUNT = 91  # of the link-local address and 90 others; 89 fit


def router(priority):
    return instance(priority=priority,
                    vips=["fe80::100/64", *(f"fd77:1::{number:x}/64" for number in range(1, COUNT))])


def counts(lab):
    return [sum(address.startswith(("fd77:1::", "fe80::100")) for address in lab.addresses(node))
            for node in lab.nodes]


def differs(daemon):
    said = daemon.explain()["said"]
    return "other virtual addresses" in said


def test_the_last_addresses_are_held_and_not_advertised(lab):
    first = Xbeatd(lab, "node-a", router(200)).start_active()
    second = Xbeatd(lab, "node-b", router(100)).start()
    wait_until(lambda: second.vrrp()["adverts"]["received"] > 5, "node-b receives adverts")
    assert second.state() == "backup" and counts(lab) == [COUNT, 0]
    assert "lists 89 addresses: the last 2 are held" in first.process.output()
    assert not differs(second)
    for node in lab.nodes:
        lab.run(node, "ip", "link", "set", "eth0", "mtu", "1400")
    for daemon in (first, second):
        wait_until(lambda: "lists 83 addresses: the last 8 are held" in daemon.process.output(),
                   "both lists are shorter")
    received = second.vrrp()["adverts"]["received"]
    wait_until(lambda: second.vrrp()["adverts"]["received"] > received + 5, "adverts still arrive")
    assert second.state() == "backup" and counts(lab) == [COUNT, 0]
    assert not differs(second)
    assert "failing_ns" not in first.vrrp()["adverts"]


def test_keepalived_lists_the_same(lab):
    active = Keepalived(lab, "node-a", router(200)).start()
    wait_until(lambda: counts(lab)[0] == COUNT, "keepalived is Active")
    backup = Xbeatd(lab, "node-b", router(100)).start()
    wait_until(lambda: backup.vrrp()["adverts"]["received"] > 5, "its adverts count")
    assert backup.state() == "backup" and not differs(backup)
    assert active.process.running()
