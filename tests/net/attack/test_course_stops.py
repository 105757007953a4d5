# SPDX-License-Identifier: GPL-2.0-or-later
"""All packets of the tables, interleaved, while a node's daemon is stopped again and again."""

import time

import pytest

from tests.support.attack.course import Watch
from tests.support.attack.interleaved import attack, check
from tests.support.attack.scene import ACTIVE, BACKUP
from tests.support.moment import stop_for

STOPS, STOP_S = 60, 0.05


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
