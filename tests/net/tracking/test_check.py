# SPDX-License-Identifier: GPL-2.0-or-later
"""vrrp_check: a probe of the local service decides about the address, by weight or as a fault."""

import os
import signal
import time

import pytest

from tests.support.configuration import block, instance
from tests.support.hogs import hogs
from tests.support.laboratory import wait_until
from tests.support.web import Web
from tests.support.xbeatd import Xbeatd

PORT = 8080


def check(*lines, name="web", method=None, period="100ms", timeout="50ms", failures=3):
    method = method or block("http", f"connect_port {PORT}", "path /")
    return block(f"vrrp_check {name}", method, f"period {period}", f"timeout {timeout}", f"failure_threshold {failures}",
                 *lines)


def track(*lines):
    return block("track_check", *lines)


def track_events(daemon, earlier=False):
    return [event for event in daemon.events(earlier) if event["kind"] == "track"]


@pytest.fixture
def web(lab):
    return Web(lab, "node-a", PORT).start()


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("failure", ["hangs", "ends"])
def test_the_address_leaves_a_service_that_fails(lab, web, failure):
    """Known after at most failures × period + timeout, whether it hangs or refuses."""
    other = Xbeatd(lab, "node-b", instance("VI_1")).start_active()
    node = Xbeatd(lab, "node-a", check(), instance("VI_1", track("web"), priority=150)).start_active()
    failed_ns = time.time_ns()
    web.process.send_signal(signal.SIGSTOP if failure == "hangs" else signal.SIGKILL)
    other.wait_state("active")
    assert node.state() == "initialize" and node.vrrp()["obstacles"][0]["kind"] == "tracked"
    event = track_events(node)[-1]
    assert (event["subject"], event["from"], event["to"]) == ("check web", "up", "down")
    assert ("timeout" in event["reason"] or "timed out" in event["reason"] or "no answer" in event["reason"]
            ) if failure == "hangs" else "refused" in event["reason"], event
    assert "3 of 3" in event["reason"], event
    late_ms = (event["time_unix_ns"] - failed_ns) / 1e6
    assert late_ms < 3 * 100 + 50 + 200, late_ms  # and what the machine of the test adds
    explained = node.explain()
    assert "check web" in explained["said"], explained
    assert node.tracked("web")["status"] == "down"
    if failure == "hangs":
        web.process.send_signal(signal.SIGCONT)
    else:
        web.start()
    node.wait_state("active")
    other.wait_state("backup")


@pytest.mark.laboratory(nodes=1)
def test_weights_and_reverse(lab, web):
    node = Xbeatd(lab, "node-a", check(), check(name="turned"),
                  instance("VI_1", track("web weight 20", "turned weight 30 reverse"))).start_active()
    wait_until(lambda: node.priority() == 90, node.priority)
    assert {part["what"]: part["weight"] for part in node.explain()["priority_parts"]
            if part["what"].startswith("check")} == {"check web": 20, "check turned": -30}
    web.kill()
    wait_until(lambda: node.priority() == 100, node.priority)
    assert node.state() == "active", "a weight is no fault"


@pytest.mark.laboratory(nodes=1)
def test_in_a_sync_group(lab, web):
    group = block("vrrp_sync_group G", block("group", "VI_1", "VI_2"), track("web"))
    node = Xbeatd(lab, "node-a", check(), instance("VI_1"), instance("VI_2", vrid=52), group).start()
    for name in ("VI_1", "VI_2"):
        node.wait_state("active", name)
    web.kill()
    for name in ("VI_1", "VI_2"):
        node.wait_state("initialize", name)


@pytest.mark.laboratory(nodes=1)
def test_before_the_first_result(lab, web):
    """Without a weight it is awaited, so that no instance becomes Active first and has a fault then."""
    node = Xbeatd(lab, "node-a", check("initial_delay 2"), instance("VI_1", track("web"))).start()
    assert node.state() == "initialize" and node.tracked("web")["status"] == "unknown"
    assert "check web has no result yet" in node.explain()["said"]
    node.wait_state("active")
    assert [to for _, to in node.changes()].count("active") == 1


