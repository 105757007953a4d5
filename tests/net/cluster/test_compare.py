# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes compare their configurations: each disagreement is reported once on each of two nodes, with
both values and the line of the node's own file, and its end is reported."""

import pytest

from tests.support.compared import compared, only_report, place_of, start, wait_all_compared
from tests.support.configuration import Settings, heartbeat
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
NODES = ("node-a", "node-b")


def start_pair(lab, own, other):
    return start(lab, dict(zip(NODES, (own, other))))


def expect_one(cluster, subject, values, line):
    """Each node reports only this, with its own value first and the line of its file."""
    wait_all_compared(cluster)
    for node, own, other in zip(NODES, values, reversed(values)):
        daemon = cluster[node]
        peer = NODES[node == NODES[0]]
        assert f": {own} here ({place_of(daemon, line)}), {other} on {peer}; " in only_report(daemon, subject)


# Keyword: settings of both nodes, their values in words.
OF_BLOCK = {
    "guard_timeout": ({"heartbeat_lines": ["guard_timeout 250ms"]}, {"heartbeat_lines": ["guard_timeout 200ms"]},
                      ("250 ms", "200 ms")),
    "interval": ({"interval": "10ms"}, {"interval": "20ms"}, ("10 ms", "20 ms")),
    "multiplier": ({"multiplier": 3}, {"multiplier": 5}, ("3", "5")),
    "restart_grace": ({"heartbeat_lines": ["restart_grace 100ms"]}, {"heartbeat_lines": ["restart_grace 200ms"]},
                      ("100 ms", "200 ms")),
}


@pytest.mark.parametrize("keyword", OF_BLOCK)
def test_block(lab, keyword):
    own, other, values = OF_BLOCK[keyword]
    cluster = start_pair(lab, Settings(**own), Settings(**other))
    expect_one(cluster, f"heartbeat/{keyword}", values, keyword)


def test_equal_configurations_agree(lab):
    cluster = start_pair(lab, Settings(), Settings())
    wait_all_compared(cluster)
    for daemon in cluster.daemons.values():
        assert compared(daemon) == [] and daemon.json("status")["disagreements"] == []
        assert "of all nodes agree" in daemon.text("cluster")


def reload_guard(lab, cluster, node, guard):
    """The node's guard_timeout becomes this one."""
    cluster.settings = Settings(heartbeat_lines=[f"guard_timeout {guard}"])
    cluster[node].reload(heartbeat(lab, cluster.settings, cluster.key_file),
                         cluster.vrrp_instance(node, "heartbeat lan"))


def test_a_reload_ends_it(lab):
    cluster = start_pair(lab, Settings(heartbeat_lines=["guard_timeout 250ms"]),
                         Settings(heartbeat_lines=["guard_timeout 200ms"]))
    expect_one(cluster, "heartbeat/guard_timeout", ("250 ms", "200 ms"), "guard_timeout")
    reload_guard(lab, cluster, "node-b", "230ms")
    for daemon in cluster.daemons.values():  # another value is another report, and no agreement
        wait_until(lambda: [to for _, to, _ in compared(daemon)] == ["differs", "differs"], "the new value is reported")
        assert "230 ms" in compared(daemon)[-1][2]
        difference, = daemon.json("status")["disagreements"]
        assert {difference["own"], difference["other"]} == {"250 ms", "230 ms"}
    reload_guard(lab, cluster, "node-b", "250ms")
    for daemon in cluster.daemons.values():
        wait_until(lambda: [to for _, to, _ in compared(daemon)] == ["differs", "differs", "agrees"],
                   "the agreement is reported")
        assert daemon.json("status")["disagreements"] == []


def test_status_and_explain(lab):
    cluster = start_pair(lab, Settings(heartbeat_lines=["guard_timeout 250ms"]),
                         Settings(heartbeat_lines=["guard_timeout 200ms"]))
    expect_one(cluster, "heartbeat/guard_timeout", ("250 ms", "200 ms"), "guard_timeout")
    daemon = cluster["node-a"]
    difference, = daemon.json("status")["disagreements"]
    text = difference.pop("text")
    assert difference == {"subject": "heartbeat/guard_timeout", "what": "guard_timeout", "own": "250 ms",
                          "other": "200 ms", "nodes": ["node-b"],
                          "location": place_of(daemon, "guard_timeout")}
    assert f"differs        {text}"[:60] in daemon.text("status")
    for name in NODES:
        assert f"Configurations differ: {text}." in daemon.json("explain", name)["lines"]
    assert not any("differ" in line for line in daemon.json("explain", "VI_1")["lines"])
