# SPDX-License-Identifier: GPL-2.0-or-later
"""A live node that cannot serve: only the interface of its instance lost its carrier."""

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings
from tests.support.laboratory import wait_until
from tests.support.moment import moment_of

# Active_Down_Interval, for which plain VRRP waits, is 3.6 s here.
TAKEOVER_MS_MAX = 200


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
    assert moment_of(lab, release).least_ms(activation) < TAKEOVER_MS_MAX, activation
    assert "node-a" in activation["reason"], activation
    assert cluster["node-b"].verdict("node-a") == "up", "the other link lives"
    lab.heal("node-a", "eth0")
    cluster["node-a"].wait_state("backup")
    assert lab.holders(VIP) == ["node-b"]
    assert cluster["node-c"].activations() == [], "two nodes took over"


@pytest.mark.laboratory(nodes=2, links=2)
def test_killed_active_back_without_carrier_is_followed(lab):
    """No advert had priority 0: only its heartbeats show that node-a is not Active any more."""
    # It is back before daemon_timeout, so it does not count as hung.
    cluster = Cluster(lab, Settings(advert_interval="0.1", daemon_timeout="30s")).start_active()
    cluster["node-a"].kill()
    lab.cut("node-a", "eth0", "--carrier")
    cluster["node-a"].start().wait_state("initialize")
    wait_until(lambda: lab.has_address("node-b", VIP), "node-b takes over")
    assert cluster["node-b"].verdict("node-a") == "up", "the other link lives"
    assert lab.holders(VIP) == ["node-b"]
