# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of daemons: stopped for less and for more than guard_timeout, killed, all stopped at
once."""

import time

import pytest

from tests.support.configuration import Settings
from tests.support.failure import Row, Setting, run_row

ALL = ("node-a", "node-b", "node-c")
GUARD_MS = 900


def setting(daemon_timeout_ms, grace_ms, ends):
    return Setting(ends=ends, settings=Settings(advert_interval="0.1",
                                                daemon_timeout=f"{daemon_timeout_ms}ms",
                                                heartbeat_lines=[f"restart_grace {grace_ms}ms"]))


PLAIN = setting(GUARD_MS, 500, "plain")
# A start takes time on a busy machine.
PATIENT = setting(30000, 25000, "program")
TAKEOVER_MS = 150
# The verdict on a hung node follows the last report of its kernel, which may have fenced before or
# after its daemon became late.
OUT_OF_ORDER = {"hung", "fenced"}
BY_OTHERS = {("node-b", "node-a"): OUT_OF_ORDER, ("node-c", "node-a"): OUT_OF_ORDER}


def stop(seconds, *nodes):
    return lambda scene: scene.stop(seconds, *nodes)


def kill(scene):
    scene["node-a"].kill()
    time.sleep(1.5)


def kill_and_restart(scene):
    scene["node-a"].kill()
    scene.start_daemon("node-a")
    time.sleep(1)


def start_again(scene):
    scene.start_daemon("node-a")


ROWS = [
    Row("nothing at all", PLAIN, lambda scene: time.sleep(1)),
    Row("the Active's daemon is stopped for less than the guard", PLAIN, stop(0.5, "node-a")),
    Row("a Backup's daemon is stopped for less than the guard", PLAIN, stop(0.5, "node-b")),
    Row("the Active's daemon is stopped for more than the guard", PLAIN, stop(2, "node-a"),
        verdicts=BY_OTHERS, takeover="node-b", outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS),
    Row("a Backup's daemon is stopped for more than the guard", PLAIN, stop(1.5, "node-b"),
        verdicts={("node-a", "node-b"): "hung", ("node-c", "node-b"): "hung"}),
    Row("all daemons are stopped for less than the guard", PLAIN, stop(0.5, *ALL)),
    Row("all daemons are stopped for more than the guard", PLAIN, stop(1.5, *ALL),
        outage_ms=1500 - GUARD_MS + 500, return_outage_ms=1500 - GUARD_MS + 500),
    Row("the Active's daemon is killed", PLAIN, kill, start_again,
        verdicts=BY_OTHERS, takeover="node-b", outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS),
    Row("the Active's daemon is killed and restarted in time", PATIENT, kill_and_restart),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_daemon(stage, row):
    run_row(stage, row)
