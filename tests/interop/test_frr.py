# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd on node-a and FRR's vrrpd on node-b as one virtual router, version 3, with virtual MAC."""

import pytest

from tests.support.configuration import VIP, VRID, instance
from tests.support.frr import Frr
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
VIRTUAL_MAC = "00:00:5e:00:01:33"


def start_frr(lab, priority, *statements):
    return Frr(lab, "node-b", VRID, [VIP], f"priority {priority}", "advertisement-interval 100",
               *statements).start()


def start_xbeatd(lab, priority):
    return Xbeatd(lab, "node-a", instance(vips=[VIP], priority=priority, use_vmac=True)).start()


def wait_frr(frr, state):
    wait_until(lambda: f"Status (v4) {state}" in " ".join(frr.show().split()), f"FRR is {state}")


@pytest.fixture
def watch(lab):
    with Watch(lab, "node-a") as opened:
        yield opened


def test_frr_is_active(lab, watch):
    """FRR is Active until its link is cut, and again until it stops."""
    theirs, ours = lab.address("node-b"), lab.address("node-a")
    frr = start_frr(lab, 150)
    watch.wait_advert(source=theirs)
    xbeatd = start_xbeatd(lab, 100)
    wait_until(lambda: xbeatd.vrrp()["adverts"]["received"] > 5, "adverts of FRR are seen")
    assert (xbeatd.state(), xbeatd.vrrp()["active_address"]) == ("backup", theirs)
    assert not watch.adverts(source=ours)
    lab.cut("node-b")
    xbeatd.wait_state("active")
    lab.heal("node-b")
    xbeatd.wait_state("backup")
    frr.stop()
    stopped = watch.wait_advert(source=theirs, priority=0)
    followed = watch.wait_advert(source=ours, since_ns=stopped.time_ns)
    assert watch.least_s(stopped, followed) < 0.2
    assert {advert.mac for advert in watch.adverts()} == {VIRTUAL_MAC}
    assert {advert.checksum for advert in watch.adverts()} == {"pseudo"}
    assert not any(xbeatd.json("drops").values())


def test_frr_is_backup(lab, watch):
    theirs, ours = lab.address("node-b"), lab.address("node-a")
    frr = start_frr(lab, 100)
    wait_frr(frr, "Master")
    xbeatd = start_xbeatd(lab, 150)
    xbeatd.wait_state("active")
    wait_frr(frr, "Backup")
    xbeatd.stop()
    stopped = watch.wait_advert(source=ours, priority=0)
    followed = watch.wait_advert(source=theirs, since_ns=stopped.time_ns)
    assert watch.least_s(stopped, followed) < 0.2
