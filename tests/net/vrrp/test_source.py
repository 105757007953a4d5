# SPDX-License-Identifier: GPL-2.0-or-later
"""The source address of adverts is missing at the start, is removed, and returns; keepalived 2.2.7
beside, which does not notice a removal in either case."""

import pytest

from tests.support.configuration import instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
SOURCES = {4: ("10.77.0.50/24", "10.77.0.51"), 6: ("fd77::50/64", "fd77::51")}
VIPS = {4: "10.77.0.100/24", 6: "fd77::100/64"}


def change(lab, verb, family):
    lab.run("node-a", "ip", "address", verb, SOURCES[family][0], "dev", "eth0",
            *(["nodad"] if family == 6 and verb == "add" else []))


def router(family, *lines, unicast=True):
    source, peer = SOURCES[family]
    keys = {"unicast_src_ip": source.split("/")[0], "unicast_peer": [peer]} if unicast else {
        "mcast_src_ip": source.split("/")[0]}
    return instance("VI_1", *lines, vips=[VIPS[family]], **keys)


@pytest.mark.parametrize("family", [4, 6])
def test_tracked_source_is_a_fault_whenever_it_is_missing(lab, family):
    daemon = Xbeatd(lab, "node-a", router(family, "track_src_ip")).start()
    assert daemon.obstacles() == ["address"]
    change(lab, "add", family)
    daemon.wait_state("active")
    change(lab, "del", family)
    daemon.wait_state("initialize")
    assert daemon.obstacles() == ["address"]
    assert "source address" in daemon.explain()["said"]
    assert "initialize: VI_1:" not in daemon.process.output()
    change(lab, "add", family)
    daemon.wait_state("active")


def test_tracked_source_of_multicast(lab):
    change(lab, "add", 4)
    daemon = Xbeatd(lab, "node-a", router(4, "track_src_ip", unicast=False)).start_active()
    change(lab, "del", 4)
    daemon.wait_state("initialize")
    # Without track_src_ip, multicast does without its source, as in keepalived.
    daemon.reload(router(4, unicast=False))
    daemon.wait_state("active")


@pytest.mark.parametrize("family", [4, 6])
def test_source_that_is_not_tracked(lab, family):
    daemon = Xbeatd(lab, "node-a", router(family)).start()
    assert daemon.obstacles() == ["address"], "unicast begins only with its source"
    change(lab, "add", family)
    daemon.wait_state("active")
    assert "track_src_ip" not in daemon.explain()["said"]
    change(lab, "del", family)
    wait_until(lambda: "is not on this machine any more" in daemon.explain()["said"], daemon.explain)
    assert daemon.state() == "active" and daemon.changes()[-1] == ("backup", "active")
    change(lab, "add", family)
    wait_until(lambda: "track_src_ip" not in daemon.explain()["said"], daemon.explain)
