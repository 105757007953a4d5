# SPDX-License-Identifier: GPL-2.0-or-later
"""A node that lives but cannot serve: only the interface of its instance lost its carrier."""

import pytest

from tests.support.cluster import VIP, Cluster, Settings

# Active_Down_Interval, for which plain VRRP waits, is 3.6 s here.
TAKEOVER_NS_MAX = 200 * 10**6


@pytest.mark.laboratory(nodes=3, links=2)
def test_active_without_carrier_gives_the_instance_up(lab):
    # With nopreempt node-a stays Backup when it can serve again: it must not have the address then.
    cluster = Cluster(lab, Settings(preempt=False)).start_active()
    lab.cut("node-a", "eth0", "--carrier")
    cluster["node-b"].wait_state("active")
    cluster["node-a"].wait_state("initialize")
    release = next(event for event in cluster["node-a"].events()
                   if event["kind"] == "vrrp" and event["to"] == "initialize")
    activation, = cluster["node-b"].activations()
    assert activation["time_unix_ns"] - release["time_unix_ns"] < TAKEOVER_NS_MAX, activation
    assert "node-a" in activation["reason"], activation
    assert cluster["node-b"].verdict("node-a") == "up", "the other link lives"
    lab.heal("node-a", "eth0")
    cluster["node-a"].wait_state("backup")
    assert lab.holders(VIP) == ["node-b"]
    assert cluster["node-c"].activations() == [], "two nodes took over"
