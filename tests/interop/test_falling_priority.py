# SPDX-License-Identifier: GPL-2.0-or-later
"""The priority of the Active falls below that of a Backup, for good or for one advert. The Backup
takes over Active_Down_Interval after the last advert that it accepted (RFC 9568 section 6.4.2),
whatever the phase of its timer; one lower advert is discarded. xbeatd and keepalived as the Backup;
the adverts are made by hand. tests/unit/core/vrrp/test_late.c has the proof."""

import threading
import time

import pytest

from tests.support.advert import Forger
from tests.support.configuration import default_vip, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.moment import punctual
from tests.support.watch import Watch, seconds_between
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
INTERVAL_S = 0.2
DOWN_S = 3 * INTERVAL_S + (256 - 100) / 256 * INTERVAL_S
MARGIN_S = 0.02  # of a phase of INTERVAL_S: one advert reaches its two receivers at different times
HIGH, LOW = 150, 90
PHASES = range(3, 9)
FALLING = {60 + phase: phase for phase in PHASES}  # VRID: adverts of HIGH after the start
DIPPING = {80 + phase: phase for phase in PHASES}  # VRID: adverts of HIGH before the one of LOW
ROUNDS = PHASES.stop + 8


def priority(vrid, turn):
    if vrid in FALLING:
        return HIGH if turn < FALLING[vrid] else LOW
    return LOW if turn == DIPPING[vrid] else HIGH


class Adverts(threading.Thread):
    """The adverts of all routers, each interval. fall() begins the first turn."""

    def __init__(self, forger):
        super().__init__()
        self.forger = forger
        self.fall = threading.Event()

    def run(self):
        turn, due = 0, time.monotonic()
        with punctual():
            while turn < ROUNDS:
                for vrid in (*FALLING, *DIPPING):
                    self.forger.send(vrid=vrid, priority=priority(vrid, turn), addresses=[default_vip(vrid)],
                                     interval_cs=round(INTERVAL_S * 100))
                turn += self.fall.is_set()
                due += INTERVAL_S
                time.sleep(max(0, due - time.monotonic()))


def is_follower(lab, program, daemon):
    """Whether it had the time to hear an advert of each router."""
    if program is Xbeatd:
        return all(router["adverts"]["received"] for router in daemon.json("vrrp"))
    return "Entering BACKUP STATE" in daemon.process.output()


@pytest.mark.parametrize("program", [Xbeatd, Keepalived])
def test_backup_counts_from_the_last_advert_it_accepted(lab, program):
    routers = [instance(f"VI_{vrid}", vrid=vrid, advert_int=INTERVAL_S) for vrid in (*FALLING, *DIPPING)]
    own = lab.address("node-a")
    with Watch(lab, "client") as watch, Forger(lab, "node-b") as forger:
        adverts = Adverts(forger)
        adverts.start()
        daemon = program(lab, "node-a", *routers).start()
        wait_until(lambda: is_follower(lab, program, daemon), "it follows the Active")
        adverts.fall.set()
        adverts.join()
        seen = {vrid: watch.adverts(vrid=vrid) for vrid in (*FALLING, *DIPPING)}
    for vrid, phase in FALLING.items():
        taken = next(advert for advert in seen[vrid] if advert.source == own)
        last = [advert for advert in seen[vrid] if advert.priority == HIGH][-1]
        print(f"phase {phase}: {seconds_between(last, taken):.3f} s, due {DOWN_S:.3f}")
        assert seconds_between(last, taken) > DOWN_S - MARGIN_S
        assert watch.least_s(last, taken) < DOWN_S + INTERVAL_S
    for vrid in DIPPING:
        assert not [advert for advert in seen[vrid] if advert.source == own and advert.priority], vrid
