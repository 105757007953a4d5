# SPDX-License-Identifier: GPL-2.0-or-later
"""A better node claims the addresses from the Active: never two owners, and none only for a moment.

node-a has the highest priority and is the claimer, node-b the lower Active, node-c a bystander."""

import contextlib
import re
import signal
import socket
import time

import pytest

from tests.support.before import before_build
from tests.support.configuration import VIP, heartbeat, instance, sync_group
from tests.support.laboratory import wait_until
from tests.support.owners import OwnerWatch
from tests.support.port import open_port
from tests.support.probe import serve_everywhere
from tests.support.xbeatd import Xbeatd, wait_up

INTERVAL_US = 200  # of the prober
VIRTUAL_MAC = "00:00:5e:00:02:33"  # RFC 9568 section 7.3, IPv6, VRID 51
PRIORITIES = {"node-a": 150, "node-b": 100, "node-c": 50}
# The gap is a PROBE, its answer and the wait before opening, a millisecond in all; the rest is for the machine.
GAP_MS_MAX = 10


def blocks(lab, node, *more, interval="10ms", daemon_timeout="1s", heartbeat_lines=(), **settings):
    return [heartbeat(lab, interval=interval, daemon_timeout=daemon_timeout, heartbeat_lines=heartbeat_lines),
            instance("VI_1", "heartbeat lan", **{"priority": PRIORITIES[node], "advert_int": "0.2", **settings}),
            *more]


def make(lab, *more, **settings):
    serve_everywhere(lab)
    return [Xbeatd(lab, node, *blocks(lab, node, *more, **settings)) for node in lab.nodes]


def start_lower(nodes):
    """All but the best; node-b is Active."""
    for node in nodes[1:]:
        node.start()
    nodes[1].wait_state("active")
    if nodes[2:]:
        wait_up(*nodes[1:])


@contextlib.contextmanager
def watched(lab, *addresses):
    """Yields the observers; at the end no address may have had two owners."""
    watches = [OwnerWatch(lab, address, INTERVAL_US) for address in addresses or [VIP]]
    for watch in watches:
        watch.client.wait_owner("node-b")
    yield watches
    for watch in watches:
        watch.owners = watch.finish()
        assert [span for span in watch.owners.arp if len(span.owners) > 1] == []


def no_false_verdict(*nodes, of=("node-a", "node-b", "node-c")):
    """A node that hands addresses over works all the time."""
    for node in nodes:
        wrong = [event for event in node.events() if event["kind"] == "peer" and event["subject"] in of
                 and event["to"] in ("fenced", "hung")]
        assert wrong == [], (node.node, wrong)


def moves(node):
    return [event for event in node.events() if event["kind"] == "vrrp"]


def withdrawals(node):
    return [event for event in node.events() if event["kind"] == "claim" and event["to"] == "withdrawn"]


# Its tests have a program at the far end: a node that changes its XDP mode is silent for a moment.
def check_quick(lab, watch, since_ns, order=("node-b", "node-a")):
    assert watch.owners.order() == list(order)
    stalled_ms = lab.stalled_ms(since_ns, time.monotonic_ns())
    assert watch.owners.outage_ms() < GAP_MS_MAX + stalled_ms, watch.owners.outages()


@pytest.mark.laboratory(nodes=2, links=2, ends="program")
def test_preemption_failover_and_resume(lab):
    nodes = better, lower = make(lab)
    start_lower(nodes)
    since_ns = time.monotonic_ns()
    with watched(lab) as [watch]:
        better.start_active()
        assert "preempts node-b: lower priority 100, ours 150; handed over" in better.vrrp()["reason"]
        assert moves(lower)[-1]["reason"] == "handed over to node-a, which claimed it with priority 150, ours 100"
        watch.client.wait_owner("node-a")
        answer = better.json("failover", "VI_1")
        assert (answer["state"], answer["successor"]) == ("initialize", "node-b"), answer
        assert "an operator of node-a offered it" in lower.vrrp()["reason"]
        watch.client.wait_owner("node-b")
        assert better.json("resume", "VI_1")["instances"] == ["VI_1"]
        wait_until(lambda: "It claims the addresses from node-b" in better.explain()["said"], "node-a says how")
        better.wait_state("active")
        no_false_verdict(better, lower)
        assert withdrawals(better) == withdrawals(lower) == []
        better.stop()  # node-b, which left the instance to its claim, waits for it no longer
        watch.client.wait_owner("node-b")
    check_quick(lab, watch, since_ns, ("node-b", "node-a", "node-b", "node-a", "node-b"))


