# SPDX-License-Identifier: GPL-2.0-or-later
"""The failures of tests/support/networks.py in a guest: in one laboratory, one after the other."""

from dataclasses import replace

from tests.support.configuration import Settings
from tests.support.failure import HANDOVER_MS, Setting, Stage, run_row

# What the limits of time are multiplied by. No two owners is no limit of time.
SLOW = 20


def guest_setting(**more):
    """daemon_timeout is between the two lengths of a stop. On a busy machine no packet moves for
    more than a second."""
    return Setting(slow=SLOW, settings=Settings(
        interval="100ms", multiplier=20, advert_interval="0.2", daemon_timeout="4s", heartbeat_links=[0],
        heartbeat_lines=["on_isolated release"]), **more)


def play_rows(rows):
    stage = Stage()
    try:
        for row in rows:
            print(f"--- {row}", flush=True)
            run_row(stage, replace(row, return_two_owners_ms=HANDOVER_MS))
    finally:
        stage.clear()
