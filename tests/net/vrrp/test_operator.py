# SPDX-License-Identifier: GPL-2.0-or-later
"""What an operator does to a cluster with xbeatctl, and what it reports to the operator."""

import subprocess
import time

import pytest

from tests.support.configuration import VIP, block, heartbeat, instance, sync_group
from tests.support.laboratory import BUILD, NEVER_SECONDS, wait_until
from tests.support.probe import Client, serve_everywhere
from tests.support.xbeatd import Xbeatd, wait_up

PRIORITIES = (150, 120, 100)
# Active_Down_Interval is 0.7 s: clearly longer than a handover.
INTERVAL, HANDOVER_MS_MAX = "0.2", 500


def blocks(lab, priority, *more, name="VI_1", **settings):
    return [heartbeat(lab, daemon_timeout="1s"),
            instance(name, "heartbeat lan", priority=priority, advert_int=INTERVAL, **settings),
            *more]


def start_all(nodes):
    """The first is Active at the end, and all know it."""
    for node in nodes:
        node.start()
    wait_up(*nodes)
    nodes[0].wait_state("active")
    for node in nodes[1:]:
        wait_until(lambda node=node: "node-a" == node.explain().get("active", {}).get("node"),
                   f"{node.node} knows that node-a is Active")


@pytest.fixture
def nodes(lab):
    """Three nodes with heartbeats, node-a Active."""
    nodes = [Xbeatd(lab, name, *blocks(lab, priority))
             for name, priority in zip(lab.nodes, PRIORITIES)]
    start_all(nodes)
    return nodes


def has_words(text, *words):
    for word in words:
        assert word in text, f"no '{word}' in: {text}"


def test_failover_and_back(lab, nodes):
    best, second, third = nodes
    serve_everywhere(lab)
    client = Client(lab, VIP)
    client.wait_owner("node-a")
    begin_ns = time.monotonic_ns()
    time.sleep(1.2)
    has_words(best.explain()["said"], "Active with priority 150", "node-b takes over")
    has_words(second.explain()["said"], "node-a", "stays Backup", "150 is higher than its own 120")
    answer = best.json("failover", "VI_1")
    assert answer["state"] == "initialize" and answer["successor"] == "node-b", answer
    client.wait_owner("node-b")
    time.sleep(0.2)
    stalled_ms = lab.stalled_ms(begin_ns, time.monotonic_ns())
    assert client.finish()["longest_outage_ns"] / 1e6 < 50 + stalled_ms
    assert lab.holders(VIP) == ["node-b"] and third.vrrp()["transitions"] == 1
    assert best.vrrp()["stays_away"] == "operator"
    explained = best.explain()
    has_words(explained["said"], "operator", "xbeatctl resume VI_1")
    assert [obstacle["kind"] for obstacle in explained["obstacles"]] == ["operator"]
    has_words(best.text("explain", "VI_1"), "initialize", "operator", "resume")
    time.sleep(0.3)
    assert lab.holders(VIP) == ["node-b"], "it stays away, though its priority is higher"
    assert explained["active"]["node"] == "node-b", "who has it is known all the same"
    assert best.json("resume", "VI_1")["instances"] == ["VI_1"]
    waiting = best.explain()
    assert waiting["state"] == "backup" and waiting["active"]["node"] == "node-b", waiting
    has_words(waiting["said"], "it preempts when Active_Down_Timer expires")
    assert best.vrrp()["active_address"] == "10.77.0.2"
    best.wait_state("active")
    lab.wait_holders(VIP, ["node-a"])
    asked = lab.moment(lambda: best.json("failover", "VI_1", "-t", "1s"))
    wait_until(lambda: len(second.activations()) == 2, "node-b takes over")
    wait_until(lambda: len(best.activations()) == 3, "node-a is back")
    back = best.activations()[-1]
    assert asked.most_ms(back) >= 1000 and asked.least_ms(back) < 2500, back
    lab.wait_holders(VIP, ["node-a"])


def test_instance_without_heartbeats_is_kept(lab):
    """Although other instances may have them."""
    node = Xbeatd(lab, "node-a", heartbeat(lab), instance()).start_active()
    for line in ("failover VI_1", "drain"):
        done = node.ctl(*line.split(), check=False)
        assert done.returncode == 1 and 'VI_1 has no "heartbeat NAME"' in done.stderr, done
    assert node.state() == "active" and node.json("status")["refused"]["requests"] == 2
    assert node.json("failover", "VI_1", "--force")["state"] == "initialize"


