# SPDX-License-Identifier: GPL-2.0-or-later
"""Each heartbeat that a host without the key can send, as one packet: forged, or recorded and sent
again, also into another life of a node. None is believed, and each is counted."""

import pytest

from tests.support.attack.course import try_each
from tests.support.attack.heartbeats import OF_ANOTHER_LIFE, forged, record, replayed
from tests.support.attack.scene import ACTIVE, BACKUP

SETTLE_S = 0.05  # nothing waits for a timer


@pytest.fixture
def heard(scene):
    return record(scene)


def test_forged_heartbeat_is_counted_and_moves_nothing(scene, heard):
    wrong = try_each(scene, [*forged(scene, heard)], SETTLE_S)
    assert not wrong, "\n".join(wrong)


def test_recorded_heartbeat_is_counted_and_moves_nothing(scene, heard):
    wrong = try_each(scene, [*replayed(scene, heard)], SETTLE_S)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("node", [BACKUP, ACTIVE])
def test_recorded_heartbeat_of_another_life_moves_nothing(scene, node):
    """The node starts without what its daemon before knew."""
    heard = record(scene)
    scene[node].stop()
    scene[node].start()
    scene.wait_steady()
    wrong = try_each(scene, [*replayed(scene, heard, OF_ANOTHER_LIFE)], SETTLE_S)
    assert not wrong, "\n".join(wrong)
