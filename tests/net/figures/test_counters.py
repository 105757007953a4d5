# SPDX-License-Identifier: GPL-2.0-or-later
"""Counters of the daemon and of its peers, and integers that JSON readers round."""

import pytest

from tests.support.cluster import Cluster
from tests.support.compared import wait_all_compared
from tests.support.configuration import Settings
from tests.support.laboratory import wait_until
from tests.support.moment import stop_for

EXACT_MAX = 2**53
METHODS = ["status", "cluster", "peers", "vrrp", "tracking", "app", "drops", "events"]


def large(value, where=""):
    """Yields where each large integer is, with the object that has it."""
    if isinstance(value, list):
        for item in value:
            yield from large(item, where)
    elif isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, int) and abs(item) > EXACT_MAX:
                yield f"{where}.{name}", value, name
            yield from large(item, f"{where}.{name}")


@pytest.mark.laboratory(nodes=2)
def test_large_integers_have_twins(lab):
    cluster = Cluster(lab, Settings()).start_active()
    wait_all_compared(cluster)
    found = set()
    answers = {method: cluster["node-a"].ask(method) for method in METHODS}
    answers["snapshot"] = cluster["node-a"].ask("snapshot", histograms=True)
    answers["explain"] = cluster["node-a"].ask("explain", instance="VI_1")
    for method, answer in answers.items():
        for where, owner, name in large(answer, method):
            assert owner.get(f"{name}_text") == str(owner[name]), where
            found.add(where)
    assert {"status.epoch", "vrrp.since_unix_ns", "snapshot.taken_unix_ns"} <= found


@pytest.mark.laboratory(nodes=2)
def test_counters_of_a_life(lab):
    cluster = Cluster(lab, Settings(daemon_timeout="1s")).start_active()
    daemon = cluster["node-b"]
    changes = daemon.peer("node-a")["verdict_changes"]
    assert changes == {"down": 0, "up": 1, "hung": 0, "fenced": 0, "released": 0, "one-way": 0,
                       "unreachable": 0}
    lab.cut("node-a")
    wait_until(lambda: daemon.verdict("node-a") == "down", "node-a is down")
    lab.heal("node-a")
    wait_until(lambda: daemon.verdict("node-a") == "up", "node-a is up")
    text = daemon.configuration.read_text()
    daemon.reload(text)
    daemon.refused_reload(text.replace("interval 10ms", "interval 10"))
    daemon.configure(text)
    changes = daemon.peer("node-a")["verdict_changes"]
    assert changes["down"] >= 1 and changes["up"] == changes["down"] + 1
    status = daemon.json("status")
    assert status["reloads"] == {"ok": 1, "refused": 1}
    stalls = status["loop"]["stall_count"]
    stop_for(0.5, daemon.process)
    wait_until(lambda: daemon.json("status")["loop"]["stall_count"] > stalls, "the stall is counted")
    loop = daemon.json("status")["loop"]
    assert loop["stalled_ns"] > 0.4e9 and loop["late_ns"] > 0.4e9
    text = daemon.text("status")
    assert "\nreloads        1, and 1 refused\n" in text and "\nstalls " in text
    counts = daemon.ask("snapshot", histograms=True)["histograms"]["loop_lateness_counts"]
    assert sum(counts) >= loop["tick_count"] and sum(counts[28:]) >= 1, "2^28 ns are 0.27 s"


@pytest.mark.laboratory(nodes=2)
def test_round_trips_of_the_last_minute(lab):
    cluster = Cluster(lab, Settings()).start_active()
    link, = cluster["node-a"].peer("node-b")["links"]
    minute, whole = link["rtt_minute_ns"], link["rtt_ns"]
    assert 0 < link["rtt_minute_count"] <= link["received"] and link["rtt_minute_window_ns"] < 60e9
    assert "eth0: last minute P50 " in cluster["node-a"].text("peers")
    assert whole["min"] <= minute["p50"] <= minute["p99"] <= minute["max"] <= whole["max"]
