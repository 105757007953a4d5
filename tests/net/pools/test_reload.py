# SPDX-License-Identifier: GPL-2.0-or-later
"""What stays over a reload, a restart and a crash."""

import os
import pwd
import signal

import pytest

from tests.support.checker import status
from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.pools import VIP, Pools, Server, real_server, tcp, virtual_server

pytestmark = pytest.mark.laboratory(nodes=2)
SECOND = f"{VIP}:81/tcp"


@pytest.fixture
def servers(lab):
    return [Server(lab, "node-b", port).start() for port in (8001, 8002, 8003)]


def test_states_stay(lab, servers):
    """A server that is down stays down without another event; a new one comes, another goes."""
    one, two, three = servers
    node = Pools(lab, "node-a", virtual_server(real_server(one), real_server(two))).start()
    node.wait_checked(one, two)
    one.stop()
    before = node.wait_server(one, "down")
    mark = node.last_event()
    node.reload(virtual_server(real_server(three), real_server(one)))
    after = node.server(one)
    assert after["state"] == "down" and after["changes"] == before["changes"]
    assert after["state_age_ns"] > before["state_age_ns"] and after["reason"] == before["reason"]
    node.wait_checked(three)
    assert node.server(three)["present"]
    assert [(event["subject"], event["to"]) for event in node.events_since(mark) if event["kind"] == "server"] == [
        (two.address, "down")]
    assert [event for event in node.events_since(mark)
            if event["reason"].endswith("; pools 0 added, 1 changed, 0 removed, 0 unchanged")]
    assert node.pool()["state"] == "up"
    one.start()
    node.wait_server(one, "up")


def test_other_weights_and_intervals(lab, servers):
    one, _, _ = servers
    node = Pools(lab, "node-a", virtual_server(real_server(one))).start()
    node.wait_checked(one)
    node.reload(virtual_server(real_server(one, "weight 5", check=tcp("delay_loop 0.05"))))
    assert node.server(one)["weight"] == 5 and "unchecked" not in node.server(one)["checks"][0]
    assert node.of_kind("server") == []


def test_pools_come_and_go(lab, servers):
    one, two, _ = servers
    node = Pools(lab, "node-a", virtual_server(real_server(one))).start()
    node.reload(virtual_server(real_server(one)), virtual_server(real_server(two), port=81))
    node.wait_quorum("up", SECOND)
    assert len(node.pools()["pools"]) == 2
    node.reload(virtual_server(real_server(two), port=81))
    assert [pool["name"] for pool in node.pools()["pools"]] == [SECOND]
    assert [(event["subject"], event["to"]) for event in node.of_kind("pool")][-1] == (f"{VIP}:80/tcp", "down")
    two.stop()
    node.wait_server(two, "down", SECOND)


def test_from_no_pools_and_to_none(lab, servers):
    one, _, _ = servers
    node = Pools(lab, "node-a", instance()).start()
    assert node.pools()["pools"] == [] and node.pools()["checker"]["state"] == "none"
    assert "pools" not in node.ask("snapshot")
    node.reload(instance(), virtual_server(real_server(one)))
    node.wait_checked(one)
    assert node.ask("snapshot")["pools"]["pools"][0]["name"] == f"{VIP}:80/tcp"
    node.reload(instance())
    wait_until(lambda: node.pools()["checker"]["state"] == "none", "no checker runs without checks")


def replace(node, end):
    """By the next daemon."""
    if end == "restart":
        node.restart()
        wait_until(node.ready, "the new one answers")
    else:
        node.kill()
        node.start()


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_a_server_that_was_down_stays_down(lab, servers, end):
    """The next daemon gives it no connection before it has been checked."""
    one, two, _ = servers
    node = Pools(lab, "node-a", virtual_server(real_server(one), real_server(two))).start()
    node.wait_checked(one, two)
    one.stop()
    node.wait_server(one, "down")
    replace(node, end)
    assert node.server(one)["state"] == "down" and not node.server(one)["present"]
    node.wait_checked(one, two)
    assert node.of_kind("server") == []
    assert [event["to"] for event in node.of_kind("pool")] == ([] if end == "restart" else ["up"])
    one.start()
    node.wait_server(one, "up")


@pytest.mark.parametrize("end", ["restart", "kill"])
def test_a_server_that_was_up_is_not_new(lab, servers, end):
    """With alpha, too, it serves on, and one failure of four is none."""
    one, _, _ = servers
    fails = lab.path("fails")
    command = lab.write("once.sh", f"#!/bin/sh\n! rm {fails} 2>/dev/null\n", mode=0o755)
    os.chmod(lab.directory, 0o755)
    check = block("MISC_CHECK", f"misc_path {command}", "retry 3", "delay_before_retry 0.1")
    node = Pools(lab, "node-a", block("global_defs", "script_user root"),
                 virtual_server("alpha", real_server(one, check=check))).start()
    node.wait_server(one, "up")
    replace(node, end)
    fails.touch()
    assert node.server(one)["state"] == "up" and node.server(one)["present"]
    wait_until(lambda: not fails.exists(), "the check has failed")
    wait_until(lambda: node.server(one)["checks"][0]["results"]["good"] > 1, "it goes on")
    assert node.of_kind("server") == []


def test_another_user_of_the_checker(lab, servers):
    """It holds at once, and for a checker that is started after the reload."""
    def texts(user):
        return block("global_defs", f"checker_user {user}"), virtual_server(*map(real_server, servers))

    def wait_user(user, starts):
        def found():
            checker = node.pools()["checker"]
            return checker["state"] == "running" and checker["start_count"] == starts and status(
                checker["pid"])["Uid"].split()[0] == str(pwd.getpwnam(user).pw_uid)
        wait_until(found, lambda: f"checker number {starts} is of {user}: {node.pools()['checker']}")
        return node.pools()["checker"]["pid"]
    node = Pools(lab, "node-a", *texts("games")).start()
    os.kill(wait_user("games", 1), signal.SIGKILL)
    wait_user("games", 2)
    node.reload(*texts("daemon"))
    os.kill(wait_user("daemon", 3), signal.SIGKILL)
    wait_user("daemon", 4)
    node.reload(*texts("daemon"))
    wait_user("daemon", 4)
