# SPDX-License-Identifier: GPL-2.0-or-later
"""The address owner (RFC 9568, priority 255): the service address is the interface's own."""

import pytest

from tests.support.cluster import VIP, Cluster, Settings
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
OWNER = 255


def test_owner_is_active_at_once_and_keeps_its_address(lab):
    own_address = lab.address("node-a")
    cluster = Cluster(lab, Settings(vip=own_address, priorities=[OWNER, 100]))
    cluster.start_xbeatd("node-b")
    cluster.start_xbeatd("node-a")
    assert cluster["node-a"].state() == "active"  # a Backup would wait for 3 s and more
    wait_until(lambda: cluster["node-b"].map("xb_vrrp")[0]["priority"] == OWNER, 5,
               "node-b hears adverts of the owner")
    assert cluster["node-b"].vrrp()["active_address"] == own_address
    assert cluster["node-a"].stop() == 0
    assert lab.has_address("node-a", own_address), "the address was there before xbeatd"


@pytest.mark.parametrize("own", [True, False], ids=["own", "added"])
def test_killed_owner_still_knows_whose_its_address_is(lab, own):
    """The daemon that stops cleanly is not the one that found, or added, the address."""
    vip = lab.address("node-a") if own else VIP
    cluster = Cluster(lab, Settings(vip=vip, priorities=[OWNER, 100]))
    cluster.start_xbeatd("node-a")["node-a"].wait_state("active")
    cluster["node-a"].kill()
    cluster["node-a"].start().wait_state("active")
    assert lab.has_address("node-a", vip)
    assert cluster["node-a"].stop() == 0
    assert lab.has_address("node-a", vip) == own
