# SPDX-License-Identifier: GPL-2.0-or-later
"""REPLYs that do not arrive: what native XDP sends from a veth whose far end has no XDP program is
lost. The node that misses them reports it, and the one that sends them finds a way that works.
"""

import signal
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import BUILD, wait_until
from tests.support.owners import OwnerWatch
from tests.support.probe import serve_everywhere


def interface(daemon):
    return daemon.json("status")["interfaces"][0]


def link(daemon, peer):
    return daemon.peer(peer)["links"][0]


def modes(daemon):
    return [event["to"] for event in daemon.events() if event["kind"] == "mode"]


def wait_replies(cluster):
    """Waits until every node receives REPLYs of every other one."""
    daemons = cluster.daemons.values()
    wait_until(lambda: all(link(one, other.node)["received"] for one in daemons for other in daemons
                           if one is not other), "all REPLYs arrive")


@pytest.mark.laboratory(nodes=2, ends="plain")
def test_plain_ends_lead_to_generic_mode(lab, cluster):
    cluster.start_xbeatd()
    wait_replies(cluster)
    for node, other in ("node-a", "node-b"), ("node-b", "node-a"):
        daemon = cluster[node]
        wait_until(lambda: interface(daemon)["mode"] == "generic", f"{node} has changed its mode")
        shown = interface(daemon)
        assert other in shown["mode_reason"], shown
        assert "veth" in shown["mode_reason"], "what can be done about it"
        assert modes(daemon) == ["native, redirect", "generic"]
        told = [event["to"] for event in daemon.events() if event["kind"] == "replies"]
        assert told == ["missing", "arriving"]
        seen = link(daemon, other)
        assert seen["lost"] >= 10 and seen["replies_missing_count"] == 1, seen
        assert seen["loss_reports"] >= 2, "one for each mode that failed"
        assert shown["mode_reason"] in daemon.text("status")
    cluster.wait_holder("node-a")
    taken = [len(daemon.activations()) for daemon in cluster.daemons.values()]
    assert taken == [1, 0], "an instance may become Active meanwhile, and stays so"


@pytest.mark.laboratory(nodes=2, ends="gro")
def test_gro_on_the_far_end_leads_to_redirect(lab, cluster):
    cluster.start_xbeatd()
    wait_replies(cluster)
    for daemon in cluster.daemons.values():
        shown = interface(daemon)
        assert (shown["mode"], shown["answers"]) == ("native", "redirect"), shown
        assert modes(daemon) == ["native, redirect"]
        assert "answers by redirect" in daemon.text("status")


@pytest.mark.laboratory(nodes=2, ends="program")
def test_program_on_the_far_end_stays_native(lab, cluster):
    cluster.start_xbeatd()
    wait_replies(cluster)
    time.sleep(0.5)
    for daemon in cluster.daemons.values():
        assert interface(daemon)["mode"] == "native" and not modes(daemon)
        assert "mode_reason" not in interface(daemon)


@pytest.mark.laboratory(nodes=2, ends="plain")
def test_mode_outlives_the_daemon(lab, cluster):
    """The next one takes over the link as it is, so that no answer is lost again."""
    cluster.start_active()
    cluster["node-a"].kill()
    cluster["node-a"].start()
    cluster.wait_up()
    shown = interface(cluster["node-a"])
    assert (shown["mode"], shown["mode_reason"]) == ("generic", "an earlier daemon left it so"), shown
    assert not modes(cluster["node-a"])
    assert link(cluster["node-b"], "node-a")["replies_missing_count"] == 1


def far_end(lab, node, *words):
    lab.run("switch", "ip", "link", "set", "dev", f"{node}.0", *words)


@pytest.mark.laboratory(nodes=2, ends="program")
def test_active_changes_its_mode_without_a_takeover(lab, cluster):
    """The far end of the Active loses its program: no program runs on the Active for some 40 ms,
    longer than the detection time, and nothing follows from that."""
    cluster.start_active()
    serve_everywhere(lab)
    watch = OwnerWatch(lab, cluster.settings.vip)
    watch.client.wait_owner("node-a")
    far_end(lab, "node-a", "xdpdrv", "off")
    wait_until(lambda: interface(cluster["node-a"])["mode"] == "generic", "node-a is in generic mode")
    before = link(cluster["node-b"], "node-a")["received"]
    wait_until(lambda: link(cluster["node-b"], "node-a")["received"] > before + 10, "its REPLYs arrive")
    seen = watch.finish()
    assert seen.order() == ["node-a"] and not cluster["node-b"].activations()
    assert not seen.two_owners_ms() and seen.outage_ms() <= 10 + seen.stalled_ms
    for one, other in ("node-a", "node-b"), ("node-b", "node-a"):
        verdicts = [event["to"] for event in cluster[one].events() if event["kind"] == "peer"]
        assert "down" not in verdicts and cluster[one].verdict(other) == "up", verdicts


@pytest.mark.laboratory(nodes=2, ends="plain")
def test_native_mode_is_tried_again_when_the_device_has_changed(lab, cluster):
    cluster.start_xbeatd()
    wait_replies(cluster)
    cluster.wait_holder("node-a")
    for node in lab.nodes:
        far_end(lab, node, "xdpdrv", "object", BUILD / "tools" / "lab_pass.bpf.o", "program", "lab_pass")
        far_end(lab, node, "mtu", "1400")
        lab.run(node, "ip", "link", "set", "dev", "eth0", "mtu", "1400")
    wait_until(lambda: modes(cluster["node-b"])[2:] == ["native"], "node-b tries native mode")
    wait_until(lambda: interface(cluster["node-b"])["mode"] == "native", "it is in native mode")
    before = link(cluster["node-a"], "node-b")["received"]
    wait_until(lambda: link(cluster["node-a"], "node-b")["received"] > before + 20, "REPLYs arrive")
    assert modes(cluster["node-b"])[2:] == ["native"]
    assert modes(cluster["node-a"])[2:] == [], "not while it holds a guarded address"


@pytest.mark.laboratory(ends="plain")
def test_daemon_of_the_active_stopped_on_plain_ends(lab):
    """Its kernel answers, so no node takes over before its guard expires, and never do two nodes
    answer."""
    cluster = Cluster(lab, Settings(daemon_timeout="3s")).start_active()
    serve_everywhere(lab)
    watch = OwnerWatch(lab, cluster.settings.vip)
    watch.client.wait_owner("node-a")
    cluster["node-a"].process.send_signal(signal.SIGSTOP)
    time.sleep(1)
    assert cluster["node-b"].verdict("node-a") == "up"
    cluster["node-b"].wait_state("active")
    time.sleep(0.5)
    cluster["node-a"].process.send_signal(signal.SIGCONT)
    cluster.wait_up()
    cluster.wait_holder("node-a")
    seen = watch.finish()
    assert seen.two_owners_ms() <= 20 + seen.stalled_ms, seen.two_owners()
    assert seen.order() == ["node-a", "node-b", "node-a"]
    first, = cluster["node-b"].activations()
    assert "down" not in first["reason"], first
