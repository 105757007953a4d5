# SPDX-License-Identifier: GPL-2.0-or-later
"""What an operator asks of a server: it is done, shown, and outlives the daemon."""

import subprocess

import pytest

from tests.support import schemas
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server
from tests.support.schemas import pools as pool_schemas

pytestmark = pytest.mark.laboratory(nodes=2)


@pytest.fixture
def servers(lab):
    return [Server(lab, "node-b", port).start() for port in (8001, 8002)]


def start(lab, servers, *lines):
    node = Pools(lab, "node-a", virtual_server(*lines, *map(real_server, servers))).start()
    node.wait_checked(*servers)
    return node


def test_drain_and_enable(lab, servers):
    one, other = servers
    node = start(lab, servers)
    changed = node.ask("pool_mode", server=one.address, mode="drain")
    schemas.check(changed, pool_schemas.CHANGED, "pool_mode")
    drained = node.server(one)
    assert (drained["state"], drained["mode"], drained["weight"], drained["present"]) == ("drain", "drain", 0, True)
    assert node.server(other)["state"] == "up"
    assert node.pool()["quorum"]["alive_weight"] == 1
    explained = node.ask("pool_explain", server=one.ip)
    schemas.check(explained, pool_schemas.EXPLAIN, "pool_explain")
    assert len(explained) == 2 and "operator" in " ".join(explained[0]["lines"])
    node.ask("pool_mode", server=one.address, mode="ready")
    assert node.server(one)["weight"] == 1
    assert [(event["from"], event["to"]) for event in node.of_kind("server")] == [
        ("ready", "drain"), ("drain", "ready")]


def test_connections_that_are_left_are_cut(lab, servers):
    one, _ = servers
    node = start(lab, servers)
    node.ask("pool_mode", server=one.address, mode="drain", timeout_ns=500_000_000)
    assert 0 < node.server(one)["drain_left_ns"] <= 500_000_000 and node.server(one)["present"]
    wait_until(lambda: not node.server(one)["present"], "it is removed from the data plane")
    assert node.server(one)["state"] == "drain"
    assert [event["to"] for event in node.of_kind("server")] == ["drain", "removed"]


def test_weight(lab, servers):
    one, _ = servers
    node = start(lab, servers)
    node.ask("pool_weight", server=one.address, weight=7)
    assert (node.server(one)["weight"], node.server(one)["operator_weight"]) == (7, 7)
    node.ask("pool_weight", server=one.address)
    assert node.server(one)["weight"] == 1 and "operator_weight" not in node.server(one)


@pytest.mark.parametrize("lines, shown", [
    (["quorum 2", "sorry_server 10.77.0.9 80"], ["weigh 1, quorum 2", "the sorry server 10.77.0.9:80 gets all"]),
    (["quorum 2"], ["weigh 1, quorum 2", "the servers that are left get all"]),
    ([], ["weigh 0, quorum 1", "no server gets its new connections"])], ids=["sorry", "left", "none"])
def test_a_lost_quorum_is_named(lab, servers, lines, shown):
    """Once, by the order that costs it; the next one changes nothing."""
    one, other = servers
    node = start(lab, servers, *lines)
    if not lines:
        assert "quorums_lost" not in node.ask("pool_mode", server=one.address, mode="drain")
    changed = node.json("pool", "disable", other.address)
    schemas.check(changed, pool_schemas.CHANGED, "pool_mode")
    lost, = changed["quorums_lost"]
    assert (lost["pool"], lost["quorum"]) == (node.pool()["name"], node.pool()["quorum"]["weight"])
    assert lost["alive_weight"] == node.pool()["quorum"]["alive_weight"] and node.pool()["state"] == "down"
    assert ("sorry" in lost) == any("sorry" in line for line in lines)
    assert "quorums_lost" not in node.json("pool", "disable", other.address)
    assert "quorums_lost" not in node.json("pool", "enable", other.address)
    text = " ".join(node.text("pool", "weight", other.address, "0").split())
    assert "warning pool" in text and all(words in text for words in shown), text


def test_a_lost_quorum_is_named_with_brief(lab, servers):
    one, other = servers
    node = start(lab, servers, "quorum 2")
    for order, cost in ((["drain"], True), (["enable"], False), (["disable"], True), (["weight", "default"], False),
                        (["enable"], False), (["weight", "0"], True)):
        done = subprocess.run(node.ctl_argv("pool", order[0], one.address, *order[1:], "-br"), text=True,
                              capture_output=True, check=True)
        line, = done.stdout.splitlines()
        assert line.split()[1] == one.address
        assert ("has lost its quorum" in done.stderr) == cost, (order, done)
    assert "weigh 1, quorum 2; the servers that are left get all its connections" in done.stderr


@pytest.mark.parametrize("end", ["restart", "kill", "stop", "reload"])
def test_it_outlives_the_daemon(lab, servers, end):
    one, other = servers
    node = start(lab, servers)
    node.ask("pool_mode", server=one.address, mode="maintenance")
    node.ask("pool_weight", server=other.address, weight=3)
    if end == "restart":
        node.restart()
        wait_until(node.ready, "the new one answers")
    elif end == "reload":
        node.reload(virtual_server("quorum 2", *map(real_server, servers)))
    else:
        node.kill() if end == "kill" else node.stop()
        node.start()
    assert node.server(one)["state"] == "maintenance" and not node.server(one)["present"]
    assert node.server(other)["weight"] == 3


def test_unknown_servers_are_refused(lab, servers):
    node = start(lab, servers)
    for verb, words in (("pool_mode", {"server": "10.9.9.9", "mode": "drain"}),
                        ("pool_mode", {"server": servers[0].address, "mode": "off"}),
                        ("pool_mode", {"server": "nonsense", "mode": "drain"}),
                        ("pool_weight", {"server": servers[0].address, "weight": -5}),
                        ("pool_explain", {"server": servers[0].address, "pool": "no such"})):
        with pytest.raises(KeyError):
            node.ask(verb, **words)
