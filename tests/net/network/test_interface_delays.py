# SPDX-License-Identifier: GPL-2.0-or-later
"""interface_up_down_delays: a carrier that is lost for less than its delay changes nothing."""

import time

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2, links=2)
# Above any pause of the machine that is to be expected between a cut and its end.
LONG, SHORT = 60, 0.3


def router(down, up):
    return block("interface_up_down_delays", f"eth1 {down} {up}"), instance(
        "VI_1", block("track_interface", "eth1"))


def test_down_counts_after_its_delay(lab):
    daemon = Xbeatd(lab, "node-a", *router(LONG, 0)).start_active()
    lab.cut("node-a", "eth1", "--carrier")
    time.sleep(0.5)
    lab.heal("node-a", "eth1")
    time.sleep(0.5)
    assert daemon.state() == "active" and len(daemon.activations()) == 1
    daemon.reload(*router(SHORT, LONG))
    lab.cut("node-a", "eth1", "--carrier")
    daemon.wait_state("initialize")
    lab.heal("node-a", "eth1")
    time.sleep(0.5)
    assert daemon.state() == "initialize", "up counts later"
    daemon.reload(*router(SHORT, 0))
    daemon.wait_state("active")


def test_what_is_missing_counts_at_once(lab):
    daemon = Xbeatd(lab, "node-a", *router(LONG, LONG)).start_active()
    lab.run("node-a", "ip", "link", "set", "eth1", "name", "away")
    daemon.wait_state("initialize")
    wait_until(lambda: "eth1: is missing" in daemon.explain()["said"], daemon.explain)
    lab.run("node-a", "ip", "link", "set", "away", "name", "eth1")
    daemon.wait_state("active")