def test_failover_that_makes_no_sense_is_refused(lab, nodes):
    best, second, third = nodes
    for node in (second, third):
        assert node.json("drain")["instances"] == []
    wait_until(lambda: "no node takes over" in best.explain()["said"], "node-a knows")
    done = best.ctl("failover", "VI_1", check=False)
    assert done.returncode == 1 and "no node can take VI_1 over" in done.stderr, done.stderr
    assert "--force" in done.stderr and best.vrrp()["state"] == "active"
    done = best.ctl("drain", check=False)
    assert done.returncode == 1 and "VI_1" in done.stderr and "--force" in done.stderr, done
    assert best.json("status")["state"] == "running" and best.vrrp()["state"] == "active"
    assert len(best.activations()) == 1 and best.obstacles() == []
    done = best.ctl("failover", "VI_2", check=False)
    assert done.returncode == 1 and "VI_2" in done.stderr, done.stderr
    # Another daemon could take over, but it is cut off from the others: not a live Backup.
    assert second.json("resume")["instances"] == ["VI_1"]
    wait_until(lambda: "node-b takes over" in best.explain()["said"], "node-b is back")
    lab.cut("node-b", "eth0")
    wait_until(lambda: best.verdict("node-b") == "down", "node-b is down")
    assert best.ctl("failover", "VI_1", check=False).returncode == 1
    assert best.ctl("drain", check=False).returncode == 1
    assert best.json("drain", "--force")["instances"] == ["VI_1"]
    assert best.json("status")["state"] == "draining"
    wait_until(lambda: "node-a" not in lab.holders(VIP), "node-a has given the address up")


def test_what_would_change_nothing_is_refused(nodes):
    """A Backup has nothing to hand over; one instance cannot leave the drain of its node."""
    best, second, _ = nodes
    done = second.ctl("failover", "VI_1", check=False)
    assert done.returncode == 1 and "VI_1 is backup on this node, not Active" in done.stderr, done
    assert second.state() == "backup" and second.obstacles() == []
    answer = second.json("failover", "VI_1", "--force")
    assert (answer["state"], answer["was_active"]) == ("initialize", False) and "successor" not in answer, answer
    assert "takes over" not in second.text("failover", "VI_1"), "asked again"
    assert second.json("resume", "VI_1") == {"instances": ["VI_1"]}
    assert second.json("resume", "VI_1") == {"instances": []}
    second.json("drain")
    done = second.ctl("resume", "VI_1", check=False)
    assert done.returncode == 1 and "drained" in done.stderr, done
    assert second.obstacles() == ["drained"]
    assert second.json("resume") == {"instances": ["VI_1"]} and second.state() == "backup"
    assert best.state() == "active" and best.json("failover", "VI_1")["was_active"] is True


@pytest.mark.laboratory(nodes=2)
def test_nodes_that_are_not_known_are_not_relied_on(lab):
    """Without heartbeats a Backup is silent; and a node may serve only some of the instances."""
    alone = Xbeatd(lab, "node-a", instance()).start_active()
    for line in (["failover", "VI_1"], ["drain"]):
        done = alone.ctl(*line, check=False)
        assert done.returncode == 1 and "without heartbeats" in done.stderr, done
    assert alone.obstacles() == [] and alone.json("status")["state"] == "running"
    assert "successor" not in alone.json("failover", "VI_1", "--force")
    alone.wait_state("initialize")
    assert alone.stop() == 0
    first = Xbeatd(lab, "node-a", *blocks(lab, 150, instance("VI_2", "heartbeat lan", vrid=52),
                                          sync_group("both", "VI_1", "VI_2"))).start()
    second = Xbeatd(lab, "node-b", *blocks(lab, 100)).start()
    wait_up(first, second)
    first.wait_state("active", "VI_2")
    wait_until(lambda: "node-b takes over" in first.explain()["said"], "node-b is ready for VI_1")
    for line in (["failover", "VI_1"], ["drain"]):
        done = first.ctl(*line, check=False)
        assert done.returncode == 1 and "take VI_2 over" in done.stderr, done
    assert {first.state("VI_1"), first.state("VI_2")} == {"active"}
    assert first.json("drain", "--force")["instances"] == ["VI_1", "VI_2"]
    second.wait_state("active")


