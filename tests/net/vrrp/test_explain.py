# SPDX-License-Identifier: GPL-2.0-or-later
"""What "explain" reports about two possible owners, about this node, and about nodes that no node
hears; two of its statements never contradict each other."""

import signal
import subprocess

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import NEVER_SECONDS, wait_until
from tests.support.xbeatd import wait_up


@pytest.fixture
def cluster(lab):
    return Cluster(lab, Settings(advert_interval="0.1")).start_active(*lab.nodes)


def wait_verdict(daemon, peer, verdict):
    wait_until(lambda: daemon.verdict(peer) == verdict, f"{daemon.node} judges {peer} {verdict}")


def said(daemon, name="VI_1"):
    return daemon.explain(name)["said"]


def send_unknown_version(lab, node):
    lab.run("client", "python3", "-c", "import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM);"
            f"s.sendto(b'XB' + bytes([9]) * 134, ('{lab.address(node)}', 694))")


def test_a_node_that_is_cut_off(lab, cluster):
    a, b, c = (cluster[node] for node in lab.nodes)
    assert "Of 2 other nodes, 2 are up." in said(a, "node-a")
    lab.cut("node-a")
    b.wait_state("active")
    wait_verdict(a, "node-b", "down")
    assert "another node may have taken over" in said(a)
    assert "node-a was Active when last heard, and is down" in said(b)
    assert "It is isolated: none of 2 other nodes is heard" in said(a, "node-a")
    assert any("connected -> isolated" in line for line in a.explain("node-a")["lately"])
    assert "made progress" not in a.text("peers"), "no node can know"
    wait_until(lambda: "10.77.0.2" in c.vrrp()["reason"], "node-c follows node-b")
    lab.heal("node-a")
    wait_up(a, b, c)
    back = next(event for event in a.events() if event["to"] == "connected" and "ago" in event["reason"])
    assert back["reason"].endswith(" ms ago") and float(back["reason"].split()[-3]) < 100, back
    wait_until(lambda: c.vrrp()["reason"] == "follows 10.77.0.1 (priority 150)", "node-c follows node-a again")


def test_a_direction_that_is_lost(lab, cluster):
    a = cluster["node-a"]
    lab.lose("node-a", "out")
    a.wait_state("backup")
    wait_verdict(a, "node-b", "one-way")
    wait_until(lambda: "does not preempt: node-b does not hear this node" in said(a), "explain gives the reason")
    assert "it preempts when" not in said(a)
    assert a.peer("node-b")["links"][0]["heard_age_ns"] < 100e6
    row = next(line for line in a.text("peers").splitlines() if line.startswith("node-b"))
    assert row.split()[5] in ("us", "ms") and "made progress" not in a.text("peers"), row


