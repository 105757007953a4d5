# SPDX-License-Identifier: GPL-2.0-or-later
"""ha_suspend: servers are checked only where the address is."""

import pytest

from tests.support.configuration import VIP as ADDRESS
from tests.support.configuration import instance
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server

NAME = f"{ADDRESS}:80/tcp"


def bad_total(node):
    return sum(check["results"]["bad"] for server in node.pool(NAME)["servers"] for check in server["checks"])


@pytest.mark.laboratory(nodes=3)
def test_checks_follow_the_address(lab):
    server = Server(lab, "node-c", 8001)  # does not run
    pool = virtual_server("ha_suspend", real_server(server), vip=ADDRESS)
    first = Pools(lab, "node-a", instance(priority=150), pool).start_active()
    second = Pools(lab, "node-b", instance(), pool).start()
    first.wait_server(server, "down", NAME)
    wait_until(lambda: second.pool(NAME).get("suspended"), "the Backup does not check")
    assert "suspended" not in first.pool(NAME)
    first.wait_server(server, "down", NAME)
    before = bad_total(second)
    count = bad_total(first)
    wait_until(lambda: bad_total(first) > count + 3, "the Active checks")
    assert bad_total(second) == before and second.server(server, NAME)["state"] == "up"
    first.stop()
    second.wait_state("active")
    second.wait_server(server, "down", NAME)
    assert [event["to"] for event in second.of_kind("pool") if event["subject"] == NAME][-2:] == ["checked", "down"]


@pytest.mark.laboratory(nodes=3)
def test_a_reload_ends_it(lab):
    server = Server(lab, "node-c", 8001)
    node = Pools(lab, "node-a", virtual_server("ha_suspend", real_server(server))).start()
    assert node.pool()["suspended"]
    node.reload(virtual_server(real_server(server)))
    node.wait_server(server, "down")
    assert "suspended" not in node.pool()
