# SPDX-License-Identifier: GPL-2.0-or-later
"""Counters of takeovers, releases and fences by cause, in "xbeatctl vrrp"."""

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import wait_until
from tests.support.moment import stop_for

pytestmark = pytest.mark.laboratory(nodes=2)
SETTINGS = {"daemon_timeout": "1s", "advert_interval": "0.2"}


def counted(daemon, what):
    return {each["cause"]: each["count"] for each in daemon.vrrp()[what]}


def wait_counted(daemon, what, expected):
    wait_until(lambda: counted(daemon, what) == expected,
               lambda: f"{what} of {daemon.node}: {counted(daemon, what)}")


def test_takeover_after_a_cut(lab):
    """The duration begins with the last evidence of the Active."""
    cluster = Cluster(lab, Settings(**SETTINGS)).start_active()
    daemon = cluster["node-b"]
    assert counted(daemon, "takeovers") == {} and daemon.vrrp()["keepalived_state"] == "BACKUP"
    moment = lab.moment(lambda: lab.cut("node-a"))
    wait_counted(daemon, "takeovers", {"peer_down": 1})
    takeover, = daemon.vrrp()["takeovers"]
    active = next(event for event in daemon.events() if event["to"] == "active")
    assert takeover["total_ns"] == takeover["last_ns"]
    # The detection time is 30 ms; the last evidence left up to an interval before the cut.
    assert 29e6 < takeover["last_ns"] < (moment.most_ms(active) + 60) * 1e6
    assert (daemon.vrrp()["cause"], daemon.vrrp()["keepalived_state"]) == ("peer_down", "MASTER")
    assert daemon.vrrp()["became_active_count"] == 1


def test_operator_and_reload(lab):
    """Counters survive a reload that restarts the instance."""
    cluster = Cluster(lab, Settings(**SETTINGS)).start_active()
    best, other = cluster["node-a"], cluster["node-b"]
    first = counted(best, "takeovers")
    assert list(first.values()) == [1] and first.keys() <= {"cold_start", "silence"}, first
    best.json("failover", "VI_1", "-t", "1h")
    wait_counted(best, "releases", {"operator": 1})
    wait_counted(other, "takeovers", {"offer": 1})
    shown = best.vrrp()
    assert shown["fault"]["kind"] == "operator" and shown["keepalived_state"] == "FAULT"
    assert shown["until_unix_ns"] > shown["since_unix_ns"] + 3590e9
    best.json("resume", "VI_1")
    wait_counted(best, "takeovers", {**first, "claim": 1})
    wait_counted(other, "releases", {"handover": 1})
    wait_counted(other, "fences", {"claim": 1})
    assert "fault" not in best.vrrp() and "until_unix_ns" not in best.vrrp()
    text = best.configuration.read_text()
    assert best.reload(text.replace("virtual_router_id 51", "virtual_router_id 52"))["changed"] == ["VI_1"]
    assert counted(best, "releases") == {"operator": 1, "reload": 1}
    assert counted(best, "takeovers")["claim"] == 1


def test_stalled_active(lab):
    cluster = Cluster(lab, Settings(**SETTINGS)).start_active()
    stalled, other = cluster["node-a"], cluster["node-b"]
    stop_for(2.5, stalled.process)
    wait_counted(stalled, "fences", {"guard_expired": 1})
    assert counted(stalled, "releases")["guard_expired"] == 1
    assert counted(other, "takeovers") == {"fenced": 1}
    takeover, = other.vrrp()["takeovers"]
    assert takeover["last_ns"] > 1e9, "since the daemon's last progress"


def test_daemon_that_stops(lab):
    cluster = Cluster(lab, Settings(**SETTINGS)).start_active()
    cluster["node-a"].stop()
    wait_counted(cluster["node-b"], "takeovers", {"release": 1})
