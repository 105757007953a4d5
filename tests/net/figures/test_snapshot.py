# SPDX-License-Identifier: GPL-2.0-or-later
"""The method snapshot: what the other methods answer, in one request."""

import pytest

from tests.support.cluster import Cluster
from tests.support.compared import wait_all_compared
from tests.support.configuration import Settings, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

PARTS = ["status", "peers", "vrrp", "tracking", "app", "drops"]
MOVING = {"sent", "received", "lost", "tick_count"}
TAKEN = "taken_unix_ns"


def facts(value):
    """Without what changes from one moment to the next."""
    if isinstance(value, list):
        return [facts(item) for item in value]
    if not isinstance(value, dict):
        return value
    return {name: facts(item) for name, item in value.items()
            if name not in MOVING and (not name.endswith("_ns") or name.endswith("unix_ns"))}


def adaptive(lab):
    """Three nodes that count gaps."""
    settings = Settings(multiplier="auto", interval="20ms", heartbeat_lines=["detection_max 200ms"])
    cluster = Cluster(lab, settings).start_active()
    wait_all_compared(cluster)
    return cluster["node-a"]


@pytest.mark.laboratory(nodes=3)
def test_it_equals_the_single_methods(lab):
    daemon = adaptive(lab)
    snapshot = daemon.ask("snapshot")
    assert snapshot.pop(TAKEN) == int(snapshot.pop(f"{TAKEN}_text")) > 1.7e18
    assert list(snapshot) == [*PARTS, "cluster"]
    # What a detection time follows may change between two requests.
    for method in snapshot:
        wait_until(lambda: facts(daemon.ask("snapshot")[method]) == facts(daemon.ask(method)), f"the same {method}")


@pytest.mark.laboratory(nodes=3)
def test_histograms_count_what_the_links_count(lab):
    daemon = adaptive(lab)
    wait_until(lambda: min(link["received"] for peer in daemon.ask("peers") for link in peer["links"]) > 9,
               "some round trips")
    before = daemon.ask("peers")
    snapshot = daemon.ask("snapshot", histograms=True)
    shown = snapshot["histograms"]
    links = [(peer["name"], link) for peer in snapshot["peers"] for link in peer["links"]]
    assert len(shown["rtt_bounds_ns"]) == 31 and shown["rtt_bounds_ns"][:2] == [2, 4]
    assert len(shown["gap_bounds_ns"]) == 87 and shown["gap_bounds_ns"][0] == 81920
    assert len(shown["links"]) == len(links) == 2
    for (peer, link), histogram, old in zip(links, shown["links"], before):
        assert (histogram["peer"], histogram["interface"], histogram["address"]) == (
            peer, link["interface"], link["address"])
        assert len(histogram["rtt_counts"]) == 32 and len(histogram["gap_counts"]) == 88
        count = sum(histogram["rtt_counts"])
        assert old["links"][0]["received"] <= count <= daemon.peer(peer)["links"][0]["received"]
        assert sum(histogram["gap_counts"]) > count, "PROBEs and REPLYs"
        used = [bound for bound, n in zip(shown["rtt_bounds_ns"], histogram["rtt_counts"]) if n]
        assert used[0] / 2 <= link["rtt_ns"]["min"] < used[0], "in the first bucket that is used"


@pytest.mark.laboratory(nodes=1)
def test_without_heartbeats(lab):
    daemon = Xbeatd(lab, "node-a", instance()).start_active()
    snapshot = daemon.ask("snapshot", histograms=True)
    assert list(snapshot) == [TAKEN, *PARTS, "histograms", f"{TAKEN}_text"]
    assert snapshot["peers"] == snapshot["histograms"]["links"] == []
    with pytest.raises(KeyError):  # an error instead of a result
        daemon.ask("snapshot", histograms="yes")
