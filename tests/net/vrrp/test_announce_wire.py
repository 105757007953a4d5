# SPDX-License-Identifier: GPL-2.0-or-later
"""Adverts and announcements on the wire: unicast alone, and gratuitous ARP when it is
configured."""

import time

import pytest

from tests.support.advert import Forger
from tests.support.configuration import VIP, block, instance
from tests.support.laboratory import wait_until
from tests.support.watch import Watch, seconds_between
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, OTHER = "node-a", "node-b"
EARLY_SECONDS_MAX = 0.02
LATE_SECONDS_MAX = 0.4


def test_unicast_sends_nothing_to_the_group(lab):
    with Watch(lab, NODE) as watch:
        Xbeatd(lab, NODE, instance(priority=200, unicast_ttl=7,
                                   unicast_peer=[lab.address(OTHER), "10.77.0.77"])).start_active()
        wait_until(lambda: len(watch.adverts()) > 6, "adverts")
        assert {advert.destination for advert in watch.adverts()} == {lab.address(OTHER)}
        assert {advert.ttl for advert in watch.adverts()} == {7}


def test_refresh_repeats_announcements(lab):
    """Announced at the start, garp_master_delay later, then every garp_master_refresh."""
    with Watch(lab, NODE) as watch:
        Xbeatd(lab, NODE, instance(garp_master_delay=0, garp_master_repeat=1, garp_master_refresh=1,
                                   garp_master_refresh_repeat=2)).start_active()
        wait_until(lambda: len(watch.claims(address=VIP)) == 5, "one, and two sets of two")
        start, *refreshes = watch.claims(address=VIP)
    for refresh, due in zip(refreshes, (1, 1, 2, 2)):
        assert seconds_between(start, refresh) > due - EARLY_SECONDS_MAX
        assert watch.least_s(start, refresh) < due + LATE_SECONDS_MAX


def test_announcements_are_spaced(lab):
    interval, vips = 0.15, [f"10.77.0.{last}" for last in range(100, 103)]
    with Watch(lab, NODE) as watch:
        Xbeatd(lab, NODE, block("global_defs", f"vrrp_garp_interval {interval}"),
               instance(vips=[f"{vip}/24" for vip in vips], garp_master_delay=0,
                        garp_master_repeat=2)).start_active()

        def announced():
            return [claim for claim in watch.claims() if claim.address in vips]

        wait_until(lambda: len(announced()) == 6, "each address twice")
        claims = announced()
    assert min(map(seconds_between, claims, claims[1:])) > interval - EARLY_SECONDS_MAX
    assert watch.least_s(claims[0], claims[-1]) < 5 * interval + LATE_SECONDS_MAX


def test_lower_rival_is_answered_with_announcements(lab):
    """garp_lower_prio_repeat announcements, and as many again when neighbours accept updates
    again."""
    router = Xbeatd(lab, NODE, instance(priority=200, garp_master_delay=0, garp_master_repeat=1,
                                        garp_lower_prio_repeat=3,
                                        garp_lower_prio_delay=1)).start_active()
    time.sleep(0.2)  # not right after an announcement
    with Watch(lab, NODE) as watch, Forger(lab, OTHER) as forger:
        # A rival's advert right after a regular advert counts as answered by that one.
        regular_ns = watch.wait_advert(sent=True).time_ns
        time.sleep(0.03)
        forger.send(priority=100)
        wait_until(lambda: len(watch.claims(address=VIP)) == 6, "three at once, three later")
        claims = watch.claims(address=VIP)
        answers = watch.adverts(regular_ns + 1, sent=True, priority=200)
        assert answers[0].time_ns < claims[0].time_ns, "the advert first"
    assert watch.least_s(claims[0], claims[2]) < 0.2
    assert seconds_between(claims[0], claims[3]) > 0.9
    assert watch.least_s(claims[0], claims[3]) < 1.1 + LATE_SECONDS_MAX
    assert router.vrrp()["state"] == "active"
