# SPDX-License-Identifier: GPL-2.0-or-later
"""REPLYs that do not arrive: what native XDP sends from a veth whose far end has no XDP program is
lost. The node that misses them reports it, and the one that sends them finds a way that works.
"""

import signal
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import wait_until
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
        shown = interface(daemon)
        assert shown["mode"] == "generic" and other in shown["mode_reason"], shown
        assert "veth" in shown["mode_reason"], "what can be done about it"
        assert modes(daemon) == ["native, redirect", "generic"]
        assert not daemon.activations(), "it is known before any address is taken"
        told = [event["to"] for event in daemon.events() if event["kind"] == "replies"]
        assert told == ["missing", "arriving"]
        seen = link(daemon, other)
        assert seen["lost"] >= 10 and seen["replies_missing_count"] == 1, seen
        assert seen["loss_reports"] >= 2, "one for each mode that failed"
        assert shown["mode_reason"] in daemon.text("status")


@pytest.mark.laboratory(nodes=2, ends="gro")
def test_gro_on_the_far_end_leads_to_redirect(lab, cluster):
    cluster.start_xbeatd()
    wait_replies(cluster)
    for daemon in cluster.daemons.values():
        shown = interface(daemon)
        assert (shown["mode"], shown["answers"]) == ("native", "redirect"), shown
        assert modes(daemon) == ["native, redirect"]
        assert "answers by redirect" in daemon.text("status")


@pytest.mark.laboratory(nodes=2)
def test_program_on_the_far_end_stays_native(lab, cluster):
    cluster.start_xbeatd()
    wait_replies(cluster)
    time.sleep(0.5)
    for daemon in cluster.daemons.values():
        assert interface(daemon)["mode"] == "native" and not modes(daemon)
        assert "mode_reason" not in interface(daemon)


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
