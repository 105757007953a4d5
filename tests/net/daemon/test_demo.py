# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo, which new users run first, works and cleans up."""

import re
import signal
import subprocess

import pytest

from tests.support.demo import check_pool, in_one_line, traces
from tests.support.laboratory import ROOT, wait_until


@pytest.fixture
def demo(tmp_path):
    """The running demo; afterwards no trace of it may remain."""
    with open(tmp_path / "output", "wb") as output:
        process = subprocess.Popen([ROOT / "scripts" / "demo"], stdout=output,
                                   stderr=subprocess.STDOUT, start_new_session=True)
    process.text = (tmp_path / "output").read_text
    yield process
    if process.poll() is None:
        process.terminate()
        process.wait()
    assert traces(f"xdemo{process.pid}") == []


def test_demo_shows_takeovers_and_a_pool(demo):
    assert demo.wait() == 0, demo.text()
    told = in_one_line(demo.text())
    assert re.search(r"node-b is Active: [^:]*node-a.*? down", told)
    assert re.search(r"node-b answers the client after [\d.]+ ms", told)
    assert re.search(r"node-b is Active: [^:]*node-a.*? fenced", told)
    check_pool(demo.text())


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("moment", ["beginning", "middle"])
def test_stopped_demo_cleans_up(demo, number, moment):
    if moment == "middle":
        wait_until(lambda: "three nodes" in demo.text(), "the first line of the demo")
    else:
        wait_until(lambda: traces(f"xdemo{demo.pid}"), "the first traces of the demo")
    demo.send_signal(number)
    assert demo.wait() != 0
    assert "Traceback" not in demo.text()
