# SPDX-License-Identifier: GPL-2.0-or-later
"""All packets of the tables at 10 a second: in a healthy cluster for a minute, right after true
changes of state, while nodes restart, and with one link cut.

No takeover, no time without owner, none with two. XBEAT_ATTACK_SECONDS changes the length;
tests/bench/attack.py plays each packet alone.
"""

import contextlib
import os
import time

import pytest

from tests.support.attack.changes import CHANGES
from tests.support.attack.course import Watch, attacked
from tests.support.attack.heartbeats import Recorder, forged, record, replayed
from tests.support.attack.packets import adverts
from tests.support.attack.scene import ACTIVE, BACKUP, WITNESS
from tests.support.moment import stop_for

SECONDS = float(os.environ.get("XBEAT_ATTACK_SECONDS", "60"))
AFTER_CHANGE_S = 1  # each packet is sent ten times
TIMES = 3
STOPS, STOP_S = 60, 0.05


@pytest.fixture
def packets(scene):
    heard = record(scene)
    return [*adverts(scene), *forged(scene, heard), *replayed(scene, heard)]


@contextlib.contextmanager
def attack(scene, packets):
    """Besides, what the nodes send is sent again at once."""
    with Recorder(scene.lab) as recorder, attacked(scene, packets, each_tick=recorder.repeat):
        yield


def check(course, expected=()):
    """expected: the changes that must be there, each once: (node, kind, subject, from, to)."""
    print(course.figures())
    wrong = course.wrong(expected)
    assert not wrong, "\n".join([course.figures(), *wrong])


def test_healthy_cluster(scene, packets):
    watch = Watch(scene)
    with attack(scene, packets):
        time.sleep(SECONDS)
    check(watch.finish())


@pytest.mark.parametrize("change", CHANGES)
def test_right_after_a_change(scene, packets, change):
    there, back, expected = CHANGES[change]
    watch = Watch(scene)
    with attack(scene, packets):
        for _ in range(TIMES):
            there(scene)
            time.sleep(AFTER_CHANGE_S)
            back(scene)
            time.sleep(AFTER_CHANGE_S)
    check(watch.finish(), expected * TIMES)


@pytest.mark.parametrize("node,link", [(ACTIVE, 1), (BACKUP, 1), (WITNESS, 1), (BACKUP, 0), (WITNESS, 0)])
def test_one_link_cut(scene, packets, node, link):
    """The heartbeats on the other link are enough. Link 0 has the adverts, too."""
    watch = Watch(scene)
    try:
        with attack(scene, packets):
            scene.lab.cut(node, f"eth{link}")
            time.sleep(AFTER_CHANGE_S * 3)
            scene.lab.heal(node, f"eth{link}")
            time.sleep(AFTER_CHANGE_S)
    finally:
        scene.lab.heal(node)
    check(watch.finish())
    scene.wait_steady()


@pytest.mark.parametrize("node", [ACTIVE, BACKUP])
def test_a_daemon_that_is_stopped_again_and_again(scene, packets, node):
    """For two detection times each: what it has not heard meanwhile is no reason to believe an
    advert."""
    watch = Watch(scene)
    with attack(scene, packets):
        for _ in range(STOPS):
            stop_for(STOP_S, scene[node].process)
            time.sleep(STOP_S)
    check(watch.finish())
