# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations at their limits: the daemon starts, decides, reloads and stays punctual."""

import os
import time

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.pools import VIP, Pools, Server, real_server, tcp, virtual_server
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
ADVERT = "0.05"


@pytest.fixture
def servers(lab):
    return [Server(lab, "node-b", port).start() for port in (8001, 8002)]


def watched(lab, *texts):
    """The daemon, and another one that reports a late advert."""
    node = Pools(lab, "node-a", instance(priority=150, advert_int=ADVERT), *texts).start_active()
    other = Xbeatd(lab, "node-b", instance(advert_int=ADVERT)).start()
    other.wait_state("backup")
    return node, other, other.last_event()


def assert_punctual(other, mark):
    assert not [event for event in other.events_since(mark) if event["kind"] == "vrrp"], "adverts came on time"


def group_pool(*servers, plane="none"):
    return block("virtual_server group all", "delay_loop 0.1", "warmup 0", "lvs_sched wlc", "lvs_method NAT",
                 "protocol TCP", f"data_plane {plane}", *map(real_server, servers))


@pytest.mark.parametrize("plane", ["none", "ipvs"])
def test_a_group_of_65536_addresses(lab, servers, plane):
    group = block("virtual_server_group all", "10.200.0.0/16 80")
    node, other, mark = watched(lab, group, group_pool(*servers, plane=plane))
    name = node.pools()["pools"][0]["name"]
    node.wait_server(servers[0], "up", name)
    servers[0].stop()
    node.wait_server(servers[0], "down", name)
    node.reload(instance(priority=150, advert_int=ADVERT), group, group_pool(servers[1], servers[0], plane=plane))
    assert node.server(servers[0], name)["state"] == "down"
    assert len(node.pools()["pools"][0]["services"]) == 16
    assert_punctual(other, mark)


def test_paths_of_300_characters(lab, servers):
    folder = lab.directory
    for number in range(6):
        folder /= str(number) * 50
        folder.mkdir()
    path = folder / "check.sh"
    path.write_text("#!/bin/sh\nexit 0\n")
    path.chmod(0o755)
    os.chmod(lab.directory, 0o755)
    assert len(str(path)) > 300
    check = block("MISC_CHECK", f'misc_path "{path}"', "misc_timeout 5", "retry 0")
    node = Pools(lab, "node-a", block("global_defs", "script_user root"),
                 virtual_server("alpha", real_server(servers[0], f'notify_up "{path}"', check=check))).start()
    node.wait_server(servers[0], "up")
    assert node.server(servers[0])["checks"][0]["target"] == str(path)


def test_weights_of_nothing_quorums_of_more_and_no_checks(lab, servers):
    one, two = servers
    node = Pools(lab, "node-a", virtual_server(
        "quorum 5", "hysteresis 4", real_server(one, "weight 0"), real_server(two, "weight 3", check=""))).start()
    node.wait_checked(one)
    pool = node.pool()
    assert (pool["state"], pool["quorum"]["alive_weight"]) == ("down", 3)
    assert node.server(two)["state"] == "up" and node.server(two)["checks"] == []
    node.reload(virtual_server(real_server(one, "weight 0"), real_server(two, "weight 0", check="")))
    assert node.pool()["state"] == "down"
    one.stop()
    node.wait_server(one, "down")
    node.reload(virtual_server("quorum 2147483647", real_server(one, "weight 65535")))
    assert node.pool()["state"] == "down"
    one.start()
    node.wait_server(one, "up")
    assert node.pool()["quorum"]["alive_weight"] == 65535


def test_what_is_twice_is_reported(lab, servers):
    one, _ = servers
    node = Pools(lab, "node-a", virtual_server(real_server(one))).start()
    assert "already" in node.refused_reload(virtual_server(real_server(one)), virtual_server(real_server(one)))
    node.reload(virtual_server(real_server(one), real_server(one)))
    node.wait_server(one, "up")
    one.stop()
    node.wait_server(one, "down")
    assert node.pool()["servers_by_state"]["up"] == 0, node.pool()


def test_restarts_while_servers_fail(lab, servers):
    """Each successor goes on where the one before has ended."""
    text = virtual_server("alpha", *map(real_server, servers))
    node, other, mark = watched(lab, text)
    for turn in range(6):
        server = servers[turn % 2]
        server.stop() if server.process.running() else server.start()
        time.sleep(0.05 * turn)
        node.restart()
    wait_until(node.ready, "it answers")
    for server in servers:
        node.wait_server(server, "up" if server.process.running() else "down")
    assert_punctual(other, mark)