@pytest.mark.laboratory(nodes=1)
@pytest.mark.parametrize("initial,status", [("down", "down"), ("fully_up", "up")])
def test_initial_state(lab, web, initial, status):
    node = Xbeatd(lab, "node-a", check("initial_delay 3", f"initial_state {initial}"),
                  instance("VI_1", track("web"))).start()
    assert node.tracked("web")["status"] == status
    node.wait_state("active")


@pytest.mark.laboratory(nodes=1)
def test_success_threshold(lab, web):
    web.kill()
    node = Xbeatd(lab, "node-a", check("success_threshold 4"), instance("VI_1", track("web"))).start()
    wait_until(lambda: node.tracked("web")["status"] == "down", "it is down")
    web.start()
    node.wait_state("active")
    assert "4 of 4" in track_events(node)[-1]["reason"], track_events(node)[-1]


@pytest.mark.laboratory(nodes=1)
def test_a_restart_keeps_the_status(lab, web):
    node = Xbeatd(lab, "node-a", check(), instance("VI_1", track("web"))).start_active()
    web.kill()
    node.wait_state("initialize")
    node.restart()
    assert node.tracked("web")["status"] == "down" and node.state() == "initialize"
    time.sleep(0.5)
    assert track_events(node) == [], "nothing has changed"
    web.start()
    node.wait_state("active")
    node.restart()
    assert node.tracked("web")["status"] == "up" and node.state() == "active"


@pytest.mark.laboratory(nodes=1)
@pytest.mark.parametrize("way", ["restart", "crash"])
def test_one_failure_after_a_restart_is_no_fault(lab, way):
    """A state that was kept takes failure_threshold failures, unlike that of a check without a result."""
    fails = lab.path("fails")
    command = lab.write("once.sh", f"#!/bin/sh\n! rm {fails} 2>/dev/null\n", mode=0o755)
    os.chmod(lab.directory, 0o755)
    node = Xbeatd(lab, "node-a", block("global_defs", "script_user root"),
                  check("initial_delay 1", method=block("exec", f"misc_path {command}"), timeout="1"),
                  instance("VI_1", track("web"))).start_active()
    if way == "restart":
        node.restart()
    else:
        node.process.end(9)
        node.start()
    fails.touch()
    wait_until(lambda: not fails.exists(), "the check has failed")
    node.wait_state("active")
    time.sleep(0.5)
    assert "down" not in [event["to"] for event in track_events(node)], track_events(node)
    assert node.state() == "active"


@pytest.mark.laboratory(nodes=1)
def test_a_reload_adds_changes_and_removes(lab, web):
    node = Xbeatd(lab, "node-a", instance("VI_1")).start_active()
    node.reload(check(), instance("VI_1", track("web weight 20")))
    wait_until(lambda: node.priority() == 120, node.priority)
    node.reload(check(method=block("tcp", "connect_port 1")), instance("VI_1", track("web weight 20")))
    wait_until(lambda: node.priority() == 100, node.priority)
    node.reload(instance("VI_1"))
    assert [each for each in node.json("tracking") if each["kind"] == "check"] == []


@pytest.mark.laboratory(nodes=1)
def test_every_ten_milliseconds(lab, web):
    """By TCP: a service that ends is known after three refusals."""
    node = Xbeatd(lab, "node-a", check(method=block("tcp", f"connect_port {PORT}"), period="10ms"),
                  instance("VI_1", track("web"))).start_active()
    failed_ns = time.time_ns()
    web.kill()
    node.wait_state("initialize")
    late_ms = (track_events(node)[-1]["time_unix_ns"] - failed_ns) / 1e6
    assert late_ms < 3 * 10 + 50 + 200, late_ms


@pytest.mark.alone
@pytest.mark.laboratory(nodes=1)
def test_hogs_are_no_fault(lab, web):
    """A machine full of hogs delays probes and the service alike: own stalls count as no failure."""
    node = Xbeatd(lab, "node-a", check(timeout="1"), instance("VI_1", track("web"))).start_active()
    with hogs(4 * os.cpu_count(), 20):
        time.sleep(12)
        assert node.state() == "active"
    assert [event["to"] for event in track_events(node)] == ["up"]
