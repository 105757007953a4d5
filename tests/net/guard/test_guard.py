# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard, a lease on an address, held in the kernel: when an Active's daemon stalls, its kernel
fences it, another node takes over, and there are never two owners, also if the daemon wakes up
again, or never does."""

import signal
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, heartbeat, instance
from tests.support.laboratory import BUILD, wait_until
from tests.support.moment import stop_for
from tests.support.owners import OwnerWatch
from tests.support.probe import serve_everywhere
from tests.support.xbeatd import Xbeatd, wait_up

GUARD_SECONDS = 1
SETTINGS = {"advert_interval": "0.1", "daemon_timeout": f"{GUARD_SECONDS}s"}
TAKEOVER_MS = 150
# A node that preempts already has the addresses while its advert is on the way to the other node,
# which then removes them.
HANDOVER_MS = 20
FIRST6, VIP6 = "fe80::100", "fd77::100"


def start_guarded(lab, **changes):
    """node-a is Active, and the answers are recorded."""
    return watch_guarded(Cluster(lab, Settings(**{**SETTINGS, **changes})).start_active())


def watch_guarded(cluster):
    lab = cluster.lab
    lab.run("client", "sysctl", "-q", "-w", "net.ipv4.neigh.eth0.locktime=0")
    serve_everywhere(lab)
    cluster.watch = OwnerWatch(lab, VIP)
    time.sleep(0.2)
    return cluster


@pytest.fixture
def guarded(lab):
    return start_guarded(lab)


def reasons(daemon, name="VI_1"):
    return [event["reason"] for event in daemon.events()
            if event["kind"] == "vrrp" and event["subject"] == name]


def check_owners(watch, *owners, outage_ms=TAKEOVER_MS, two_owners_ms=0):
    seen = watch.finish()
    assert seen.order() == list(owners), seen.order()
    assert seen.two_owners_ms() <= two_owners_ms + seen.stalled_ms, seen.two_owners()
    assert seen.outage_ms() <= outage_ms + seen.stalled_ms, seen.client_result
    return seen


@pytest.mark.laboratory(nodes=1)
def test_guard_is_reported(lab):
    """With and without heartbeats; without, its time is the time for which Backups wait."""
    node = Xbeatd(lab, "node-a", instance()).start_active()
    guard = node.vrrp()["guard"]
    assert guard["timeout_ns"] == 300 * 10**6 and not guard["fenced"], guard
    assert 0 < guard["due_in_ns"] <= guard["timeout_ns"], guard
    assert "if this daemon stalls for 0.3 s" in node.explain()["said"]
    time.sleep(1)
    assert node.state() == "active" and len(node.activations()) == 1, "it is extended"


@pytest.mark.laboratory(nodes=1, links=2)
def test_guard_that_does_not_reach_an_address_is_not_promised(lab):
    """Another program is on the interface of one of them."""
    lab.run("node-a", "ip", "link", "set", "dev", "eth1", "xdpgeneric", "object",
            BUILD / "tools" / "lab_pass.bpf.o", "program", "lab_pass")
    node = Xbeatd(lab, "node-a", instance(vips=[f"{VIP}/24", "10.78.0.100/24 dev eth1"])).start_active()
    assert "guard" not in node.vrrp()
    assert "Not all of its addresses are guarded" in node.explain()["said"]
    lab.run("node-a", "ip", "link", "set", "dev", "eth1", "xdpgeneric", "off")


def test_short_stop_changes_nothing(guarded):
    before = {node: len(guarded[node].events()) for node in guarded.lab.nodes}
    stop_for(0.6 * GUARD_SECONDS, guarded["node-a"].process)
    time.sleep(0.5)
    check_owners(guarded.watch, "node-a", outage_ms=20)
    for node, count in before.items():
        for event in guarded[node].events()[count:]:
            held = event["kind"] == "vrrp" and event["from"] == event["to"]
            assert event["kind"] == "stall" or held and "made no progress for" in event["reason"], (node, event)


def test_long_stop_moves_the_address_without_a_second_owner(lab, guarded):
    guarded["node-a"].process.send_signal(signal.SIGSTOP)
    guarded["node-b"].wait_state("active")
    said = guarded["node-b"].explain()["said"]
    assert "the kernel there has fenced the addresses" in said, said
    assert lab.holders(VIP) == ["node-a", "node-b"], "nothing could remove it from node-a"
    time.sleep(0.5)
    woke_ns = time.monotonic_ns()
    guarded["node-a"].process.send_signal(signal.SIGCONT)
    # It preempts, as configured, after it has heard the other for the required time.
    guarded["node-a"].wait_state("active")
    guarded.wait_holder("node-a")
    seen = check_owners(guarded.watch, "node-a", "node-b", "node-a", two_owners_ms=HANDOVER_MS)
    assert seen.two_owners(0, woke_ns) == []
    assert any("its guard expired" in reason and "stalled for" in reason
               for reason in reasons(guarded["node-a"])), reasons(guarded["node-a"])
    assert not guarded["node-c"].activations()


def test_long_stop_of_one_that_does_not_preempt(lab):
    """It drops what was pending when it was stopped: the other stays Active."""
    cluster = Cluster(lab, Settings(preempt=False, **SETTINGS)).start_active()
    stop_for(2 * GUARD_SECONDS, cluster["node-a"].process)
    time.sleep(0.5)
    assert [cluster[node].state() for node in lab.nodes] == ["backup", "active", "backup"]
    assert lab.holders(VIP) == ["node-b"]
    assert len(cluster["node-b"].activations()) == 1, "it never had to yield"


def test_stop_of_a_lonely_active_is_over_when_it_wakes(lab):
    """No node has taken over; it learns this within one detection time."""
    cluster = Cluster(lab, Settings(**SETTINGS)).start_active()
    for node in ("node-b", "node-c"):
        assert cluster[node].stop() == 0
    woke = lab.moment(lambda: stop_for(1.5 * GUARD_SECONDS, cluster["node-a"].process))
    wait_until(lambda: len(cluster["node-a"].activations()) == 2, "it became Active again")
    activation = cluster["node-a"].activations()[-1]
    assert woke.least_ms(activation) < 250, activation
    assert "no node is Active" in cluster["node-a"].vrrp()["reason"]


def test_all_stopped_together(guarded):
    """The first to wake may take over from one that is still fenced; two never answer."""
    nodes = guarded.lab.nodes
    stop_for(1.6 * GUARD_SECONDS, *(guarded[node].process for node in nodes))
    time.sleep(1)
    assert [guarded[node].state() for node in nodes] == ["active", "backup", "backup"]
    seen = guarded.watch.finish()
    assert seen.two_owners_ms() <= HANDOVER_MS + seen.stalled_ms, seen.two_owners()
    assert seen.outage_ms() < 1000 + seen.stalled_ms, "no daemon runs for half a second of it"
    assert sum(len(guarded[node].activations()) for node in nodes) <= 3


def test_killed_and_not_restarted(lab, guarded):
    """Within restart_grace no node takes over; afterwards the kernel of the dead daemon's node has
    fenced."""
    killed = lab.moment(guarded["node-a"].kill)
    guarded["node-b"].wait_state("active")
    activation, = guarded["node-b"].activations()
    assert killed.most_ms(activation) > 900 * GUARD_SECONDS, activation
    assert lab.has_address("node-a", VIP), "nothing could remove it"
    time.sleep(1)
    guarded["node-a"].start()
    guarded["node-a"].wait_state("active")
    guarded.wait_holder("node-a")
    check_owners(guarded.watch, "node-a", "node-b", "node-a", two_owners_ms=HANDOVER_MS)


def test_killed_and_restarted_in_time(lab):
    """A start takes seconds where many share a processor."""
    guarded = start_guarded(lab, daemon_timeout="20s", heartbeat_lines=["restart_grace 20s"])
    guarded["node-a"].kill()
    guarded["node-a"].start().wait_state("active")
    time.sleep(0.5)
    check_owners(guarded.watch, "node-a", outage_ms=20)
    assert not guarded["node-b"].activations() and not guarded["node-c"].activations()


@pytest.mark.laboratory(nodes=2)
def test_virtual_mac_and_both_families(lab):
    """The addresses of a virtual MAC, link-local ones among them."""
    def blocks(priority):
        keys = {"priority": priority, "use_vmac": True, "heartbeat": "lan"}
        return (heartbeat(lab, daemon_timeout=f"{GUARD_SECONDS}s"),
                instance(**keys) + instance("VI_6", vips=[f"{FIRST6}/64", f"{VIP6}/64"], **keys))

    first, second = (Xbeatd(lab, node, *blocks(priority)).start()
                     for node, priority in (("node-a", 150), ("node-b", 100)))
    wait_up(first, second)
    for name in ("VI_1", "VI_6"):
        first.wait_state("active", name)
        assert not first.vrrp(name)["guard"]["fenced"]
    first.process.send_signal(signal.SIGSTOP)
    for name in ("VI_1", "VI_6"):
        second.wait_state("active", name)
        assert "fenced" in reasons(second, name)[-1], reasons(second, name)
    before = first.lab.run("client", "ip", "neighbour", "flush", "all")
    assert before.returncode == 0
    lab.cut("node-b", "eth0")
    # Only the fenced node remains, and it is silent.
    for address in (VIP, VIP6, f"{FIRST6}%eth0"):
        assert lab.run("client", "ping", "-c", "1", "-W", "1", address, check=False).returncode, address
    lab.heal("node-b", "eth0")
    first.process.send_signal(signal.SIGCONT)
    first.wait_state("active", "VI_6")
    wait_until(lambda: lab.run("client", "ping", "-c", "1", "-W", "1", f"{FIRST6}%eth0",
                               check=False).returncode == 0, "the fence is lifted")


@pytest.mark.laboratory(nodes=1, links=2)
def test_several_interfaces(lab):
    """An address on another interface than its instance's is fenced there too, on whichever
    interface a request for it arrives."""
    other, stranger = "10.77.1.100", "10.77.1.101"
    vips = [f"{VIP}/24", f"{other}/24 dev eth1", f"{stranger}/24 dev eth1"]
    node = Xbeatd(lab, "node-a", instance(vips=vips)).start_active()
    lab.run("client", "ip", "route", "add", f"{stranger}/32", "dev", "eth0")
    lab.run("node-a", "sysctl", "-q", "-w", "net.ipv4.conf.all.arp_ignore=0", "net.ipv4.conf.eth0.arp_ignore=0")

    def answered():
        lab.run("client", "ip", "neighbour", "flush", "all")
        return [address for address in (VIP, other, stranger)
                if lab.run("client", "ping", "-c", "1", "-W", "1", address, check=False).returncode == 0]

    wait_until(lambda: answered() == [VIP, other, stranger], "all are answered")
    node.process.send_signal(signal.SIGSTOP)
    time.sleep(0.5)
    assert answered() == []
    node.process.send_signal(signal.SIGCONT)
    wait_until(lambda: answered() == [VIP, other, stranger], "the fence is lifted")
