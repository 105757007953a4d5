# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes compare their configurations: each disagreement is reported once on each of two nodes, with
both values and the line of the node's own file, and its end is reported."""

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, block, heartbeat, instance
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
NODES = ("node-a", "node-b")


def compared(daemon):
    """Its events about comparisons: subject, end state, reason."""
    return [(event["subject"], event["to"], event["reason"]) for event in daemon.events()
            if event["kind"] == "compare"]


def start(lab, own, other):
    """Two nodes with these settings."""
    cluster = Cluster(lab)
    for node, settings in zip(NODES, (own, other)):
        cluster.settings = settings
        cluster.daemon(node).start()
    cluster.wait_up()
    return cluster


def wait_all_compared(cluster):
    for daemon in cluster.daemons.values():
        wait_until(lambda: all(node["comparison"] == "compared" for node in daemon.json("cluster")["nodes"]
                               if "comparison" in node), "all configurations are compared")


def place_of(daemon, line):
    """Where a line begins so in the daemon's file."""
    text = daemon.configuration.read_text()
    number = next(number for number, one in enumerate(text.splitlines(), 1) if one.strip().startswith(line))
    return f"({daemon.configuration}:{number})"


def expect_one(cluster, subject, values, line):
    """Each node reports only this, with its own value first and the line of its file."""
    wait_all_compared(cluster)
    for node, own, other in zip(NODES, values, reversed(values)):
        daemon = cluster[node]
        (found, to, reason), = compared(daemon)
        assert (found, to) == (subject, "differs"), reason
        peer = NODES[node == NODES[0]]
        assert f": {own} here {place_of(daemon, line)}, {other} on {peer}; " in reason


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
    cluster = start(lab, Settings(**own), Settings(**other))
    expect_one(cluster, f"heartbeat/{keyword}", values, keyword)


def test_equal_configurations_agree(lab):
    cluster = start(lab, Settings(), Settings())
    wait_all_compared(cluster)
    for daemon in cluster.daemons.values():
        assert compared(daemon) == [] and daemon.json("status")["disagreements"] == []
        assert [node["name"] for node in daemon.json("cluster")["nodes"]] != []


def reload_guard(lab, cluster, node, guard):
    """The node's guard_timeout becomes this one."""
    cluster.settings = Settings(heartbeat_lines=[f"guard_timeout {guard}"])
    cluster[node].reload(heartbeat(lab, cluster.settings, cluster.key_file),
                         cluster.vrrp_instance(node, "heartbeat lan"))


def test_a_reload_ends_it(lab):
    cluster = start(lab, Settings(heartbeat_lines=["guard_timeout 250ms"]),
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
    cluster = start(lab, Settings(heartbeat_lines=["guard_timeout 250ms"]),
                    Settings(heartbeat_lines=["guard_timeout 200ms"]))
    expect_one(cluster, "heartbeat/guard_timeout", ("250 ms", "200 ms"), "guard_timeout")
    daemon = cluster["node-a"]
    difference, = daemon.json("status")["disagreements"]
    text = difference.pop("text")
    assert difference == {"subject": "heartbeat/guard_timeout", "what": "guard_timeout", "own": "250 ms",
                          "other": "200 ms", "nodes": ["node-b"],
                          "location": place_of(daemon, "guard_timeout").strip("()")}
    assert f"differs        {text}"[:60] in daemon.text("status")
    for name in NODES:
        assert f"Configurations differ: {text}." in daemon.json("explain", name)["lines"]
    assert not any("differ" in line for line in daemon.json("explain", "VI_1")["lines"])
