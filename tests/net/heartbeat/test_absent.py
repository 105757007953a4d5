# SPDX-License-Identifier: GPL-2.0-or-later
"""Nodes that do not exist: ARP gets no answer, so packets to them wait in the kernel. They must not
delay packets to live nodes."""

import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, block, heartbeat, instance
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


@pytest.mark.laboratory(nodes=2)
def test_absent_nodes_that_a_reload_adds(lab):
    """As before new nodes are switched on: the socket goes on, and has to hold more."""
    cluster = Cluster(lab, Settings(multiplier=30)).start_active()
    text = cluster["node-b"].configuration.read_text()
    absent = "".join(f"node {100 + i} absent-{i} 10.77.0.{150 + i}\n" for i in range(16))
    line = "heartbeat lan {\n"
    assert line in text
    seen = len(cluster["node-b"].events())
    cluster["node-b"].reload(text.replace(line, line + absent, 1))
    time.sleep(LASTS_S)
    news = [event for event in cluster["node-b"].events()[seen:]
            if event["kind"] in ("probes", "peer", "vrrp")]
    assert not news, news
    assert cluster["node-b"].verdict("node-a") == "up"
