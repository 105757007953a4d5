# SPDX-License-Identifier: GPL-2.0-or-later
"""The guard next to keepalived, which hears adverts only: when an xbeatd that is Active stalls or
dies, at any moment of an advert interval, its addresses are fenced before keepalived takes over."""

import signal
import time

import pytest

from tests.support.configuration import VIP, heartbeat, instance
from tests.support.daemon import Keepalived
from tests.support.moment import punctual
from tests.support.owners import OwnerWatch
from tests.support.probe import serve_everywhere
from tests.support.watch import Watch
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
# The shortest Master_Down_Interval: three intervals and hardly more.
HIGHER, LOWER = 254, 253

# Longer than the machine pauses.
PAUSE_NS_MAX = 100 * 10**6


class Pair:
    """xbeatd on node-a is Active, keepalived on node-b is Backup."""

    def __init__(self, lab, version, interval_s, *more):
        self.lab = lab
        self.interval_s = interval_s
        keys = {"version": version, "advert_int": interval_s, "garp_master_delay": 1, "nopreempt": True,
                "state": "BACKUP"}
        self.xbeatd = Xbeatd(lab, "node-a", *more, instance(priority=HIGHER, **keys)).start_active()
        self.keepalived = Keepalived(lab, "node-b", instance(priority=LOWER, **keys)).start()
        lab.run("client", "sysctl", "-q", "-w", "net.ipv4.neigh.eth0.locktime=0")
        serve_everywhere(lab)
        self.watch = OwnerWatch(lab, VIP)
        self.watch.client.wait_owner("node-a")

    def fail(self, number, after=0.85):
        """Waits until just before an advert: then the others have waited longest, and the loop of a
        daemon that is not stopped has just made progress. after: in advert intervals."""
        with Watch(self.lab, "node-a") as watch, punctual():
            watch.wait_advert(sent=True)
            time.sleep(after * self.interval_s)
            self.xbeatd.process.send_signal(number)

    def check(self, *owners, outage_ms):
        seen = self.watch.finish()
        assert seen.order() == list(owners), seen.order()
        for start_ns, end_ns in seen.two_owners():
            # A pause that began before may delay the kernel's timer.
            assert (end_ns - start_ns) / 1e6 <= self.lab.stalled_ms(start_ns - PAUSE_NS_MAX, end_ns)
        assert seen.outage_ms() <= outage_ms + seen.stalled_ms, seen.client_result


@pytest.mark.parametrize("version,interval_s,others", [(2, 1, False), (3, 0.4, True)])
def test_stalled_active_is_replaced(lab, version, interval_s, others):
    """Heartbeats of other instances do not help a node that hears adverts only: their ticks must
    not extend a guard."""
    pair = Pair(lab, version, interval_s, *([heartbeat(lab)] if others else []))
    with punctual():
        pair.fail(signal.SIGSTOP)
        time.sleep(3 * interval_s)
        pair.xbeatd.process.send_signal(signal.SIGCONT)
    pair.xbeatd.wait_state("backup")
    pair.lab.wait_holders(VIP, ["node-b"])
    time.sleep(0.3)
    pair.check("node-a", "node-b", outage_ms=200)


def test_dead_active_is_replaced(lab):
    pair = Pair(lab, 3, 0.4)
    pair.fail(signal.SIGKILL)
    pair.watch.client.wait_owner("node-b")
    pair.xbeatd.start()
    pair.lab.wait_holders(VIP, ["node-b"])
    assert pair.xbeatd.state() == "backup"
    pair.check("node-a", "node-b", outage_ms=200)


def test_restarted_active_keeps_the_address(lab):
    """It restarts before its guard has expired, so keepalived has not taken over."""
    pair = Pair(lab, 3, 1)
    pair.fail(signal.SIGKILL, after=0.1)
    pair.xbeatd.process.wait()
    pair.xbeatd.start("nice", "-n", "-20")
    assert pair.xbeatd.state() == "active" and "was Active" in pair.xbeatd.vrrp()["reason"]
    time.sleep(0.2)
    pair.check("node-a", outage_ms=20)
