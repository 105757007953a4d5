# SPDX-License-Identifier: GPL-2.0-or-later
"""An application hangs on the Active: its node and daemon are healthy, but the address moves."""

import signal
import time

import pytest

from tests.support.configuration import Settings, block
from tests.support.failure import Row, Setting, run_row
from tests.support.laboratory import BUILD, wait_until

TIMEOUT_MS = 200
BEATS_EVERY_MS = 20
TAKEOVER_MS = 150


def start_applications(scene):
    """On every node: an application that no process has opened is late."""
    scene.applications = {}
    for node in scene.lab.nodes:
        process = scene.lab.spawn(node, BUILD / "tools" / "app_example", scene.lab.instance(node), "web",
                                  BEATS_EVERY_MS)
        wait_until(lambda process=process: "opened" in process.output(), "the application has its page")
        scene.applications[node] = process


def hang(scene):
    scene.applications["node-a"].send_signal(signal.SIGSTOP)
    time.sleep(0.7)


def go_on(scene):
    scene.applications["node-a"].send_signal(signal.SIGCONT)


APPLICATION = Setting(
    settings=Settings(advert_interval="0.1", daemon_timeout="900ms", instance_lines=["track_app web"]),
    blocks=(block("vrrp_app web", f"timeout {TIMEOUT_MS}ms"),), accompany=start_applications)
LATE = ("app", "node-a/web", "late")

ROWS = [
    Row("nothing at all", APPLICATION, lambda scene: time.sleep(0.5)),
    Row("the Active's application hangs", APPLICATION, hang, go_on, events={"node-b": LATE, "node-c": LATE},
        takeover="node-b", outage_ms=TAKEOVER_MS, return_outage_ms=TAKEOVER_MS),
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_application(stage, row):
    run_row(stage, row)
