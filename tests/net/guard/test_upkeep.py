# SPDX-License-Identifier: GPL-2.0-or-later
"""Something else removes the pins or detaches the XDP program: the daemon notices, reports it and
makes them again; meanwhile no node takes over because it receives nothing."""

import contextlib
import subprocess
import time

import pytest

from tests.net.guard.test_guard import SETTINGS, check_owners, start_guarded
from tests.support.cluster import Cluster
from tests.support.configuration import Settings, instance
from tests.support.detach import detach, replace_program, set_foreign
from tests.support.laboratory import PINS, wait_until
from tests.support.xbeatd import Xbeatd, find_bpftool

GUARDED = 0x10  # XB_INSTANCE_GUARDED

pytestmark = pytest.mark.laboratory(nodes=2)


def pins(daemon):
    directory = PINS / daemon.instance
    return {path.name for path in directory.iterdir()} if directory.exists() else set()


def remove_pins(daemon):
    for path in (PINS / daemon.instance).iterdir():
        path.unlink()
    (PINS / daemon.instance).rmdir()


def program_events(daemon):
    return [(event["from"], event["to"]) for event in daemon.events() if event["kind"] == "program"]


def program_reasons(daemon):
    return [event["reason"] for event in daemon.events() if event["kind"] == "program"]


def interface(daemon):
    return daemon.json("status")["interfaces"][0]


def test_removed_pins_are_made_again(lab):
    """So the fence outlives the daemon."""
    guarded = start_guarded(lab)
    active = guarded["node-a"]
    before = pins(active)
    assert {"exit", "link_eth0", "xb_guard"} <= before
    removed = lab.moment(lambda: remove_pins(active))
    wait_until(lambda: pins(active) == before, "all pins are there again")
    event, = [event for event in active.events() if event["kind"] == "pins"]
    assert removed.least_ms(event) < 1000, event
    assert active.json("status")["restored_pins_count"] == len(before)
    active.kill()
    guarded["node-b"].wait_state("active")
    time.sleep(1)
    check_owners(guarded.watch, "node-a", "node-b")


def test_detached_program_is_attached_again(lab):
    """On the Active and on the Backup: the owner does not change."""
    guarded = start_guarded(lab)
    for node in lab.nodes:
        daemon = guarded[node]
        detached = lab.moment(lambda: detach(daemon))
        wait_until(lambda: len(program_events(daemon)) == 2, "it is noticed and attached again")
        assert program_events(daemon) == [("attached", "detached"), ("detached", "attached")]
        event = next(event for event in daemon.events() if event["kind"] == "program")
        assert detached.least_ms(event) < 1000, event
        assert interface(daemon)["reattached_count"] == 1 and lab.has_program(node)
        wait_until(lambda: daemon.verdict(next(other for other in lab.nodes if other != node)) == "up",
                   "it hears the other node")
    assert [guarded[node].state() for node in lab.nodes] == ["active", "backup"]
    assert not guarded["node-b"].activations()
    assert guarded["node-b"].changes()[-2:] == [("backup", "initialize"), ("initialize", "backup")]
    check_owners(guarded.watch, "node-a", outage_ms=20)


@pytest.mark.parametrize("heartbeats", [True, False])
def test_backup_without_program_takes_nothing_over(lab, heartbeats):
    if heartbeats:
        cluster = Cluster(lab, Settings(**SETTINGS)).start_active()
        backup = cluster["node-b"]
    else:
        Xbeatd(lab, "node-a", instance(priority=150)).start_active()
        backup = Xbeatd(lab, "node-b", instance(priority=100)).start()
        backup.wait_state("backup")
    replace_program(backup)
    backup.wait_state("initialize")
    assert backup.obstacles() == ["program"]
    assert "the XDP program with id" in backup.vrrp()["reason"], backup.vrrp()["reason"]
    assert "bpftool prog show id" in interface(backup)["detached_reason"]
    assert "DETACHED" in backup.text("status")
    time.sleep(2)
    assert not backup.activations()
    set_foreign(backup, present=False)
    backup.wait_state("backup")
    assert "detached_reason" not in interface(backup)
    time.sleep(1)
    assert not backup.activations()


def test_active_without_program_is_not_guarded(lab):
    """It goes on, because the other node hears it, and reports that nothing fences."""
    cluster = Cluster(lab, Settings(**SETTINGS)).start_active()
    active, other = cluster["node-a"], cluster["node-b"]
    replace_program(active)
    wait_until(lambda: "guard" not in active.vrrp(), "its addresses are no longer guarded")
    assert active.state() == "active"
    assert "Nothing fences its addresses: on eth0" in active.explain()["said"]
    wait_until(lambda: not promises(other), "the other node knows")
    set_foreign(active, present=False)
    wait_until(lambda: "guard" in active.vrrp() and promises(other), "they are guarded again")
    wait_until(lambda: (active.state(), other.state()) == ("active", "backup"), "one is Active")


def promises(daemon):
    """Whether the first node reports that its addresses are guarded."""
    return bool(daemon.map("xb_peers")[0]["instances"][0]["family_flags"] & GUARDED)


@pytest.mark.laboratory(nodes=3)
def test_detached_program_is_no_silence(lab):
    """No node judges another, or itself, by what it does not receive meanwhile."""
    settings = Settings(**SETTINGS, multiplier=5, heartbeat_lines=["on_isolated release"])
    cluster = Cluster(lab, settings).start_active()
    active = cluster["node-a"]
    before = len(active.events())
    detach(active)
    wait_until(lambda: len(program_events(active)) == 2, "it is noticed and attached again")
    wait_until(lambda: all(active.knows(node) for node in lab.nodes[1:]), "it hears the others")
    judged = [event for event in active.events()[before:] if event["kind"] in ("peer", "node", "link")]
    assert not judged, judged
    assert [cluster[node].state() for node in lab.nodes] == ["active", "backup", "backup"]
    assert len(active.activations()) == 1


def test_repeated_detaching_does_not_flood_the_log(lab):
    """The first times it is attached at once, then less and less often."""
    daemon = Cluster(lab, Settings(**SETTINGS)).start_active()["node-a"]
    before = len(daemon.events())
    end = time.monotonic() + 5
    while time.monotonic() < end:
        with contextlib.suppress(subprocess.CalledProcessError):
            detach(daemon)
        time.sleep(0.05)
    lines = daemon.events()[before:]
    assert 2 * 3 <= len([event for event in lines if event["kind"] == "program"]) <= 2 * 7, lines
    assert any("again and again" in reason for reason in program_reasons(daemon))
    wait_until(lambda: lab.has_program("node-a") and "detached_reason" not in interface(daemon),
               "it is attached again")


def test_attached_program_without_pin_is_attached(lab):
    """Its pin cannot be made: that is another fault, with a message of its own."""
    daemon = Cluster(lab, Settings(**SETTINGS)).start_active()["node-a"]
    directory = PINS / daemon.instance
    (directory / "link_eth0").rename(directory / "link_moved")
    (directory / "link_eth0").mkdir()
    subprocess.run([find_bpftool(), "link", "detach", "pinned", directory / "link_moved"], check=True)
    (directory / "link_moved").unlink()
    wait_until(lambda: len(program_events(daemon)) == 2, "it is attached again")
    (directory / "link_eth0").rmdir()
    assert not [reason for reason in program_reasons(daemon) if "cannot" in reason], program_reasons(daemon)
    assert interface(daemon)["reattached_count"] == 1 and lab.has_program("node-a")
