# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon's wall clock is stepped by an hour, in either direction, while it runs and across a
restart: no failure follows.

Only that daemon's; the monotonic clock does not change.
"""

import time

import pytest

from tests.support.clock import Clock
from tests.support.configuration import Settings
from tests.support.failure import Row, Setting, run_row

STEPPED = "node-a"
TAKEOVER_MS = 150


def set_step(scene, hours):
    Clock(scene.lab, STEPPED).set(hours * 3600)


def with_clock(scene):
    set_step(scene, getattr(scene, "hours", 0))
    return Clock(scene.lab, STEPPED).command()


def clock_shows_ns(daemon):
    """The daemon's wall clock, from the time stamp of a log line."""
    daemon.ctl("reload")
    return daemon.events()[-1]["time_unix_ns"]


def check_clock(scene, hours):
    shows_ns = clock_shows_ns(scene[STEPPED])
    assert abs(shows_ns - time.time_ns() - hours * 3600 * 10**9) < 60 * 10**9, "the clock was not stepped"
    # The ages that it reports do not change with it.
    assert scene[STEPPED].vrrp()["state_age_ns"] < 60 * 10**9
    assert all(0 <= float(line.split()[0]) < 60 for line in scene[STEPPED].explain(STEPPED)["lately"])


def step(hours):
    def make(scene):
        set_step(scene, hours)
        time.sleep(0.7)
        check_clock(scene, hours)
    return make


def start_stepped(hours):
    def start(scene):
        scene.hours = hours
        scene.start_daemon(STEPPED)
        check_clock(scene, hours)
    return start


def kill_and_start(hours):
    def make(scene):
        scene[STEPPED].kill()
        start_stepped(hours)(scene)
        time.sleep(0.5)
    return make


def stop(scene):
    assert scene[STEPPED].stop() == 0
    time.sleep(0.3)


# A start takes time on a busy machine.
CLOCKED = Setting(settings=Settings(advert_interval="0.1", daemon_timeout="30s",
                                    heartbeat_lines=["restart_grace 25s"]), before={STEPPED: with_clock})
RELEASED = {("node-b", STEPPED): "released", ("node-c", STEPPED): "released"}

ROWS = [
    Row("an hour forward", CLOCKED, step(1)),
    Row("an hour back", CLOCKED, step(-1)),
    Row("two hours in one", CLOCKED, lambda scene: [step(1)(scene), step(-1)(scene)]),
    *(Row(f"killed and started in time, {hours:+d} h", CLOCKED, kill_and_start(hours)) for hours in (1, -1)),
    *(Row(f"stopped and started, {hours:+d} h", CLOCKED, stop, start_stepped(hours), RELEASED,
          takeover="node-b", outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS) for hours in (2, -2)),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_clock(stage, row):
    run_row(stage, row)
