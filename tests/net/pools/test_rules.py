# SPDX-License-Identifier: GPL-2.0-or-later
"""How often a server is checked, and how many results change its state: each keyword from a configuration
to what the daemon makes of it."""

import pytest

from tests.support.configuration import block
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server

pytestmark = pytest.mark.laboratory(nodes=2)


@pytest.fixture
def server(lab):
    return Server(lab, "node-b", 8001)


def check(*lines):
    return block("TCP_CHECK", "connect_timeout 1", *lines)


def start(lab, server, *lines, other=(), globals_lines=()):
    """A check with these lines; beside it one of the same server, whose runs are the clock of the test."""
    clock = check("retry 1000000", "initial_state fully_up", f"connect_port {server.port + 1}", *other)
    return Pools(lab, "node-a", *([block("global_defs", *globals_lines)] if globals_lines else []),
                 virtual_server(real_server(server, check=check(*lines) + clock))).start()


def checks(node, server):
    return node.server(server)["checks"]


def wait_clock(node, server, count=6):
    """Waits until the other check has had so many runs more."""
    first = checks(node, server)[1]["results"]["bad"]
    wait_until(lambda: checks(node, server)[1]["results"]["bad"] >= first + count, "the other check is made")


@pytest.mark.parametrize("lines, failures", [
    (("retry 0",), 1), (("retry 3",), 4), (("retry 3", "down_interval 3600"), 1), (("fall 3",), 3),
    (("retry 3", "initial_state fully_up"), 4),
    (("fall 5", "startup { failures 2 \ninterval 0.1 \n}"), 2), (("retry 0", "startup { failures 4 \ninterval 0.1 \n}"), 4)])
def test_so_many_failures(lab, server, lines, failures):
    """Of a server that was good before; startup counts from the start on; else the first failure of all is
    enough."""
    if lines[-1].split()[0] not in ("startup", "down_interval"):
        server.start()
    node = start(lab, server, *lines)
    if server.process:
        node.wait_checked(server)
        server.stop()
    node.wait_server(server, "down")
    assert f" {failures} of {failures};" in node.server(server)["reason"], node.server(server)


def test_startup_is_over_with_the_first_success(lab, server):
    server.start()
    node = start(lab, server, "retry 0", "startup { failures 1000 \ninterval 0.1 \n}")
    node.wait_checked(server)
    server.stop()
    assert "1 of 1" in node.wait_server(server, "down")["reason"]


def test_startup_has_its_own_interval(lab, server):
    node = start(lab, server, "delay_loop 3600", "startup { failures 3 \ninterval 0.1 \n}")
    node.wait_server(server, "down")
    wait_clock(node, server)
    assert checks(node, server)[0]["results"]["bad"] == 3


@pytest.mark.parametrize("lines, state", [((), "up"), (("alpha",), "down"), (("initial_state down",), "down"),
                                          (("initial_state fully_down",), "down"), (("initial_state up",), "up")])
def test_initial_state_and_warmup(lab, server, lines, state):
    """Before the first check, which the warm-up delays."""
    server.start()
    node = start(lab, server, "warmup 1000000", *lines)
    wait_clock(node, server, 3)
    found = checks(node, server)[0]
    assert (found["state"], found["unchecked"], node.server(server)["state"]) == (state, True, state)


@pytest.mark.parametrize("lines, successes", [(("rise 3",), 3), (("rise 3", "initial_state fully_down"), 3),
                                              (("rise 3", "initial_state down"), 1), ((), 1)])
def test_so_many_successes(lab, server, lines, successes):
    begins_down = "initial_state" in "".join(lines)
    if begins_down:
        server.start()
    node = start(lab, server, "retry 0", *lines)
    if not begins_down:
        node.wait_server(server, "down")
        server.start()
    up = node.wait_server(server, "up")
    assert up["reason"].endswith(f" {successes} of {successes}"), up


def test_down_interval(lab, server):
    node = start(lab, server, "retry 0", "down_interval 3600")
    node.wait_server(server, "down")
    wait_clock(node, server)
    assert checks(node, server)[0]["results"]["bad"] == 1


@pytest.mark.parametrize("name", ["fast_interval", "delay_before_retry"])
def test_interval_while_results_contradict(lab, server, name):
    """Failures follow one another at it; without it the next one would be in an hour."""
    node = start(lab, server, "retry 4", "initial_state fully_up", "delay_loop 3600", f"{name} 0.1")
    node.wait_server(server, "down")
    wait_clock(node, server)
    assert checks(node, server)[0]["results"]["bad"] == 5


def flap(node, server):
    """Down, up and down again: the third change is one too many."""
    node.wait_checked(server)
    server.stop()
    node.wait_server(server, "down")
    server.start()
    node.wait_server(server, "up")
    server.stop()
    node.wait_server(server, "down")
    server.start()


def test_flap_damping(lab, server):
    """It stays down although it is good."""
    server.start()
    node = start(lab, server, "retry 0", "flap_damping { changes 3 \nwindow 3600 \nhold 3600 \n}")
    flap(node, server)
    wait_until(lambda: checks(node, server)[0]["good_count"] >= 5, "good results")
    held = checks(node, server)[0]
    assert held["state"] == "down" and 0 < held["held_ns"] <= 3600 * 10**9
    assert "flap_damping" in " ".join(node.ask("pool_explain", server=server.address)[0]["lines"])
    held = [event["reason"] for event in node.of_kind("server") if "(flap_damping)" in event["reason"]]
    assert len(held) == 1 and "held down for " in held[0], node.events()


def test_flap_damping_ends(lab, server):
    server.start()
    node = start(lab, server, "retry 0", "flap_damping { changes 3 \nwindow 3600 \nhold 0.5 \n}")
    flap(node, server)
    node.wait_server(server, "up")


@pytest.mark.parametrize("where", ["check", "global", "none"])
def test_log_all_failures(lab, server, where):
    """Those that a retry makes up for, too."""
    node = start(lab, server, "retry 1000", "initial_state fully_up", *(["log_all_failures"] if where == "check" else []),
                 globals_lines=["checker_log_all_failures"] if where == "global" else [],
                 other=["log_all_failures off"])
    wait_until(lambda: checks(node, server)[0]["results"]["bad"] > 3, "it fails")
    wait_clock(node, server, 1)
    lines = [line for line in node.process.output().splitlines() if "connection refused" in line]
    assert bool(lines) == (where != "none"), node.process.output()
    assert all(f"server {server.address} of pool" in line and " of 1001; never good" in line for line in lines), lines