@pytest.mark.laboratory(nodes=2, ends="program")
def test_ipv6(lab):
    """Owners are asked for by neighbour solicitations."""
    address = "fd77::100"
    nodes = better, lower = make(lab, vips=["fe80::100/64", f"{address}/64"])
    start_lower(nodes)
    since_ns = time.monotonic_ns()
    with watched(lab, address) as [watch]:
        better.start_active()
        assert "handed over" in better.vrrp()["reason"]
        watch.client.wait_owner("node-a")
        better.ctl("failover", "VI_1")
        watch.client.wait_owner("node-b")
    check_quick(lab, watch, since_ns, ("node-b", "node-a", "node-b"))
    no_false_verdict(better, lower)


@pytest.mark.laboratory(nodes=2, ends="program")
@pytest.mark.parametrize("rule", ["node-b.0,to,any,claims,5", "node-b.0,from,any,fenced,3"], ids=["claims", "answers"])
def test_lost_packets_are_repeated(lab, rule):
    nodes = better, lower = make(lab)
    start_lower(nodes)
    since_ns = time.monotonic_ns()
    with watched(lab) as [watch]:
        lab.lose_all(rule)
        better.start_active()
        watch.client.wait_owner("node-a")
    assert "handed over" in better.vrrp()["reason"]
    assert "claims" not in rule or "(1 PROBE)" not in better.vrrp()["reason"]
    check_quick(lab, watch, since_ns)
    no_false_verdict(better, lower)


def wait_fenced(lower):
    wait_until(lambda: "handed over to node-a" in lower.vrrp()["reason"], "node-b is fenced")


@contextlib.contextmanager
def claim_that_hangs(lab, nodes, claimer_works=True):
    """The bystander does not hear the claim, so that node-a must wait until its claim ends, 300 ms
    later; node-b is fenced meanwhile."""
    better, lower, _ = nodes
    start_lower(nodes)
    with watched(lab) as [watch]:
        lab.lose_all("node-c.0,to,any,claims")
        better.start()
        wait_fenced(lower)
        yield watch
        lab.lose_nothing()
        better.wait_state("active")
        watch.client.wait_owner("node-a")
        assert "after the claim" in better.vrrp()["reason"]
    assert watch.owners.order() == ["node-b", "node-a"], "node-b took it back, then node-a got it"
    no_false_verdict(*nodes, of=["node-b", "node-c"] + ["node-a"] * claimer_works)


@pytest.fixture
def slow_nodes(lab):
    """With a detection time of 300 ms."""
    return make(lab, interval="100ms", daemon_timeout="20s", heartbeat_lines=["restart_grace 15s"])


def wait_back(lower):
    lower.wait_state("active")
    assert "node-a" in moves(lower)[-1]["reason"], lower.changes()[-1]


def test_claim_that_is_not_answered_by_all(lab, slow_nodes):
    better, lower, _ = slow_nodes
    with claim_that_hangs(lab, slow_nodes):
        wait_back(lower)
        assert "node-c does not answer" in withdrawals(better)[0]["reason"]
        wait_until(lambda: "node-a" not in lab.holders(VIP), "node-a has removed the address")


def test_claims_that_a_bystander_never_answers(lab, slow_nodes):
    """They are repeated, each time later; node-b is never preempted without one."""
    better, lower, _ = slow_nodes
    with claim_that_hangs(lab, slow_nodes):
        wait_until(lambda: len(withdrawals(better)) >= 3, "node-a goes on claiming")
        assert all("node-c does not answer" in event["reason"] for event in withdrawals(better))
        wait_until(lambda: re.search(r"claims the addresses from node-b later: not all nodes answered its last \d+ claims",
                                     " ".join(better.explain()["said"].split())), "node-a says why it pauses")
        wait_back(lower)
    assert "after the claim" in better.vrrp()["reason"]


