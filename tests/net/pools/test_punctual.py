# SPDX-License-Identifier: GPL-2.0-or-later
"""Adverts every 10 ms while ten thousand servers fail at once, and while they are reloaded."""

import pytest

from tests.net.pools.test_many import ACCEPT, PORT, down_count
from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, tcp, virtual_server
from tests.support.xbeatd import Xbeatd

pytestmark = [pytest.mark.laboratory(nodes=2), pytest.mark.alone]
COUNT, POOLS = 10000, 4
ADVERT = "0.01"


def configuration(*check, weight=1):
    parts = []
    for pool in range(POOLS):
        servers = [block(f"real_server 127.{pool + 1}.{number // 250}.{number % 250 + 1} {PORT}", f"weight {weight}",
                         tcp(*check))
                   for number in range(COUNT // POOLS)]
        parts.append(virtual_server(*servers, vip=f"10.78.0.{pool + 1}"))
    return "".join(parts)


def start(lab, text):
    listener = lab.spawn("node-a", "/usr/bin/python3", "-c", ACCEPT)
    wait_until(lambda: "listens" in listener.output(), listener.output)
    node = Pools(lab, "node-a", instance(priority=150, advert_int=ADVERT), text).start_active()
    other = Xbeatd(lab, "node-b", instance(advert_int=ADVERT)).start()
    other.wait_state("backup")
    wait_until(lambda: not any("unchecked" in check for server in node.pools(skip=COUNT - 30)["pools"][-1]["servers"]
                               for check in server["checks"]), "the last ones are checked, too")
    return node, other, listener


@pytest.mark.parametrize("check", [(), ("connect_ip 127.0.0.1", f"connect_port {PORT}")], ids=["each", "shared"])
def test_all_fail(lab, check):
    """shared: all servers have the same check, which is made once."""
    node, other, listener = start(lab, configuration(*check))
    mark = other.last_event()
    listener.end(9)
    wait_until(lambda: down_count(node) == COUNT, lambda: f"all are down: {down_count(node)}")
    assert not [event for event in other.events_since(mark) if event["kind"] == "vrrp"], "adverts came on time"


def test_reloads(lab):
    node, other, _ = start(lab, configuration())
    mark = other.last_event()
    for turn in range(4):
        node.reload(instance(priority=150, advert_int=ADVERT), configuration(weight=turn % 2 + 1))
    assert not [event for event in other.events_since(mark) if event["kind"] == "vrrp"], "adverts came on time"


def test_a_restart(lab):
    """By a successor, with ten thousand servers."""
    node, other, _ = start(lab, configuration())
    mark = other.last_event()
    for _ in range(3):
        node.restart()
        wait_until(node.ready, "it answers")
    assert not [event for event in other.events_since(mark) if event["kind"] == "vrrp"], "adverts came on time"