def test_drain_resume_and_restart(lab, nodes):
    best, second, _ = nodes
    drained = lab.moment(lambda: best.json("drain"))
    second.wait_state("active")
    activation, = second.activations()
    assert drained.least_ms(activation) < HANDOVER_MS_MAX, activation
    assert best.json("status")["state"] == "draining"
    assert best.vrrp()["stays_away"] == "drained"
    has_words(best.explain()["said"], "drained", "xbeatctl resume")
    has_words(best.text("status"), "draining")
    # A crash does not end it: the node is still drained afterwards.
    best.kill()
    best.start()
    wait_up(*nodes)
    assert best.json("status")["state"] == "draining"
    assert best.vrrp()["stays_away"] == "drained" and second.vrrp()["state"] == "active"
    assert best.json("resume")["instances"] == ["VI_1"]
    best.wait_state("active")
    assert best.json("status")["state"] == "running"
    # A clean stop does: the next daemon takes part.
    best.json("drain")
    second.wait_state("active")
    best.stop()
    best.start()
    best.wait_state("active")


def test_priority_moves_the_active(lab, nodes):
    best, second, third = nodes
    assert third.json("priority", "VI_1", "200") == \
        {"instance": "VI_1", "configured": 100, "effective": 200}
    third.wait_state("active")
    best.wait_state("backup")
    has_words(third.explain()["said"], "operator", "200", "priority VI_1 default")
    assert third.vrrp()["pinned_priority"] == 200
    third.json("priority", "VI_1", "default")
    best.wait_state("active")
    third.wait_state("backup")
    assert third.priority() == 100 and "pinned_priority" not in third.vrrp()
    best.json("priority", "VI_1", "50")
    second.wait_state("active")
    has_words(best.explain()["said"], "operator", "50")
    best.json("priority", "VI_1", "default")
    best.wait_state("active")
    for wrong in ("255", "0", "x", "-1"):
        assert best.ctl("priority", "VI_1", "--", wrong, check=False).returncode in (1, 2), wrong
    assert best.priority() == 150


@pytest.mark.laboratory(nodes=2)
def test_failover_moves_a_sync_group(lab):
    group = sync_group("both", "VI_1", "VI_2")
    nodes = [Xbeatd(lab, name, *blocks(lab, priority, group,
                                       instance("VI_2", "heartbeat lan", vrid=52, priority=priority,
                                                advert_int=INTERVAL)))
             for name, priority in zip(lab.nodes, PRIORITIES)]
    start_all(nodes)
    best, second = nodes
    for name in ("VI_1", "VI_2"):
        second.wait_state("backup", name)
        best.wait_state("active", name)
    asked = lab.moment(lambda: best.json("failover", "VI_2"))
    for name in ("VI_1", "VI_2"):
        second.wait_state("active", name)
        best.wait_state("initialize", name)
        activation, = second.activations(name)
        assert asked.least_ms(activation) < HANDOVER_MS_MAX, activation
    assert {obstacle["kind"] for obstacle in best.vrrp("VI_1")["obstacles"]} == {"group"}
    has_words(best.explain("VI_1")["said"], "VI_2", "operator")
    has_words(best.explain("VI_2")["said"], "operator")
    done = best.ctl("resume", "VI_1", check=False)
    assert done.returncode == 1 and "xbeatctl resume VI_2" in done.stderr, done
    best.json("resume")
    for name in ("VI_1", "VI_2"):
        best.wait_state("active", name)
        second.wait_state("backup", name)


@pytest.mark.laboratory(nodes=1, links=2)
def test_printed_configuration_is_the_same_one(lab):
    node = Xbeatd(lab, "node-a", heartbeat(lab, client_is_node=True),
                  block("vrrp_script check", 'script "/bin/echo a b"', "weight 5 reverse"),
                  sync_group("both", "VI_1", "VI_2"),
                  instance("VI_1", "heartbeat lan", block("track_script", "check"), "nopreempt"),
                  instance("VI_2", block("track_interface", "eth1 weight -5"), vrid=52,
                           vips=["10.77.0.102/24 label eth0:x", "10.77.0.103/32 dev eth1"])).start()
    printed = node.text("config")
    assert printed == node.json("config")["text"]
    done = subprocess.run([BUILD / "xbeatd", "-t", "-c", lab.write("printed.conf", printed)],
                          text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=NEVER_SECONDS)
    assert done.returncode == 0 and "warning" not in done.stdout, done.stdout
    answer = node.reload(printed)
    assert answer["unchanged_count"] == 2 and answer["warnings"] == [], answer
    assert node.text("config") == printed
