# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl top and watch on a terminal: sizes, keys, a daemon that is restarted, and the terminal at
the end."""

import signal
import subprocess

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, instance
from tests.support.laboratory import wait_until
from tests.support.screen import Terminal
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=3)
SIZES = [(24, 80), (50, 200)]


@pytest.fixture
def cluster(lab):
    return Cluster(lab, Settings(daemon_timeout="1s")).start_active()


def run(daemon, *words, size=SIZES[0]):
    return Terminal(daemon.ctl_argv(*words), *size)


@pytest.mark.parametrize("size", SIZES)
def test_top_shows_nodes_instances_and_events(lab, cluster, size):
    with run(cluster["node-b"], "top", "-n", "0.2", size=size) as terminal:
        terminal.wait_text("node-b: running", "healthy", "NODE", "INSTANCE", "EVENT", "q quit")
        assert all(len(line) <= size[1] for line in terminal.lines())
        lab.cut("node-a")
        terminal.wait_text("node-a is down", "VI_1      active", "backup -> active")
        row = next(line for line in terminal.lines() if line.startswith("node-a "))
        assert row.split()[1] == "down" and "silent for" in row
        terminal.press("q")
        assert terminal.wait_end() == 0 and terminal.is_restored()


def test_top_obeys_keys_and_a_new_size(lab, cluster):
    with run(cluster["node-a"], "top", "-n", "0.2") as terminal:
        terminal.wait_text("healthy", "sort: name")
        wait_until(lambda: any(mark.startswith("node-b") for mark in terminal.marked()), "node-b is marked")
        terminal.press("down", "down")
        wait_until(lambda: any(mark.startswith("VI_1") for mark in terminal.marked()), terminal.text)
        terminal.press("d")
        terminal.wait_text("VI_1 is active", "q back")
        terminal.resize(50, 200)
        terminal.wait_text("VI_1 is active", "q back")
        assert "q back" in terminal.lines()[49]
        terminal.press("q", "s")
        terminal.wait_text("INSTANCE", "sort: state")
        lab.cut("node-c")
        wait_until(lambda: terminal.lines()[5].startswith("node-c"), terminal.text)
        terminal.resize(10, 40)
        terminal.wait_text("node-a: running", "NODE", "INSTANCE", "q quit")


@pytest.mark.laboratory(nodes=2)
def test_top_keeps_the_mark(lab):
    """Also on an instance with the name of a node."""
    cluster = Cluster(lab, Settings())
    for node in lab.nodes:
        cluster.daemon(node, cluster.vrrp_instance(node, "heartbeat lan", name="node-b"), instance=False).start()
    cluster.wait_up()
    with run(cluster["node-a"], "top", "-n", "0.2") as terminal:
        terminal.wait_text("INSTANCE", "sort: name")
        terminal.press("down", "s")
        terminal.wait_text("sort: state")
        marks = terminal.marked()
        assert any("up" not in mark and mark.startswith("node-b ") for mark in marks), marks


def test_top_goes_on_with_the_next_daemon(cluster):
    daemon = cluster["node-b"]
    with run(daemon, "top", "-n", "0.2") as terminal:
        terminal.wait_text("healthy")
        daemon.stop()
        terminal.wait_text("xbeatd does not answer for", "INSTANCE")
        daemon.start()
        terminal.wait_text("healthy", "fresh start")


@pytest.mark.laboratory(nodes=1)
def test_a_signal_leaves_the_terminal_as_it_was(lab):
    daemon = Xbeatd(lab, "node-a", instance()).start_active()
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT):
        with run(daemon, "top") as terminal:
            terminal.wait_text("VI_1      active")
            assert not terminal.is_restored()
            terminal.signal(number)
            assert terminal.wait_end() == -number and terminal.is_restored()


@pytest.mark.laboratory(nodes=1)
def test_what_is_refused(lab):
    """A pipe is no screen, and only what shows something is repeated."""
    daemon = Xbeatd(lab, "node-a", instance()).start()
    for words, status, part in ((["top"], 1, "terminal"), (["watch", "peers"], 1, "terminal"),
                                (["watch", "drain"], 2, "show"), (["watch"], 2, "argument"),
                                (["watch", "app", "beat", "web"], 2, "not app beat"),
                                (["watch", "keys", "add"], 2, "not keys add"),
                                (["watch", "log", "debug"], 2, "not log debug"),
                                (["watch", "events", "-f"], 2, "and end"),
                                (["watch", "health", "-jw"], 2, "and end"),
                                (["watch", "watch", "peers"], 2, "not watch"),
                                (["watch", "peers", "--jsn"], 2, "--json"),
                                (["watch", "keys"], 1, "terminal"), (["watch", "chain"], 1, "terminal"),
                                (["watch", "keys", "show", "1"], 1, "terminal"),
                                (["watch", "app", "beet"], 1, "terminal"),
                                (["top", "-n", "0"], 2, "interval")):
        done = subprocess.run(daemon.ctl_argv(*words), text=True, capture_output=True, stdin=subprocess.DEVNULL,
                              check=False)
        assert (done.returncode, part in done.stderr) == (status, True), done.stderr
    daemon.stop()
    with run(daemon, "top") as terminal:
        assert terminal.wait_end() == 3 and "is not running" in terminal.text()


def test_watch_marks_what_changes(lab, cluster):
    daemon = cluster["node-b"]
    with run(daemon, "watch", "-n", "0.3", "vrrp", "VI_1") as terminal:
        terminal.wait_text("every 300 ms: vrrp VI_1", "backup")
        lab.cut("node-a")
        wait_until(lambda: any("act" in mark for mark in terminal.marked()), terminal.text)
        terminal.wait_text("active", "node-a is down")
        daemon.stop()
        terminal.wait_text("is not running")
        daemon.start()
        terminal.wait_text("vrrp VI_1", "VI_1")
        terminal.press("q")
        assert terminal.wait_end() == 0 and terminal.is_restored()
