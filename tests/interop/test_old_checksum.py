# SPDX-License-Identifier: GPL-2.0-or-later
"""old_unicast_checksum: version 3 over IPv4 with the group in the pseudo-header of unicast, as
keepalived had it before 1.3.7 and has it with this keyword."""

import pytest

from tests.support.configuration import VIP, block, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)


def router(lab, own, other, *lines, **options):
    return instance("A", *lines, vips=[VIP], unicast_src_ip=lab.address(own), unicast_peer=[lab.address(other)],
                    **options)


@pytest.fixture
def watch(lab):
    with Watch(lab, "node-a") as opened:
        yield opened


@pytest.mark.parametrize("group, kind", [("224.0.0.18", "group"), ("224.0.0.99", "bad")])
def test_keepalived_is_followed_and_answered_in_kind(lab, watch, group, kind):
    """Also with another group, for which the watch has no name."""
    groups = block("global_defs", f"vrrp_mcast_group4 {group}")
    keepalived = Keepalived(lab, "node-b", groups,
                            router(lab, "node-b", "node-a", "old_unicast_checksum", priority=200)).start()
    daemon = Xbeatd(lab, "node-a", groups, router(lab, "node-a", "node-b")).start()
    assert watch.wait_advert(source=lab.address("node-b")).checksum == kind
    wait_until(lambda: daemon.vrrp("A").get("active_address") == lab.address("node-b"), "it is followed")
    keepalived.stop()
    daemon.wait_state("active", "A")
    assert watch.wait_advert(source=lab.address("node-a")).checksum == kind


def test_the_keyword_asks_for_it(lab, watch):
    daemon = Xbeatd(lab, "node-a", router(lab, "node-a", "node-b", "old_unicast_checksum", priority=200)).start()
    daemon.wait_state("active", "A")
    assert watch.wait_advert(source=lab.address("node-a")).checksum == "group"
    daemon.reload(router(lab, "node-a", "node-b", "old_unicast_checksum never", priority=200))
    watch.wait_advert(source=lab.address("node-a"), checksum="pseudo")
