# SPDX-License-Identifier: GPL-2.0-or-later
"""An address that is listed twice, beside keepalived: it advertises it twice, and drops adverts with
another number of addresses, so that there would be two Actives."""

import pytest

from tests.support.configuration import VIP, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
OTHER = "10.77.0.190"
VIPS = [f"{VIP}/24", f"{VIP}/24", f"{OTHER}/24"]


def sources(watch, count=10):
    """The sources and address lists of the next adverts."""
    watch.forget()
    wait_until(lambda: len(watch.adverts()) >= count, "adverts")
    return {(advert.source, tuple(advert.addresses)) for advert in watch.adverts()}


@pytest.mark.parametrize("active", ["xbeatd", "keepalived"])
def test_one_active(lab, active):
    priority = {"xbeatd": 150 if active == "xbeatd" else 100, "keepalived": 150 if active == "keepalived" else 100}
    xbeatd = Xbeatd(lab, "node-a", instance(priority=priority["xbeatd"], vips=VIPS)).start()
    keepalived = Keepalived(lab, "node-b", instance(priority=priority["keepalived"], vips=VIPS)).start()
    node, other = ("node-a", "node-b") if active == "xbeatd" else ("node-b", "node-a")
    with Watch(lab, "client") as watch:
        wait_until(lambda: lab.has_address(node, VIP) and not lab.has_address(other, VIP), f"{node} is Active")
        # Many times the interval after which a Backup that hears nothing would be Active, too.
        assert sources(watch, 20) == {(lab.address(node), (VIP, VIP, OTHER))}
        assert not lab.has_address(other, VIP) and lab.has_address(node, OTHER)
    assert "other virtual addresses" not in xbeatd.process.output()
    assert "unexpected ip number" not in keepalived.process.output()
    assert lab.run(node, "ip", "-o", "address", "show").stdout.count(f" {VIP}/") == 1
