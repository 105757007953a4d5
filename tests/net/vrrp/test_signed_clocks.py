# SPDX-License-Identifier: GPL-2.0-or-later
"""auth_hmac when clocks are set, on either side, in both directions: no lasting second owner.

anti_replay time: while the clocks differ by more than time_window there are two Actives without
heartbeats, as with keepalived, and none more when they agree again, whichever was set. With heartbeats
there is one throughout. anti_replay monotonic: there is one throughout, also across a restart after
a clock that was wrong and is set back."""

import re

import pytest

from tests.net.vrrp.test_signed import PRIORITIES, refusals, signing, start_both, text_of, wait_accepted
from tests.support.clock import Clock
from tests.support.configuration import VIP, heartbeat
from tests.support.laboratory import STATE, wait_until
from tests.support.signed import auth_hmac
from tests.support.xbeatd import Xbeatd, wait_up

pytestmark = pytest.mark.laboratory(nodes=2)
HOUR_S, TEN_YEARS_S = 3600, 315576000
STEPS_S = (HOUR_S, -HOUR_S, TEN_YEARS_S, -TEN_YEARS_S)


@pytest.fixture(name="clocks")
def fixture_clocks(lab):
    return {node: Clock(lab, node) for node in lab.nodes}


def start_clocked(lab, clocks, anti_replay):
    daemons = start_both(lab, auth_hmac(f"anti_replay {anti_replay}"),
                         before={node: clock.command() for node, clock in clocks.items()})
    wait_accepted(daemons["node-b"])
    return daemons


def check_one_owner(lab, daemons):
    """It is node-a, because node-b accepts its adverts."""
    daemons["node-a"].wait_state("active")
    daemons["node-b"].wait_state("backup")
    wait_accepted(daemons["node-b"])
    lab.wait_holders(VIP, ["node-a"])


def transitions(daemons):
    return {node: daemon.vrrp()["transitions"] for node, daemon in daemons.items()}


@pytest.mark.parametrize("node", PRIORITIES)
def test_time(lab, clocks, node):
    daemons = start_clocked(lab, clocks, "time")
    for seconds in STEPS_S:
        clocks[node].set(seconds)
        daemons["node-b"].wait_state("active")
        stale = wait_until(lambda: [note for note in signing(daemons["node-b"])["notes"] if note["kind"] == "stale"],
                           "it reports the clocks")
        ahead_s = seconds if node == "node-a" else -seconds
        assert abs(stale[0]["clock_ahead_s"] - ahead_s) <= 2
        clocks[node].set(0)
        check_one_owner(lab, daemons)
    for seconds in STEPS_S:  # the other one's is set, too
        clocks[node].set(seconds)
        daemons["node-b"].wait_state("active")
        for clock in clocks.values():
            clock.set(seconds)
        check_one_owner(lab, daemons)
    assert set(refusals(daemons["node-b"])) <= {"stale"}


@pytest.mark.parametrize("node", PRIORITIES)
def test_time_with_heartbeats(lab, clocks, node):
    daemons = {each: Xbeatd(lab, each, heartbeat(lab), text_of(each, "heartbeat lan", auth_hmac()))
               for each in PRIORITIES}
    daemons["node-a"].start(*clocks["node-a"].command()).wait_state("active")
    daemons["node-b"].start(*clocks["node-b"].command())
    wait_up(*daemons.values())
    wait_accepted(daemons["node-b"])
    before = transitions(daemons)
    for seconds in STEPS_S:
        count = refusals(daemons["node-b"]).get("stale", 0)
        clocks[node].set(seconds)
        wait_until(lambda: refusals(daemons["node-b"]).get("stale", 0) > count + 10, "stale adverts")
        assert re.search("its clock is [0-9]+ s (ahead|behind)", daemons["node-b"].explain()["said"])
        clocks[node].set(0)
        check_one_owner(lab, daemons)
    assert transitions(daemons) == before


@pytest.mark.parametrize("node", PRIORITIES)
def test_monotonic(lab, clocks, node):
    daemons = start_clocked(lab, clocks, "monotonic")
    before = transitions(daemons)
    for seconds in STEPS_S:
        for ahead_s in (seconds, 0):
            clocks[node].set(ahead_s)
            wait_accepted(daemons["node-b"])
    assert transitions(daemons) == before
    assert [refusals(daemon) for daemon in daemons.values()] == [{}, {}]


@pytest.mark.parametrize("seconds, end", [(HOUR_S, "stop"), (TEN_YEARS_S, "stop"), (TEN_YEARS_S, "kill")])
def test_monotonic_and_a_restart(lab, clocks, seconds, end):
    """Its numbers go on after the highest one."""
    daemons = start_clocked(lab, clocks, "monotonic")
    clocks["node-a"].set(seconds)
    wait_accepted(daemons["node-b"])
    clocks["node-a"].set(0)
    wait_accepted(daemons["node-b"])
    getattr(daemons["node-a"], end)()
    daemons["node-a"].start(*clocks["node-a"].command())
    check_one_owner(lab, daemons)
    assert refusals(daemons["node-b"]) == {}


def test_monotonic_and_an_instance_that_returns(lab, clocks):
    """A reload removes the instance, another one adds it again."""
    daemons = start_clocked(lab, clocks, "monotonic")
    clocks["node-a"].set(HOUR_S)
    wait_accepted(daemons["node-b"])
    clocks["node-a"].set(0)
    text = text_of("node-a", auth_hmac("anti_replay monotonic"))
    daemons["node-a"].reload(text.replace("VI_1", "VI_2").replace("virtual_router_id 51", "virtual_router_id 52"))
    daemons["node-b"].wait_state("active")
    daemons["node-a"].reload(text)
    check_one_owner(lab, daemons)
    assert refusals(daemons["node-b"]) == {}


def test_monotonic_and_a_node_without_its_past(lab, clocks):
    """The remedy when the machine was replaced: a start of the others, which forget."""
    daemons = start_clocked(lab, clocks, "monotonic")
    clocks["node-a"].set(-HOUR_S)
    daemons["node-a"].stop()
    for path in STATE.glob(f"{lab.instance('node-a')}.*"):
        path.unlink()
    daemons["node-b"].wait_state("active")
    daemons["node-a"].start(*clocks["node-a"].command())
    wait_until(lambda: "replay" in refusals(daemons["node-b"]), "its adverts are refused")
    assert "restart xbeatd" in daemons["node-b"].explain()["said"]
    daemons["node-b"].stop()
    daemons["node-b"].start(*clocks["node-b"].command())
    check_one_owner(lab, daemons)