def test_a_daemon_that_died_and_one_that_is_stopped(lab, cluster):
    a, b, c = (cluster[node] for node in lab.nodes)
    c.process.send_signal(signal.SIGSTOP)
    asked = subprocess.Popen(c.ctl_argv("status"), text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    a.kill()
    b.wait_state("active")
    assert "its daemon died" in b.vrrp()["reason"] and "The daemon of node-a is dead" in said(b)
    wait_verdict(b, "node-a", "fenced")
    assert "start xbeatd there" in said(b, "node-a") and "died" in b.peer("node-a")["reason"]
    errors = asked.communicate(timeout=NEVER_SECONDS)[1]
    c.process.send_signal(signal.SIGCONT)
    assert asked.returncode == 1 and f"process {c.process.pid} is stopped" in errors, errors
    wait_until(lambda: any("this node stalled" in line for line in c.explain("node-c")["lately"]),
               "it reports that it was stopped")


def test_another_key(lab, cluster):
    c = cluster["node-c"]
    c.stop()
    text = c.configuration.read_text()
    other = lab.write("other.key", f"1 {'ff' * 16}\n")
    c.configure(text.replace(str(cluster.key_file), str(other)))
    c.start()
    for daemon, peer in ((c, "node-a"), (cluster["node-a"], "node-c")):
        wait_until(lambda daemon=daemon, peer=peer: "compare the key files" in said(daemon, peer),
                   f"{daemon.node} mentions the key of {peer}")


@pytest.mark.laboratory(nodes=2)
def test_exchanged_ids(lab):
    cluster = Cluster(lab, Settings()).start_xbeatd()
    cluster.wait_up()
    a, b = cluster["node-a"], cluster["node-b"]
    text = b.configuration.read_text()
    b.stop()
    b.configure(text.replace("node 1 node-a", "node 9 node-a").replace("node 2 node-b", "node 1 node-b")
                .replace("node 9 node-a", "node 2 node-a"))
    b.start()
    wait_until(lambda: "not_for_me" in said(a, "node-b"), lambda: said(a, "node-b"))
    assert "compare the node ids" in said(a, "node-b")


@pytest.mark.laboratory(nodes=2)
def test_what_was_refused_before_it_fell_silent_is_no_reason(lab):
    """A stranger's packets of yesterday explain no silence of today."""
    cluster = Cluster(lab, Settings()).start_xbeatd()
    cluster.wait_up()
    a = cluster["node-a"]
    send_unknown_version(lab, "node-a")
    lab.cut("node-b")
    wait_verdict(a, "node-b", "down")
    counted = {reason: count for reason, count in a.json("drops").items() if count}
    assert "bad_version" in counted, counted
    assert "refused here" not in said(a, "node-b"), said(a, "node-b")
    assert "Check the machine, its power" in said(a, "node-b")


@pytest.mark.laboratory(nodes=2)
def test_what_was_refused_before_it_stopped_is_no_reason(lab):
    """A node that stops falls silent later, without another verdict."""
    cluster = Cluster(lab, Settings()).start_xbeatd()
    cluster.wait_up()
    a = cluster["node-a"]
    send_unknown_version(lab, "node-a")
    cluster["node-b"].stop()
    wait_verdict(a, "node-b", "released")
    wait_until(lambda: "it is silent" in said(a, "node-b"), "node-a hears node-b no more")
    assert a.json("drops")["bad_version"]
    assert "refused here" not in said(a, "node-b"), said(a, "node-b")


@pytest.mark.laboratory(nodes=2)
def test_fragments(lab):
    """A small MTU on the way cuts heartbeats in parts, which are refused."""
    cluster = Cluster(lab, Settings()).start_xbeatd()
    cluster.wait_up()
    b = cluster["node-b"]
    lab.run("node-a", "ip", "link", "set", "eth0", "mtu", "100")
    wait_until(lambda: "ip_fragment" in said(b, "node-a"), lambda: said(b, "node-a"))
    assert "MTU" in said(b, "node-a")


@pytest.mark.laboratory(nodes=2)
def test_probes_that_do_not_leave(lab):
    cluster = Cluster(lab, Settings(family=6)).start_xbeatd()
    cluster.wait_up()
    a = cluster["node-a"]
    rule = ["to", lab.address("node-b", family=6), "priority", "1", "prohibit"]
    lab.run("node-a", "ip", "-6", "rule", "add", *rule)
    wait_until(lambda: "this node's own PROBEs do not leave: Permission denied" in said(a, "node-b"),
               lambda: said(a, "node-b"))
    assert a.peer("node-b")["links"][0]["send_error"] == "Permission denied"
    lab.run("node-a", "ip", "-6", "rule", "del", *rule)
    wait_until(lambda: "send_error" not in a.peer("node-b")["links"][0], "they leave again")
    assert [(event["subject"], event["to"]) for event in a.events() if event["kind"] == "probes"] == [
        ("self/eth0", "not sent"), ("self/eth0", "sent")]


@pytest.mark.laboratory(nodes=2, links=2)
def test_a_link_of_its_own_that_is_bad(lab):
    cluster = Cluster(lab, Settings(advert_interval="0.1", client_is_node=True,
                                    instance_lines=["track_link eth0 weight -120"]))
    cluster.start_xbeatd()
    # Without a third node, node-b's end of a cut link is as bad as node-a's.
    cluster.start_xbeatd("client", instance=False)
    cluster.wait_up()
    a = cluster["node-a"]
    lab.cut("node-a", "eth1")
    wait_until(lambda: "Its link eth1 is bad" in said(a, "node-a"), "eth1 is bad")
    assert "this node's end of it first" in said(a, "node-b")
    lab.heal("node-a")
    a.wait_state("active")
    lab.cut("node-a", "eth0")
    a.wait_state("backup")
    wait_until(lambda: "node-b reports in its heartbeats that it is Active" in said(a), "node-a knows the Active")


def test_a_witness(lab):
    """Its file, the same as on the others, has instances that it does not run."""
    cluster = Cluster(lab, Settings(witness="node-c"))
    for node in lab.nodes:
        cluster.daemon(node, cluster.vrrp_instance(node, "heartbeat lan"), instance=False).start()
    cluster.wait_up()
    a, witness = cluster["node-a"], cluster["node-c"]
    assert "a witness" in witness.text("status") and "a witness" not in a.text("status")
    assert witness.json("vrrp") == [] and "witness" in witness.text("vrrp")
    for line in ("explain VI_1", "failover VI_1", "resume VI_1", "priority VI_1 7"):
        done = witness.ctl(*line.split(), check=False)
        assert done.returncode == 1 and "is a witness and does not run VI_1" in done.stderr, done
    assert "unknown" in witness.ctl("explain", "VI_2", check=False).stderr
    assert a.peer("node-c")["witness"] is True and "witness" not in a.peer("node-b")
    assert "a witness" in a.text("peers") and "It is a witness" in said(a, "node-c")
    assert "It is a witness" in said(witness, "node-c") and "1 in its file" in said(witness, "node-c")
