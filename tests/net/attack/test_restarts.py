# SPDX-License-Identifier: GPL-2.0-or-later
"""All adverts of the table at 10 a second while a node restarts: only what the restart itself
causes, happens.

Adverts of a second, the default: a node that stopped regularly is known to be in no state for
Active_Down_Interval, in which its daemon is back.
"""

import time

import pytest

from tests.support.attack.changes import kill_and_start, stop_and_start, without_restart
from tests.support.attack.course import Watch, attacked, describe
from tests.support.attack.packets import adverts
from tests.support.attack.scene import ACTIVE, BACKUP, WITNESS, Attacked, laboratory

AFTER_S = 2


@pytest.fixture(scope="module")
def scene():
    with laboratory() as lab:
        yield Attacked(lab, advert_interval="1", daemon_timeout="3s", heartbeat_lines=["restart_grace 3s"])


def play(scene, node, restart):
    watch = Watch(scene)
    with attacked(scene, adverts(scene)):
        restart(scene[node])
        time.sleep(AFTER_S)
    course = watch.finish()
    scene.wait_steady()
    return course


@pytest.mark.parametrize("restart", [stop_and_start, kill_and_start])
@pytest.mark.parametrize("node", [BACKUP, WITNESS])
def test_restart_of_another_than_the_active(scene, node, restart):
    course = play(scene, node, restart)
    activations = without_restart(course, node)
    wrong = course.wrong()
    assert not activations and not wrong, "\n".join([course.figures(), *map(describe, activations), *wrong])


def test_quick_restart_of_the_active(scene):
    """Its kernel answers for it meanwhile: it stays Active."""
    course = play(scene, ACTIVE, kill_and_start)
    without_restart(course, ACTIVE)
    wrong = course.wrong()
    assert not wrong, "\n".join([course.figures(), *wrong])
