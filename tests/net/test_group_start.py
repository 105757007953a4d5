# SPDX-License-Identifier: GPL-2.0-or-later
"""A sync group starts as a whole, when all of its members know what stands in their way."""

import pytest

from tests.support.configuration import instance, sync_group
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
GROUP = sync_group("G", "VI_1", "VI_2")


def test_owners_take_their_addresses(lab):
    text = (instance(priority=255, vips=[f"{lab.address('node-a')}/24"])
            + instance("VI_2", vrid=52, priority=255, vips=["10.77.0.102/24"]) + GROUP)
    daemon = Xbeatd(lab, "node-a", text).start()
    assert [instance["state"] for instance in daemon.json("vrrp")] == ["active", "active"]
    assert lab.has_address("node-a", "10.77.0.102"), daemon.process.output()


def test_one_that_cannot_run_keeps_all_from_starting(lab):
    """Nobody is told of a Backup that is none."""
    lab.run("node-a", "ip", "link", "add", "v0", "type", "veth", "peer", "name", "v1")
    lab.run("node-a", "ip", "address", "add", "10.88.0.1/24", "dev", "v0")
    text = instance() + instance("VI_2", vrid=52, interface="v0", vips=["10.88.0.100/24"]) + GROUP
    daemon = Xbeatd(lab, "node-a", text).start()
    assert [instance["transitions"] for instance in daemon.json("vrrp")] == [0, 0]
