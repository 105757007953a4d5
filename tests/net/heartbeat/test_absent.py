# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes that do not exist: ARP gets no answer, so packets to them wait in the kernel. They must not
delay packets to live nodes."""

import time

import pytest

from tests.support.configuration import block, heartbeat, instance
from tests.support.xbeatd import Xbeatd, wait_up

ADVERT_INTERVAL = "0.01"
# The kernel asks for a link-layer address for three seconds.
LASTS_S = 3.5


@pytest.mark.laboratory(nodes=4)
def test_absent_nodes_keep_nothing_from_the_living(lab):
    for absent in ("node-c", "node-d"):
        lab.cut(absent)
    nodes = {}
    for node, priority in (("node-a", 150), ("node-b", 100)):
        peers = [lab.address(peer) for peer in lab.nodes if peer != node]
        nodes[node] = Xbeatd(lab, node, heartbeat(lab, multiplier=10), instance(
            "VI_1", "heartbeat lan", block("unicast_peer", *peers), priority=priority,
            advert_int=ADVERT_INTERVAL)).start()
    a, b = nodes.values()
    wait_up(a, b)
    a.wait_state("active")
    b.wait_state("backup")
    before = {node: len(daemon.events()) for node, daemon in nodes.items()}
    received, sent = b.vrrp()["adverts"]["received"], a.vrrp()["adverts"]["sent"]
    begin_ns = time.monotonic_ns()
    time.sleep(LASTS_S)
    due = (LASTS_S - lab.stalled_ms(begin_ns, time.monotonic_ns()) / 1000) / float(ADVERT_INTERVAL)
    sent = a.vrrp()["adverts"]["sent"] - sent
    for node, daemon in nodes.items():
        news = [event for event in daemon.events()[before[node]:] if event["kind"] in ("peer", "vrrp")]
        assert not news, news
        assert "probes self/" not in daemon.process.output()
    assert sent > 0.7 * due and b.vrrp()["adverts"]["received"] - received > 0.9 * sent
