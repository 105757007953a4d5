# SPDX-License-Identifier: GPL-2.0-or-later
"""A few episodes of random failures; tests/chaos plays as many as requested."""

import pytest

from tests.support.chaos import VARIANTS, Chaos, make_episode, play_episode

EPISODES = ["three-9-2", "three-9-35"]


@pytest.mark.parametrize("seed", EPISODES)
def test_episode(stage, seed):
    scene = stage.scene_for(VARIANTS["three"])
    scene.wait_steady()
    outcome = play_episode(scene, seed, make_episode(seed, Chaos(scene)))
    print(*outcome.faults, outcome.course.describe(), sep="\n")
    if outcome.wrong:
        stage.clear()
    assert not outcome.wrong, "\n".join(outcome.wrong)
