# SPDX-License-Identifier: GPL-2.0-or-later
"""All packets of the tables, interleaved, with one of two links cut."""

import time

import pytest

from tests.support.attack.course import Watch
from tests.support.attack.interleaved import AFTER_CHANGE_S, attack, check
from tests.support.attack.scene import ACTIVE, BACKUP, WITNESS


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
