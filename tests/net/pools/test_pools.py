# SPDX-License-Identifier: GPL-2.0-or-later
"""Servers that end and come back: what is decided, shown, and why."""

import pytest

from tests.support import schemas
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server
from tests.support.schemas import pools as pool_schemas

pytestmark = pytest.mark.laboratory(nodes=2)


@pytest.fixture
def servers(lab):
    return [Server(lab, "node-b", port).start() for port in (8001, 8002)]


def test_a_server_that_ends_and_comes_back(lab, servers):
    one, other = servers
    node = Pools(lab, "node-a", virtual_server(*map(real_server, servers))).start()
    node.wait_checked(*servers)
    assert [node.server(each)["state"] for each in servers] == ["up", "up"]
    assert node.server(one)["present"] and node.pool()["state"] == "up"
    one.stop()
    down = node.wait_server(one, "down")
    assert not down["present"] and down["changes"] == {"up": 0, "down": 1}
    assert "refused" in down["reason"] and "last good" in down["reason"], down
    assert node.pool()["servers_by_state"] == {"up": 1, "down": 1, "drain": 0, "maintenance": 0}
    one.start()
    node.wait_server(one, "up")
    assert [(event["subject"], event["from"], event["to"]) for event in node.of_kind("server")] == [
        (one.address, "up", "down"), (one.address, "down", "up")]
    schemas.check(node.pools(), pool_schemas.POOLS, "pools")


def test_quorum(lab, servers):
    """Lost below the quorum, gained with it."""
    one, other = servers
    node = Pools(lab, "node-a", virtual_server("quorum 2", *map(real_server, servers))).start()
    node.wait_checked(*servers)
    one.stop()
    node.wait_quorum("down")
    one.start()
    node.wait_quorum("up")
    assert [event["to"] for event in node.of_kind("pool")] == ["up", "down", "up"]
    assert node.pool()["changes"] == {"up": 2, "down": 1}


def test_a_checker_that_is_killed(lab, servers):
    """States stay; it is started again and goes on."""
    one, other = servers
    one.stop()
    node = Pools(lab, "node-a", virtual_server(*map(real_server, servers))).start()
    node.wait_server(one, "down")
    pid = node.pools()["checker"]["pid"]
    lab.run("node-a", "kill", "-9", pid)
    wait_until(lambda: node.pools()["checker"].get("pid", pid) != pid, "another checker runs")
    assert node.server(one)["state"] == "down"
    wait_until(lambda: [event["to"] for event in node.of_kind("checker")] == ["ended", "running"], node.events)
    one.start()
    node.wait_server(one, "up")
    assert len([event for event in node.of_kind("server") if event["subject"] == other.address]) == 0


def test_without_a_starter(lab, servers):
    """The checker goes on; when it ends, too, states stay, and it is reported what is missing."""
    one, other = servers
    node = Pools(lab, "node-a", virtual_server(*map(real_server, servers))).start()
    node.wait_checked(*servers)
    lab.run("node-a", "kill", "-9", node.starter())
    wait_until(lambda: "was killed: a runner" in node.process.output(), "the starter is missed")
    one.stop()
    node.wait_server(one, "down")
    node.reload(virtual_server(*(real_server(server, "weight 2") for server in servers)))
    one.start()
    node.wait_server(one, "up")
    one.stop()
    node.wait_server(one, "down")
    lab.run("node-a", "kill", "-9", node.pools()["checker"]["pid"])
    wait_until(lambda: node.pools()["checker"]["state"] == "away", "no checker runs")
    wait_until(lambda: "no server is checked" in node.process.output(), node.process.output)
    assert "xbeat-checker is not running" in node.ctl("health", check=False).stdout
    node.reload(virtual_server(*(real_server(server, "weight 3") for server in servers)))
    assert [node.server(server)["state"] for server in servers] == ["down", "up"]
