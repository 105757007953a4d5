# SPDX-License-Identifier: GPL-2.0-or-later
"""Daemons that stall for a while: short, long, and several at once."""

import signal
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, instance
from tests.support.laboratory import wait_until
from tests.support.moment import stop_for
from tests.support.xbeatd import Xbeatd


@pytest.fixture
def quick(lab):
    return Cluster(lab, Settings(advert_interval="0.1")).start_active()


def changes(daemon, since):
    """Events of a daemon about others and itself, except its own stall."""
    return [event for event in daemon.events()[since:] if event["kind"] in ("peer", "link", "vrrp")]


def test_short_stall_of_the_active_changes_nothing(lab, quick):
    """Half of daemon_timeout."""
    before = {node: len(quick[node].events()) for node in lab.nodes}
    stop_for(0.15, quick["node-a"].process)
    time.sleep(0.5)
    assert {node: changes(quick[node], before[node]) for node in lab.nodes} == \
           {node: [] for node in lab.nodes}
    assert lab.holders(VIP) == ["node-a"]


def test_long_stall_of_the_active_ends_with_one_active(lab, quick):
    stop_for(1, quick["node-a"].process)
    activation, = quick["node-b"].activations()
    assert "has fenced the addresses" in activation["reason"], activation
    assert quick["node-c"].activations() == [], "two nodes took over"
    quick.wait_up()
    wait_until(lambda: len(lab.holders(VIP)) == 1, "one node has the address")
    time.sleep(0.5)
    states = [quick[node].state() for node in lab.nodes]
    assert sorted(states) == ["active", "backup", "backup"]
    assert lab.holders(VIP) == [lab.nodes[states.index("active")]]


@pytest.mark.laboratory(nodes=2)
def test_nodes_that_stalled_together_do_not_accuse_each_other(lab, quick):
    """Neither has heard the other, because neither has asked."""
    before = {node: len(quick[node].events()) for node in lab.nodes}
    stop_for(1, quick["node-a"].process, quick["node-b"].process)
    time.sleep(0.3)
    assert all(any(event["kind"] == "stall" for event in quick[node].events()[before[node]:])
               for node in lab.nodes)
    accusations = {node: [event for event in changes(quick[node], before[node])
                          if event["to"] in ("down", "unreachable", "one-way")]
                   for node in lab.nodes}
    assert accusations == {node: [] for node in lab.nodes}
    quick.wait_up()
    quick.wait_holder("node-a")


def test_death_during_a_stall_is_found_a_detection_time_after_waking(lab):
    """No sooner, because no node was asked meanwhile; and no later, because nothing was heard."""
    cluster = Cluster(lab, Settings(interval="20ms", multiplier=5, daemon_timeout="3s",
                                    advert_interval="0.1")).start_active()
    backups = [cluster[node] for node in ("node-b", "node-c")]
    for daemon in backups:
        daemon.process.send_signal(signal.SIGSTOP)
    lab.cut("node-a")
    time.sleep(1)
    woke = lab.moment(lambda: [daemon.process.send_signal(signal.SIGCONT) for daemon in backups])
    cluster["node-b"].wait_state("active")
    for daemon in backups:
        event = next(event for event in daemon.events() if event["kind"] == "peer" and event["to"] == "down")
        # It waits for others as long as they may take to notice it.
        assert woke.most_ms(event) > 99 and woke.least_ms(event) < 100 + 25 + 50, event
    activation, = cluster["node-b"].activations()
    assert woke.least_ms(activation) < 175, activation
    assert not cluster["node-c"].activations()


@pytest.mark.laboratory(nodes=1)
def test_active_without_heartbeats_reports_its_stall(lab):
    """One event, however many instances it has."""
    node = Xbeatd(lab, "node-a", instance("VI_1"), instance("VI_2", vrid=52)).start_active("VI_2")
    stop_for(0.3, node.process)
    said = wait_until(lambda: [event["reason"] for event in node.events()
                               if event["kind"] == "stall"], "it reports its stall")
    assert len(said) == 1 and "it sent no adverts" in said[0], said
