# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo is the first thing that anybody runs: it works, and it leaves nothing behind."""

import pathlib
import re
import signal
import subprocess

import pytest

from tests.support.laboratory import PINS, ROOT, SOCKETS, wait_until


@pytest.fixture
def demo(tmp_path):
    """The running demo; afterwards nothing of it may be left."""
    with open(tmp_path / "output", "wb") as output:
        process = subprocess.Popen([ROOT / "scripts" / "demo"], stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    process.text = (tmp_path / "output").read_text
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait()
    assert traces(f"xdemo{process.pid}") == []


def traces(name):
    """Namespaces, pins, sockets, state and scratch files whose names begin with name."""
    places = ["/run/netns", "/run/xbeat-lab", "/tmp", PINS, SOCKETS]
    return [str(path) for place in places for path in pathlib.Path(place).glob(f"{name}*")]


def test_demo_tells_the_whole_story(demo):
    assert demo.wait() == 0, demo.text()
    assert re.search(r"node-b is Active: .*node-a is down", demo.text())
    assert re.search(r"answered again, by node-b: +[\d.]+ ms", demo.text())
    assert re.search(r"node-b is Active: node-a has fenced the addresses", demo.text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["beginning", "middle"])
def test_stopped_demo_cleans_up(demo, number, moment):
    if moment == "middle":
        wait_until(lambda: "three nodes" in demo.text(), "the demo tells its first line")
    else:
        wait_until(lambda: traces(f"xdemo{demo.pid}"), "the demo has made something")
    demo.send_signal(number)
    assert demo.wait() != 0
    assert "Traceback" not in demo.text()
