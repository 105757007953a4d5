# SPDX-License-Identifier: GPL-2.0-or-later
"""nopreempt, with xbeatd and keepalived as the two nodes of one virtual router."""

import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings

pytestmark = pytest.mark.laboratory(nodes=2)


@pytest.mark.parametrize("first,second", [("keepalived", "xbeatd"), ("xbeatd", "keepalived")])
def test_nopreempt_is_kept_both_ways(lab, first, second):
    """The new node has the higher priority and does not preempt the Active."""
    node = {"xbeatd": "node-a", "keepalived": "node-b"}
    priorities = [150, 100] if second == "xbeatd" else [100, 150]
    cluster = Cluster(lab, Settings(priorities=priorities, advert_interval="0.1", preempt=False))
    start = {"xbeatd": cluster.start_xbeatd, "keepalived": cluster.start_keepalived}
    start[first](node[first])
    cluster.wait_holder(node[first])
    start[second](node[second])
    time.sleep(1.5)
    assert lab.holders(VIP) == [node[first]]
