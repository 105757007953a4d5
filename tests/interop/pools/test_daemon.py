# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd plays scenarios/: its checks, decisions and notifications together. keepalived plays them in a
guest that has ip_vs (tests/guests/scenarios/pool_decisions.py)."""

import pytest

from tests.support.decisions import Pace, Play
from tests.support.pools import Pools

pytestmark = pytest.mark.laboratory(nodes=1)

PACE = Pace(delay_loop=0.3, delay_before_retry=0.3, settled=0.5, file=5)


def test_every_scenario(lab, tmp_path):
    work = tmp_path / "work"
    work.mkdir()
    play = Play(work, PACE)
    node = Pools(lab, "node-a", play.configuration()).start()

    def held(scenario):
        pool = node.pool(f"{scenario.address}:80/tcp")
        weights = {server["address"].split(":")[0]: server["weight"] for server in pool["servers"]
                   if server["present"]}
        if pool["sorry_active"] or "sorry_inhibit" in scenario.pool:
            weights[scenario.server_address("sorry")] = int(pool["sorry_active"])
        return weights

    play.play(held)
    assert node.stop() == 0
    different = play.stopped(lambda scenario: {})
    assert not different, "\n".join(f"{step}: expected {expected}, found {found}"
                                    for step, (expected, found) in different.items())
