# SPDX-License-Identifier: GPL-2.0-or-later
"""Two directors: what an operator asks on one of them holds on both, and survives it; what differs is
reported."""

import pytest

from tests.support.compared import compared
from tests.support.configuration import heartbeat, write_key
from tests.support.laboratory import wait_until
from tests.support.pools import VIP, Pools, Server, real_server, virtual_server

pytestmark = pytest.mark.laboratory(nodes=3)
DIRECTORS = ("node-a", "node-b")
POOL = f"{VIP}:80/tcp"


@pytest.fixture
def servers(lab):
    return [Server(lab, "node-c", port).start() for port in (8001, 8002)]


def director(lab, node, key, *pools, start=True):
    daemon = Pools(lab, node, heartbeat(lab, key_file=key), *pools)
    return daemon.start() if start else daemon


@pytest.fixture
def pair(lab, servers):
    key = write_key(lab)
    daemons = [director(lab, node, key, virtual_server(*map(real_server, servers))) for node in DIRECTORS]
    for daemon in daemons:
        daemon.wait_checked(*servers)
    return daemons


def wait_same(pair, server, **expected):
    for daemon in pair:
        wait_until(lambda: {name: daemon.server(server).get(name) for name in expected} == expected,
                   lambda: f"{daemon.node}: {expected}: {daemon.server(server)}")


def test_an_order_holds_on_both(servers, pair):
    one, other = pair
    one.ctl("pool", "drain", servers[0].address)
    wait_same(pair, servers[0], state="drain")
    event = next(event for event in other.of_kind("server") if event["to"] == "drain")
    assert "on node-a" in event["reason"], event
    other.ctl("pool", "enable", servers[0].address)
    wait_same(pair, servers[0], state="up")
    other.ctl("pool", "weight", servers[1].address, "7")
    wait_same(pair, servers[1], weight=7)
    one.ctl("pool", "disable", servers[1].address)
    wait_same(pair, servers[1], state="maintenance", operator_weight=7)
    assert [compared(daemon) for daemon in pair] == [[], []]


def test_a_second_drain_with_a_time_ends_on_both(servers, pair):
    one, other = pair
    one.ctl("pool", "drain", servers[0].address)
    wait_same(pair, servers[0], state="drain")
    assert "drain_left_ns" not in other.server(servers[0])
    one.ctl("pool", "drain", servers[0].address, "-t", "10m")
    wait_until(lambda: "drain_left_ns" in other.server(servers[0]), "no time of the drain on node-b")
    left_ns = [node.server(servers[0])["drain_left_ns"] for node in pair]
    assert abs(left_ns[0] - left_ns[1]) < 10 * 10**9


def test_the_newest_holds_after_a_node_was_away(servers, pair):
    one, other = pair
    one.ctl("pool", "drain", servers[0].address)
    one.ctl("pool", "drain", servers[1].address)
    wait_same(pair, servers[0], state="drain")
    wait_same(pair, servers[1], state="drain")
    other.kill()
    one.ctl("pool", "enable", servers[0].address)
    other.start()
    wait_same(pair, servers[0], state="up")
    assert other.server(servers[1])["state"] == "drain"


def test_a_node_that_comes_back_with_nothing_learns_it(servers, pair):
    """As after a boot: /run is empty."""
    one, other = pair
    one.ctl("pool", "disable", servers[0].address)
    wait_same(pair, servers[0], state="maintenance")
    one.stop()
    one.socket.with_suffix(".saved").unlink()
    one.start()
    wait_same(pair, servers[0], state="maintenance")


def test_an_order_survives_both_restarts_and_a_reload(servers, pair):
    one, other = pair
    one.ctl("pool", "drain", servers[0].address)
    wait_same(pair, servers[0], state="drain")
    one.restart()
    assert one.server(servers[0])["state"] == "drain"
    other.kill()
    other.start()
    assert other.server(servers[0])["state"] == "drain"
    other.ctl("reload")
    one.ctl("pool", "enable", servers[0].address)
    wait_same(pair, servers[0], state="up")


def test_an_order_for_a_server_that_comes_later(lab, servers):
    """Only one node has the server when it is drained; the other obeys when it has it, too."""
    key = write_key(lab)
    one = director(lab, "node-a", key, virtual_server(*map(real_server, servers)))
    other = director(lab, "node-b", key, virtual_server(real_server(servers[1])))
    one.ctl("pool", "drain", servers[0].address)
    wait_until(lambda: compared(other), "the statement has come")
    other.reload(heartbeat(lab, key_file=key), virtual_server(*map(real_server, servers)))
    wait_same((one, other), servers[0], state="drain")


def test_pools_that_differ_are_reported(lab, servers):
    key = write_key(lab)
    one = director(lab, "node-a", key, virtual_server("quorum 2", *map(real_server, servers)))
    other = director(lab, "node-b", key, virtual_server(*map(real_server, servers)))
    for daemon in (one, other):
        wait_until(lambda: compared(daemon), "it is reported")
        (subject, to, reason), = compared(daemon)
        assert (subject, to) == (f"pool {POOL}", "differs") and f"virtual_server {POOL}" in reason
        difference, = daemon.json("cluster")["disagreements"]
        assert difference["location"].split(":")[0] == str(daemon.configuration)
    other.reload(heartbeat(lab, key_file=key), virtual_server("quorum 2", *map(real_server, servers)))
    for daemon in (one, other):
        wait_until(lambda: [to for _, to, _ in compared(daemon)] == ["differs", "agrees"], "the agreement is reported")


def test_a_pool_that_only_one_has(lab, servers):
    key = write_key(lab)
    more = virtual_server(real_server(servers[0]), port=81)
    one = director(lab, "node-a", key, virtual_server(real_server(servers[0])), more)
    other = director(lab, "node-b", key, virtual_server(real_server(servers[0])))
    for daemon, values in ((one, ("settings", "missing")), (other, ("missing", "settings"))):
        wait_until(lambda: daemon.json("cluster")["disagreements"], "it is reported")
        difference, = daemon.json("cluster")["disagreements"]
        assert (difference["own"].split()[0], difference["other"].split()[0]) == values


def test_a_server_that_only_one_reaches(lab, servers, pair):
    one, other = pair
    lab.run("node-a", "nft", f"add table ip cut; add chain ip cut out {{ type filter hook output priority 0; }}; "
            f"add rule ip cut out ip daddr {servers[0].ip} tcp dport {servers[0].port} reject with tcp reset")
    one.wait_server(servers[0], "down")
    wait_until(lambda: compared(other), "the difference is reported")
    (subject, to, reason), = compared(other)
    assert (subject, to) == (f"server {servers[0].address}", "differs") and "up here" in reason and "down on node-a" in reason
    lab.run("node-a", "nft", "delete table ip cut")
    wait_until(lambda: [to for _, to, _ in compared(other)] == ["differs", "agrees"], "they agree again")
