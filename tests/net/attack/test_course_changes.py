# SPDX-License-Identifier: GPL-2.0-or-later
"""All packets of the tables, interleaved, right after true changes of state."""

import time

import pytest

from tests.support.attack.changes import CHANGES
from tests.support.attack.course import Watch
from tests.support.attack.interleaved import AFTER_CHANGE_S, attack, check

TIMES = 3


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
