# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon that is told to stop says so, and the best Backup goes on at once."""

import re
import signal
import time

from tests.support.configuration import VIP

# Skew_Time of the best Backup, for which plain VRRP waits, is 609 ms here.
TAKEOVER_NS_MAX = 100 * 10**6
LOST_REQUESTS_MAX = 50  # one is sent each millisecond


def test_stop_hands_over_to_the_best_at_once(lab, cluster):
    cluster.start_active().start_client()
    asked_ns = time.time_ns()
    cluster["node-a"].process.send_signal(signal.SIGTERM)
    cluster.client.wait_owner("node-b")
    assert cluster["node-a"].process.wait(5) == 0
    activation, = cluster["node-b"].activations()
    assert re.search(r"releas|stop|priority 0", activation["reason"]), activation
    assert activation["time_unix_ns"] - asked_ns < TAKEOVER_NS_MAX, activation
    time.sleep(1)  # longer than the Skew_Time of node-c, 805 ms
    assert cluster["node-c"].activations() == [], "two nodes took over"
    assert lab.holders(VIP) == ["node-b"]
    result = cluster.client.finish()
    assert result["owner_changes"] == 1, result
    assert sum(outage["lost"] for outage in result["outages"]) <= LOST_REQUESTS_MAX, result