def test_claimer_is_killed(lab, slow_nodes):
    better, lower, _ = slow_nodes
    with claim_that_hangs(lab, slow_nodes, claimer_works=False):
        better.kill()
        wait_back(lower)
        lab.lose_nothing()
        better.start()


def test_claimer_is_stopped(lab, slow_nodes):
    """Whatever its kernel answers meanwhile, and whatever it is about to do when it continues."""
    better, lower, _ = slow_nodes
    with claim_that_hangs(lab, slow_nodes):
        better.process.send_signal(signal.SIGSTOP)
        wait_back(lower)
        time.sleep(0.5)
        better.process.send_signal(signal.SIGCONT)
        wait_until(lambda: withdrawals(better), "node-a withdraws its claim")


def test_priority_is_raised_in_flight(lab, slow_nodes):
    better, lower, _ = slow_nodes
    start_lower(slow_nodes)
    with watched(lab) as [watch]:
        lab.lose_all("node-b.0,to,any,claims")
        better.start()
        wait_until(lambda: "claims the addresses from node-b" in better.vrrp()["reason"], "node-a claims")
        lower.json("priority", "VI_1", "200")
        withdrawn, = wait_until(lambda: withdrawals(better), "node-a withdraws its claim")
        lab.lose_nothing()
        assert "node-b is Active with priority 200, ours 150" in withdrawn["reason"]
        time.sleep(1.5)  # its Active_Down_Interval
    assert watch.owners.order() == ["node-b"] and watch.owners.outage_ms() < GAP_MS_MAX + lab.stalled_ms(
        watch.start_ns, time.monotonic_ns())
    assert better.state() == "backup" and lower.state() == "active"


def seconds_to_timer(node):
    return float(re.search(r"The timer expires in ([0-9.]+) s", " ".join(node.explain()["said"].split())).group(1))


@pytest.mark.laboratory(nodes=2)
def test_active_hears_the_claimer_no_more(lab):
    """The way to it breaks so early that it is one-way before the claim ends: then nothing shows that it
    has fenced the addresses. Later it is no vacancy either, though it had claimed them before."""
    better, lower = make(lab, interval="100ms", daemon_timeout="20s", advert_int="1")
    start_lower([better, lower])
    better.start_active()
    better.json("priority", "VI_1", "50")
    lower.wait_state("active")
    time.sleep(1.5)  # an advert, and the end of the hand-over
    with watched(lab) as [watch]:
        better.json("priority", "VI_1", "default")
        time.sleep(max(0, seconds_to_timer(better) - 0.35))
        lab.lose_all(*lab.loss_between("node-a", "node-b"))
        wait_until(lambda: better.verdict("node-b") == "one-way", "node-a knows")
        withdrawn, = wait_until(lambda: withdrawals(better), "node-a withdraws its claim")
        assert "node-b does not answer" in withdrawn["reason"]
        time.sleep(1)
        lab.lose_nothing()
        better.wait_state("active")
        watch.client.wait_owner("node-a")
    assert watch.owners.order() == ["node-b", "node-a"]


def sources(port):
    """The Ethernet addresses from which packets have come to the port."""
    found = set()
    with contextlib.suppress(BlockingIOError):
        while True:
            frame, address = port.recvfrom(2048)
            if address[2] != socket.PACKET_OUTGOING:
                found.add(frame[6:12].hex(":"))
    return found


