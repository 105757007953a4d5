# SPDX-License-Identifier: GPL-2.0-or-later
"""use_vmac where /proc/sys is read-only, as in a container without --privileged."""

import time

import pytest

from tests.net.vrrp.test_vmac import (MAC4, MAC6, SILENCE_SECONDS, VIP6, VIRTUAL_MACS, both_families,
                                      neighbour_mac)
from tests.support.configuration import VIP, instance
from tests.support.container import READ_ONLY_SETTINGS
from tests.support.laboratory import wait_until
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, OTHER = "node-a", "node-b"
INSTANCES = ("VI_1", "VI_6")
LINKS = ("vrrp.51", "vrrp6.51")


def up(daemon):
    return ["UP" in daemon.link(name)["flags"] for name in LINKS]


def test_it_is_active_and_a_backup_is_silent(lab):
    active = Xbeatd(lab, NODE, both_families()).start(*READ_ONLY_SETTINGS)
    for name in INSTANCES:
        active.wait_state("active", name)
    with Watch(lab, OTHER) as watch:
        backup = Xbeatd(lab, OTHER, both_families(priority=100)).start(*READ_ONLY_SETTINGS)
        time.sleep(SILENCE_SECONDS)
        assert watch.count_sent_from(VIRTUAL_MACS) == 0 and up(backup) == [False, False]
        assert MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6)
        active.ctl("drain", "--force")
        for name in INSTANCES:
            backup.wait_state("active", name)
        wait_until(lambda: MAC4 in neighbour_mac(lab, VIP) and MAC6 in neighbour_mac(lab, VIP6),
                   "the other one answers")
        active.ctl("resume")
        for name in INSTANCES:
            backup.wait_state("backup", name)
        watch.forget()
        time.sleep(SILENCE_SECONDS)
        assert watch.count_sent_from(VIRTUAL_MACS) == 0 and up(backup) == [False, False]
    for daemon in (active, backup):
        lines = [line for line in daemon.process.output().splitlines() if "cannot" in line]
        assert len(lines) == len(LINKS), lines  # all of an interface at once, and once
        assert all(f"conf.{name}.autoconf=0" in line for name, line in zip(LINKS, lines))
        assert daemon.stop() == 0
        assert not any(daemon.has_link(name) for name in LINKS)


def test_nothing_is_named_where_ipv6_is_off(lab):
    lab.run(NODE, "sysctl", "-qw", "net.ipv6.conf.default.disable_ipv6=1")
    daemon = Xbeatd(lab, NODE, instance(use_vmac=True)).start(*READ_ONLY_SETTINGS)
    daemon.wait_state("active")
    assert MAC4 in neighbour_mac(lab, VIP)
    settings = lab.run(NODE, "sysctl", "-n", "net.ipv4.conf.vrrp/51.arp_ignore",
                       "net.ipv4.conf.eth0.arp_announce").stdout
    assert settings.split() == ["1", "2"], "set without /proc/sys"
    assert "cannot" not in daemon.process.output()
