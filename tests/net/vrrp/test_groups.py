# SPDX-License-Identifier: GPL-2.0-or-later
"""Sync groups: their start as a whole, heartbeats, and when a better node may take over."""

import time

import pytest

from tests.support.configuration import VIP, block, heartbeat, instance, sync_group
from tests.support.laboratory import wait_until
from tests.support.moment import moment_of
from tests.support.xbeatd import Xbeatd, wait_up

GROUP = sync_group("both", "VI_1", "VI_2")
NAMES = ("VI_1", "VI_2")


def wait_all(node, state):
    for name in NAMES:
        node.wait_state(state, name)


def members(lab, priority, *lines):
    return [heartbeat(lab, daemon_timeout="20s", heartbeat_lines=["restart_grace 20s"]), GROUP,
            instance("VI_1", "heartbeat lan", *lines, priority=priority),
            instance("VI_2", "heartbeat lan", vrid=52, priority=priority)]


@pytest.mark.laboratory(nodes=2, links=2)
def test_group_moves_as_one(lab):
    best = Xbeatd(lab, "node-a", *members(lab, 150, block("track_interface", "eth1")))
    second = Xbeatd(lab, "node-b", *members(lab, 100))
    for node in (best, second):
        node.start()
    wait_up(best, second)
    wait_all(best, "active")
    wait_all(second, "backup")
    # A fault of one member moves the other, too, on both nodes.
    lab.cut("node-a", "eth1", "--carrier")
    wait_all(second, "active")
    wait_all(best, "initialize")
    assert "VI_1" in best.explain("VI_2")["said"] and "eth1" in best.explain("VI_2")["said"]
    assert lab.holders(VIP) == lab.holders("10.77.0.101") == ["node-b"]
    lab.heal("node-a", "eth1")
    wait_all(best, "active")
    wait_all(second, "backup")
    # A node that dies loses all at once.
    lab.cut("node-a")
    wait_all(second, "active")
    lab.heal("node-a")
    wait_all(second, "backup")
    # A daemon that crashes and restarts at once has lost none.
    best.kill()
    best.start()
    for name in NAMES:
        assert best.vrrp(name)["state"] == "active" and "replaces" in best.vrrp(name)["reason"]
    moves = [(event["subject"], event["to"]) for event in second.events()
             if event["kind"] == "vrrp" and event["from"] != event["to"]]
    expected = ["backup", "active", "backup", "active", "backup"]
    for name in NAMES:
        assert [to for subject, to in moves if subject == name] == expected, moves


@pytest.mark.laboratory(nodes=1)
def test_startup_delay(lab):
    # Long enough to be queried and reloaded meanwhile.
    delay_s = 3
    node = Xbeatd(lab, "node-a", block("global_defs", f"vrrp_startup_delay {delay_s}"), instance())
    start = time.monotonic()
    node.start()
    assert node.vrrp()["state"] == "initialize"
    assert "vrrp_startup_delay" in node.explain()["said"]
    node.reload(block("global_defs", f"vrrp_startup_delay {delay_s}"), instance(),
                instance("VI_2", vrid=52))
    assert node.vrrp("VI_2")["state"] == "initialize"
    for name in NAMES:
        node.wait_state("active", name)
    assert time.monotonic() - start > delay_s + 0.3
    node.reload(block("global_defs", "vrrp_startup_delay 60"), instance(priority=90),
                instance("VI_2", vrid=52))
    assert node.vrrp()["state"] == "active", "it is for the start only"


@pytest.mark.laboratory(nodes=2, links=2)
def test_nopreempt(lab):
    """nopreempt holds after a restart, after a fault, and after a reload that gives the higher
    priority."""
    def configuration(priority):
        return instance("VI_1", "nopreempt", block("track_interface", "eth1"), priority=priority)

    best, second = Xbeatd(lab, "node-a", configuration(150)), Xbeatd(lab, "node-b", configuration(100))
    second.start()
    second.wait_state("active")
    best.start()
    time.sleep(0.6)
    assert best.vrrp()["state"] == "backup" and second.vrrp()["state"] == "active"
    assert "nopreempt" in best.explain()["said"]
    lab.cut("node-b", "eth1", "--carrier")
    best.wait_state("active")
    lab.heal("node-b", "eth1")
    second.wait_state("backup")
    assert second.reload(configuration(200))["changed"] == ["VI_1"]
    time.sleep(0.6)
    assert best.vrrp()["state"] == "active" and second.priority() == 200
    second.stop()
    second.start()
    time.sleep(0.6)
    assert best.vrrp()["state"] == "active" and second.vrrp()["state"] == "backup"
    # With nopreempt removed, it preempts.
    second.reload(configuration(200).replace("nopreempt", "preempt"))
    second.wait_state("active")
    best.wait_state("backup")


@pytest.mark.laboratory(nodes=2)
def test_preempt_delay(lab):
    delay_s = 3
    best = Xbeatd(lab, "node-a", instance("VI_1", f"preempt_delay {delay_s}", priority=150))
    second = Xbeatd(lab, "node-b", instance()).start()
    second.wait_state("active")
    best.start()
    start = moment_of(lab, next(event for event in best.events() if event["kind"] == "vrrp"))
    wait_until(lambda: "preempt_delay" in best.explain()["said"], "it reports what it waits for")
    best.wait_state("active")
    activation, = best.activations()
    assert start.most_ms(activation) > 1000 * delay_s - 100, activation
    assert start.least_ms(activation) < 1000 * delay_s + 1000, activation
    second.wait_state("backup")
    # It applies to live Actives: a dead one is not waited for.
    best.json("failover", "VI_1", "--force")
    second.wait_state("active")
    best.json("resume")
    wait_until(lambda: "preempt_delay" in best.explain()["said"], "it waits again")
    stopped = lab.moment(second.stop)
    best.wait_state("active")
    activation = best.activations()[-1]
    assert stopped.least_ms(activation) < 500, activation


@pytest.mark.laboratory(nodes=1)
def test_owners_take_their_addresses(lab):
    text = (instance(priority=255, vips=[f"{lab.address('node-a')}/24"])
            + instance("VI_2", vrid=52, priority=255, vips=["10.77.0.102/24"]) + GROUP)
    daemon = Xbeatd(lab, "node-a", text).start()
    assert [instance["state"] for instance in daemon.json("vrrp")] == ["active", "active"]
    assert lab.has_address("node-a", "10.77.0.102"), daemon.process.output()


@pytest.mark.laboratory(nodes=1)
def test_one_that_cannot_run_keeps_all_from_starting(lab):
    """No notification reports a Backup state that does not exist."""
    lab.run("node-a", "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
    lab.run("node-a", "ip", "address", "add", "10.88.0.1/24", "dev", "v0")
    text = instance() + instance("VI_2", vrid=52, interface="v0", vips=["10.88.0.100/24"]) + GROUP
    daemon = Xbeatd(lab, "node-a", text).start()
    assert [instance["transitions"] for instance in daemon.json("vrrp")] == [0, 0]
