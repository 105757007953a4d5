# SPDX-License-Identifier: GPL-2.0-or-later
"""All packets of the tables, interleaved, in a healthy cluster for a minute (XBEAT_ATTACK_SECONDS)."""

import os
import time

from tests.support.attack.course import Watch
from tests.support.attack.interleaved import attack, check

SECONDS = float(os.environ.get("XBEAT_ATTACK_SECONDS", "60"))


def test_healthy_cluster(scene, packets):
    watch = Watch(scene)
    with attack(scene, packets):
        time.sleep(SECONDS)
    check(watch.finish())
