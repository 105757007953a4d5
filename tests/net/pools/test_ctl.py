# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl pool on a running daemon: what it shows, and what an operator changes with it."""

import json
import subprocess

import pytest

from tests.net.ctl.test_completion import BASH
from tests.net.ctl.test_completion import lines as output
from tests.support import schemas
from tests.support.configuration import block
from tests.support.laboratory import Laboratory, wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server
from tests.support.schemas import pools as pool_schemas
from tests.support.schemas.inspect import HEALTH
from tests.support.schemas.kinds import list_of
from tests.support.schemas.show import EVENT
from tests.support.screen import Terminal

WEB, DNS = "10.77.0.100:80/tcp", "10.77.0.100:53/tcp"


@pytest.fixture(scope="module")
def lab():
    with Laboratory("poolctl", nodes=2) as laboratory:
        yield laboratory


@pytest.fixture(scope="module")
def servers(lab):
    """The second one is down."""
    return [Server(lab, "node-b", port).start() for port in (8001, 8003)]


@pytest.fixture(scope="module")
def node(lab, servers):
    gone = Server(lab, "node-b", 8002)
    one, other = servers
    node = Pools(lab, "node-a", virtual_server(real_server(one, "weight 3"), real_server(gone)),
                 virtual_server(real_server(one), real_server(other), port=53)).start()
    node.wait_checked(one, gone)
    node.wait_server(gone, "down")
    return node