@pytest.mark.laboratory(nodes=2)
def test_virtual_mac_is_silent_before_the_claim_is_granted(lab):
    """Switches would learn it at the claimer, which drops what arrives; IPv6 reports the groups of new
    addresses at once."""
    better, lower = (Xbeatd(lab, node, heartbeat(lab, interval="100ms", daemon_timeout="20s"),
                            instance("VI_1", "heartbeat lan", "use_vmac", priority=PRIORITIES[node], advert_int="0.2",
                                     vips=["fe80::100/64", "fd00:77::100/64"])) for node in lab.nodes)
    lower.start_active()
    with contextlib.closing(open_port(lab, "switch", "node-a.0")) as port:
        port.setblocking(False)
        lab.lose_all("node-b.0,to,any,claims")
        better.start()
        wait_until(lambda: withdrawals(better), "node-a withdraws its claim")
        assert VIRTUAL_MAC not in sources(port)
        lower.stop()
        better.wait_state("active")
        assert VIRTUAL_MAC in sources(port)


def test_two_claimers(lab):
    """The priority of the Active falls below those of two Backups, whose timers differ by less than a
    PROBE takes."""
    PRIORITY = {"node-a": 121, "node-b": 150, "node-c": 120}
    serve_everywhere(lab)
    nodes = [Xbeatd(lab, node, *blocks(lab, node, priority=PRIORITY[node], advert_int="0.02")) for node in lab.nodes]
    lower = nodes[1]
    lower.start_active()
    for node in (nodes[0], nodes[2]):
        node.start()
    wait_up(*nodes)
    with watched(lab) as [watch]:
        for _ in range(5):
            lower.json("priority", "VI_1", "50")
            nodes[0].wait_state("active")
            nodes[2].wait_state("backup")
            lower.json("priority", "VI_1", "default")
            lower.wait_state("active")
            nodes[0].wait_state("backup")
    no_false_verdict(*nodes)


@pytest.mark.laboratory(nodes=2, ends="program")
def test_group_of_three(lab):
    """All its members are in one PROBE, and are opened at once."""
    names, vips = ["VI_1", "VI_2", "VI_3"], ["10.77.0.100", "10.77.0.101", "10.77.0.102"]

    def members(node):
        return [instance(name, "heartbeat lan", vrid=vrid, priority=PRIORITIES[node], advert_int="0.2")
                for name, vrid in zip(names[1:], (52, 53))] + [sync_group("all", *names)]

    serve_everywhere(lab)
    better, lower = (Xbeatd(lab, node, *blocks(lab, node, *members(node))) for node in lab.nodes)
    lower.start_active("VI_3")
    with watched(lab, *vips) as watches:
        better.start_active("VI_3")
        for watch in watches:
            watch.client.wait_owner("node-a")
        better.json("failover", "VI_2")
        for watch in watches:
            watch.client.wait_owner("node-b")
        better.json("resume", "VI_2")
        better.wait_state("active", "VI_3")
        for watch in watches:
            watch.client.wait_owner("node-a")
    for watch in watches:
        check_quick(lab, watch, watch.start_ns, ("node-b", "node-a", "node-b", "node-a"))
    for node, word in ((better, "after the claim"), (lower, "handed over to node-a")):
        reasons = [node.vrrp(name)["reason"] for name in names]
        assert all(word in reason for reason in reasons), reasons
    no_false_verdict(better, lower)


def test_node_of_a_version_without_claims(lab):
    """node-c would take the fence of the Active for a vacancy, so node-a preempts as it did before."""
    serve_everywhere(lab)
    builds = {"node-c": {"build": before_build()}}
    nodes = better, lower, older = [Xbeatd(lab, node, *blocks(lab, node), **builds.get(node, {}))
                                    for node in lab.nodes]
    start_lower(nodes)
    better.start()
    wait_until(lambda: "without a claim (node-c runs a version of xbeat without claims)" in better.explain()["said"],
               "node-a says why")
    better.wait_state("active")
    lower.wait_state("backup")
    assert "claim" not in better.vrrp()["reason"] + lower.vrrp()["reason"]
    assert better.json("failover", "VI_1")["successor"] == "node-b"
    lower.wait_state("active")
    assert older.activations() == []
    older.stop()
    better.json("resume", "VI_1")
    better.wait_state("active")
    assert "after the claim" in better.vrrp()["reason"]
    no_false_verdict(*nodes[:2])
