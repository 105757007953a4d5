# SPDX-License-Identifier: GPL-2.0-or-later
"""How often nodes ask: 100 questions a second at most, whatever there is to compare, and one every
five seconds when nothing has changed."""

import time

import pytest

from tests.support import wire
from tests.support.cluster import Cluster
from tests.support.compared import wait_all_compared
from tests.support.configuration import Settings, instance
from tests.support.port import open_port

pytestmark = pytest.mark.laboratory(nodes=2)
GAP_NS, PERIOD_S = 10**7, 5
PAGES = 60  # of the statement, at least
HEADERS_BYTES = 42  # Ethernet, IPv4, UDP
PACKET_OUTGOING = 4


def questions(port, seconds):
    """When COMPAREs left over the port, by the clock of their sender, in ns."""
    times = []
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        port.settimeout(left)
        try:
            frame, address = port.recvfrom(2048)
        except TimeoutError:
            break
        payload = frame[HEADERS_BYTES:]
        if (address[2], len(payload)) != (PACKET_OUTGOING, wire.PACKET_BYTES):
            continue
        fields = dict(zip(wire.FIELDS, wire.HEADER.unpack(payload[:wire.HEADER.size])))
        if fields["type"] == wire.COMPARE:
            times.append(fields["t1_ns"])
    return times


def test_rate_is_bounded(lab):
    """A statement of many pages, then nothing new."""
    cluster = Cluster(lab, Settings(interval="100ms", daemon_timeout="2s"))
    text = "".join(instance(f"VI_{vrid}", "accept", vrid=vrid, advert_int=1, vips=[f"10.77.1.{vrid}/24"])
                   for vrid in range(1, 121))
    port = open_port(lab, "node-a", "eth0")
    with port:
        for node in lab.nodes:
            cluster.daemon(node, text, instance=False).start()
        times = questions(port, 2 * PERIOD_S)
        wait_all_compared(cluster)
        assert len(times) > PAGES
        assert min(later - earlier for earlier, later in zip(times, times[1:])) >= GAP_NS
        assert 1 <= len(questions(port, 2 * PERIOD_S)) <= 3
