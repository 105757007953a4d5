# SPDX-License-Identifier: GPL-2.0-or-later
"""Adverts and announcements as they leave: unicast alone, and gratuitous ARP when it is asked for."""

import time

import pytest
from scapy.layers.inet import IP

from tests.support.advert import GROUP, advert, send
from tests.support.capture import Capture
from tests.support.cluster import VIP
from tests.support.laboratory import wait_until
from tests.support.router import Router, block, instance

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, OTHER = "node-a", "node-b"
EARLY_SECONDS_MAX = 0.02
LATE_SECONDS_MAX = 0.4  # on a busy machine


def times(pairs):
    return [when for when, _ in pairs]


def gaps(pairs):
    return [later - earlier for earlier, later in zip(times(pairs), times(pairs)[1:])]


def test_unicast_sends_nothing_to_the_group(lab):
    peers = {"unicast_peer": [lab.address(OTHER), "10.77.0.77"]}
    with Capture(lab, NODE) as capture:
        Router(lab, NODE, instance(priority=200, blocks=peers, unicast_ttl=7)).start_active()
        wait_until(lambda: len(capture.adverts()) > 6, 3, "adverts")
        packets = [frame[IP] for _, frame in capture.adverts()]
        assert {packet.dst for packet in packets} == {lab.address(OTHER)}
        assert {packet.ttl for packet in packets} == {7}
        assert not [frame for _, frame in capture.frames()
                    if IP in frame and frame[IP].dst == GROUP]


def test_refresh_repeats_announcements(lab):
    """At the start, garp_master_delay later, then at garp_master_refresh."""
    with Capture(lab, NODE) as capture:
        Router(lab, NODE, instance(garp_master_delay=0, garp_master_repeat=1, garp_master_refresh=1,
                                   garp_master_refresh_repeat=2)).start_active()
        wait_until(lambda: len(capture.announcements(VIP)) == 5, 4, "one, and two sets of two")
        start, *refreshes = times(capture.announcements(VIP))
    for when, due in zip(refreshes, (1, 1, 2, 2)):
        assert due - EARLY_SECONDS_MAX < when - start < due + LATE_SECONDS_MAX


def test_announcements_are_spaced(lab):
    interval, vips = 0.15, [f"10.77.0.{last}" for last in range(100, 103)]
    globals_ = block("global_defs", [f"vrrp_garp_interval {interval}"]) + "\n"
    with Capture(lab, NODE) as capture:
        Router(lab, NODE, globals_, instance([f"{vip}/24" for vip in vips], garp_master_delay=0,
                                             garp_master_repeat=2)).start_active()

        def announced():
            return sorted((pair for vip in vips for pair in capture.announcements(vip)),
                          key=lambda pair: pair[0])

        wait_until(lambda: len(announced()) == 6, 4, "each address twice")
        assert min(gaps(announced())) > interval - EARLY_SECONDS_MAX
        assert times(announced())[-1] - times(announced())[0] < 5 * interval + LATE_SECONDS_MAX


def test_lower_rival_is_answered_with_announcements(lab):
    """garp_lower_prio_repeat, and once more when neighbours listen again."""
    router = Router(lab, NODE, instance(priority=200, garp_master_delay=0, garp_master_repeat=1,
                                        garp_lower_prio_repeat=3,
                                        garp_lower_prio_delay=1)).start_active()
    time.sleep(0.2)  # not right after an announcement
    with Capture(lab, NODE) as capture:
        send(lab, OTHER, [advert(lab.address(OTHER), priority=100)])
        wait_until(lambda: len(capture.announcements(VIP)) == 6, 3, "three at once, three later")
        seen = times(capture.announcements(VIP))
        assert capture.adverts()[0][0] < seen[0], "the advert first"
    assert seen[2] - seen[0] < 0.2 and 0.9 < seen[3] - seen[0] < 1.1 + LATE_SECONDS_MAX
    assert router.vrrp()["state"] == "active"