def run(node, *arguments):
    """For people."""
    return subprocess.run(node.ctl_argv(*arguments), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def lines(node, *arguments):
    done = run(node, "pool", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_list(node):
    shown = lines(node)
    assert [line.split()[:5] for line in shown if line.startswith("10.")] == [
        [WEB, "up", "1", "of", "2"], [DNS, "up", "2", "of", "2"]]
    assert any("10.77.0.2:8002 down for" in line for line in shown), shown
    assert shown == lines(node, "list") or len(shown) == len(lines(node, "list"))
    assert [line.split()[:2] for line in lines(node, "-br")] == [[WEB, "up"], [DNS, "up"]]
    assert len(lines(node, "list", "*:53/tcp", "-br")) == 1


def test_status_counts_them(node):
    assert json.loads(node.ctl("status").stdout)["pools"] == {"pools": 2, "quorum": 2, "servers": 4, "up": 3}
    assert "2 of 2 with quorum, 3 of 4 servers up" in run(node, "status").stdout


def test_show(node):
    shown = lines(node, "show", WEB)
    row, = [line.split() for line in shown if line.startswith("10.77.0.2:8001")]
    assert row[1:5] == ["up", "3", "1", "of"], shown
    row, = [line.split() for line in shown if line.startswith("10.77.0.2:8002")]
    assert row[1:5] == ["down", "0", "of", "1"], shown
    assert any("refused" in line for line in shown), shown
    assert [line.split()[:3] for line in lines(node, "show", "10.77.0.2:8001", "-br")] == [
        [WEB, "10.77.0.2:8001", "up"], [DNS, "10.77.0.2:8001", "up"]]
    assert lines(node, "10.77.0.2:8001", "-br")[0].split()[0] == WEB, "without show"
    assert len(lines(node, "show", "10.77.0.2", "-br")) == 4


def test_json(node):
    for arguments in ([], ["list"], ["show", WEB], ["show", "10.77.0.2:8002"]):
        schemas.check(node.json("pool", *arguments), pool_schemas.POOLS, arguments)
    shown = node.json("pool", "show", "10.77.0.2:8002")
    assert [[server["address"] for server in pool["servers"]] for pool in shown["pools"]] == [["10.77.0.2:8002"]]
    explained = node.json("pool", "explain", "10.77.0.2:8001")
    schemas.check(explained, pool_schemas.EXPLAIN, "explain")
    assert [each["pool"] for each in explained] == [WEB, DNS]


def test_explain(node):
    shown = run(node, "pool", "explain", "10.77.0.2:8002").stdout
    assert shown.startswith(f"state      10.77.0.2:8002 is down in pool {WEB}, for ") and "refused" in shown


def test_explain_keeps_checks_and_operators_apart(node):
    """An order is no change of what the checks have found, nor its reason."""
    address = "10.77.0.2:8001"
    wait_until(lambda: node.json("pool", "explain", address)[0]["state_age_ns"] > 1e9, "time passes")
    node.ctl("pool", "drain", address, WEB)
    shown = run(node, "pool", "explain", address).stdout
    line = next(line for line in shown.splitlines() if line.startswith("known"))
    assert "alive" in line and " ms" not in line and "operator" not in line, shown
    assert "reason     an operator asked for it" in shown
    node.ctl("pool", "enable", address)


def test_events_of_a_pool_are_also_those_of_its_servers(node):
    node.ctl("pool", "disable", "10.77.0.2:8001", WEB)
    node.ctl("pool", "enable", "10.77.0.2:8001", WEB)
    node.ctl("pool", "disable", "10.77.0.2:8003")
    node.ctl("pool", "enable", "10.77.0.2:8003")
    every = node.events()
    schemas.check(every, list_of(EVENT), "events")
    for pool, servers in ((WEB, ["10.77.0.2:8001", "10.77.0.2:8002"]), (DNS, ["10.77.0.2:8001", "10.77.0.2:8003"])):
        named = [event for event in every if event["subject"] == pool or event.get("pool") == pool]
        shown = [json.loads(line) for line in node.ctl("events", pool).stdout.splitlines()]
        assert shown == named and {event["kind"] for event in named} == {"pool", "server"}
        assert {event["subject"] for event in named if event["kind"] == "server"} <= set(servers)
        assert all(event["reason"].startswith(f"pool {pool}: ") for event in named if event["kind"] == "server")
    assert any(event["subject"] == "10.77.0.2:8003" for event in every if event.get("pool") == DNS)
    shown = node.ctl("events", WEB, "-k", "pool").stdout.splitlines()
    assert {json.loads(line)["kind"] for line in shown} == {"pool"}
    assert not [event for event in every if event["kind"] != "server" and "pool" in event]


def test_what_is_wrong_in_a_command(node):
    for arguments, status, message in [
            (["drain"], 2, "write: xbeatctl pool drain SERVER [POOL] [-t TIME]"),
            (["weight", "10.77.0.2", "-1"], 2, ""), (["weight", "10.77.0.2", "much"], 2, "'much' is not a weight"),
            (["enable", "10.77.0.2", "-t", "1s"], 2, "pool drain"), (["drian", "10.77.0.2"], 1, "did you mean: xbeatctl pool drain"),
            (["show", "10.0.0.9"], 1, "no pool or server '10.0.0.9'"), (["drain", "10.0.0.9"], 1, "no server 10.0.0.9"),
            (["drain", "10.77.0.2:8001", "nopool"], 1, "nopool")]:
        done = run(node, "pool", *arguments)
        assert done.returncode == status and message in done.stderr, (arguments, done)


def test_drain_disable_and_enable(node):
    server_age = node.json("pool", "show", "10.77.0.2:8001")["pools"][0]["servers"][0]["state_age_ns"]
    done = node.json("pool", "drain", "10.77.0.2:8001", WEB, "-t", "10m")
    schemas.check(done, pool_schemas.CHANGED, "drain")
    server, = done["servers"]
    assert (server["pool"], server["mode"], server["state"], server["weight"]) == (WEB, "drain", "drain", 0)
    assert 590e9 < server["drain_left_ns"] <= 600e9
    shown = lines(node, "show", WEB)
    assert any("drained by an operator" in line for line in shown), shown
    drained, = node.json("pool", "show", "10.77.0.2:8001")["pools"][0]["servers"]
    assert "an operator asked for it" in drained["reason"] and drained["state_age_ns"] < server_age, drained
    assert [line.split()[2] for line in lines(node, "show", "10.77.0.2:8001", "-br")] == ["drain", "up"]
    assert "to end it: xbeatctl pool enable" in run(node, "health").stdout
    assert len(node.json("pool", "disable", "10.77.0.2:8001")["servers"]) == 2
    assert [line.split()[2] for line in lines(node, "show", "10.77.0.2:8001", "-br")] == ["maintenance"] * 2
    text = run(node, "pool", "enable", "10.77.0.2:8001").stdout
    assert text.count("ready") == 2, text
    assert [line.split()[2] for line in lines(node, "show", "10.77.0.2:8001", "-br")] == ["up"] * 2
    events = run(node, "events", "10.77.0.2:8001").stdout
    assert "drain" in events and "maintenance" in events
    assert len(run(node, "events", "10.77.0.2", "-br").stdout.splitlines()) >= 4


def test_weight(node):
    done = node.json("pool", "weight", "10.77.0.2:8001", "7", WEB)
    assert [(each["pool"], each["weight"]) for each in done["servers"]] == [(WEB, 7)]
    assert any("weight 7 set by an operator" in line for line in lines(node, "show", WEB))
    node.ctl("pool", "weight", "10.77.0.2:8001", "default")
    assert node.server(Server(node.lab, "node-b", 8001))["weight"] == 3


def test_health(node):
    health = json.loads(node.ctl("health", check=False).stdout)
    schemas.check(health, HEALTH, "health")
    found = {(each["severity"], each["kind"], each["subject"]) for each in health["problems"]}
    assert ("warning", "server", "10.77.0.2:8002") in found, found
    assert not any(kind in ("plane", "checker", "pool") for _, kind, _ in found), found


def test_completion(node):
    def completed(*words):
        return sorted(filter(None, output(["bash", "-c", BASH, "bash", "xbeatctl", "-i", node.instance, *words])))
    addresses = ["10.77.0.2:8001", "10.77.0.2:8002", "10.77.0.2:8003"]
    assert completed("pool", "drain", "10.77.0.2") == addresses
    assert completed("pool", "drain", "10.77.0.2:8001", "") == [DNS, WEB]
    assert completed("pool", "list", "") == [DNS, WEB]
    assert completed("pool", "show", "10.") == sorted([*addresses, DNS, WEB])


def test_no_pools(lab):
    node = Pools(lab, "node-b", block("vrrp_instance VI", "interface eth0", "virtual_router_id 9", "priority 1",
                                      block("virtual_ipaddress", "10.77.0.109"))).start()
    assert "no pools" in run(node, "pool").stdout
    assert node.json("pool")["pools"] == []
    assert "pools" not in node.ask("snapshot")


def test_top_has_a_line(node):
    with Terminal(node.ctl_argv("top", "-n", "0.2")) as terminal:
        terminal.wait_text("pools: 2 of 2 up; servers: 3 up, 1 down", "10.77.0.2:8002")
        terminal.press("q")
        assert terminal.wait_end() == 0
