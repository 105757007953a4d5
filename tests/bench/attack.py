# SPDX-License-Identifier: GPL-2.0-or-later
"""Each packet of a host without the key, alone: once, then ten times a second for a minute, in which
the Active changes and is back (a takeover that is right), the Backup restarts, and one link of two is
cut and healed.

XBEAT_ATTACK_SECONDS: the length of a course (60). XBEAT_ATTACK_ROWS: only packets whose name has
this. All of them take hours; tests/net/attack plays them together.
"""

import os
import time

from tests.support.attack.changes import FAILED_OVER, fail_over, resume, stop_and_start, without_restart
from tests.support.attack.course import Attacker, Watch, attacked, send_once
from tests.support.attack.heartbeats import forged, record, replayed
from tests.support.attack.packets import adverts
from tests.support.attack.scene import ACTIVE, BACKUP, Attacked, laboratory

SECONDS = float(os.environ.get("XBEAT_ATTACK_SECONDS", "60"))
ROWS = os.environ.get("XBEAT_ATTACK_ROWS", "")
SETTLE_S = 1


def restart_backup(scene):
    stop_and_start(scene[BACKUP])


def cut(scene):
    scene.lab.cut(ACTIVE, "eth1")


def heal(scene):
    scene.lab.heal(ACTIVE)


# What happens meanwhile, one after the other, each in a part of the course.
STEPS = (lambda scene: None, fail_over, resume, cut, heal, restart_backup)


def play(scene, packet):
    """Returns the course and whether more than the true changes happened."""
    watch = Watch(scene)
    with attacked(scene, [packet]):
        for step in STEPS:
            step(scene)
            time.sleep(SECONDS / len(STEPS))
    course = watch.finish()
    scene.wait_steady()
    before = [event for event in FAILED_OVER if event[0] != BACKUP]  # its events before its restart are gone
    return course, without_restart(course, BACKUP) or course.wrong(before)


def run():
    moved = 0
    with laboratory(links=2) as lab:
        scene = Attacked(lab, advert_interval="1")
        heard = record(scene)
        packets = [packet for packet in [*adverts(scene), *forged(scene, heard), *replayed(scene, heard)]
                   if ROWS in packet.name]
        for packet in packets:
            with Attacker(lab) as attacker:
                once = send_once(scene, attacker, packet, SETTLE_S)
            course, wrong = play(scene, packet)
            moved += bool(once or wrong)
            print(f"   {packet}: once: {'; '.join(once) or 'nothing'}; {course.figures()}"
                  f"{'; WRONG: ' + '; '.join(map(str, wrong)) if wrong else ''}")
    print(f"   {moved} of {len(packets)} packets moved something")
