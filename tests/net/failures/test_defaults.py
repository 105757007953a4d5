# SPDX-License-Identifier: GPL-2.0-or-later
"""The Active's daemon is stopped for 1 s and for 10 s, with the default times."""

import pytest

from tests.support.configuration import Settings
from tests.support.failure import Row, Setting, run_row

DEFAULTS = Setting(ends="plain", settings=Settings(advert_interval="0.1", daemon_timeout="3s"))
TAKEOVER_MS = 150
OUT_OF_ORDER = {"hung", "fenced"}

ROWS = [
    Row("1 s", DEFAULTS, lambda scene: scene.stop(1, "node-a")),
    Row("10 s", DEFAULTS, lambda scene: scene.stop(10, "node-a"),
        verdicts={("node-b", "node-a"): OUT_OF_ORDER, ("node-c", "node-a"): OUT_OF_ORDER},
        takeover="node-b", outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_stopped(stage, row):
    run_row(stage, row)
