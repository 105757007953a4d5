# SPDX-License-Identifier: GPL-2.0-or-later
"""The starter: what it starts has nothing of the daemon's memory, and the daemon does without it."""

import os
import pathlib
import secrets
import signal
import sys
import time

import pytest

from tests.support.configuration import KEY_ID, block
from tests.support.laboratory import BUILD, wait_until

SCRIPT = block("vrrp_script s", "script /bin/true", "interval 1", "user root")
KEY = secrets.token_bytes(16)  # what no other memory has by chance
pytestmark = pytest.mark.laboratory(nodes=2)


@pytest.fixture
def daemon(lab, cluster):
    lab.write(cluster.key_file.name, f"{KEY_ID} {KEY.hex()}\n")
    node = cluster.daemon("node-a", SCRIPT, instance=False)
    node.configure(node.configuration.read_text(),
                   cluster.vrrp_instance("node-a", block("track_script", "s weight 1")))
    node.start()
    node.wait_tracked("s", "up")
    return node


def exists(pid):
    return pathlib.Path(f"/proc/{pid}/exe").exists()


def kill(pid):
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not exists(pid), "it has ended")


def readable(pid):
    """All memory of a process that can be read, in pieces."""
    with open(f"/proc/{pid}/maps", encoding="utf8") as maps, open(f"/proc/{pid}/mem", "rb", 0) as memory:
        for line in maps:
            first, last = (int(number, 16) for number in line.split()[0].split("-"))
            if "r" in line.split()[1] and "[v" not in line:
                memory.seek(first)
                yield memory.read(last - first)


def holds_key(pid):
    return any(KEY in piece for piece in readable(pid))


def maps_bpf(pid):
    return "bpf-map" in pathlib.Path(f"/proc/{pid}/maps").read_text()


def replace_runner(daemon):
    """Returns the pid of the next one, when its programs run."""
    runner = daemon.child()
    kill(runner)
    wait_until(lambda: daemon.child() not in (None, runner), "another runner is there")
    daemon.wait_tracked("s", "up")
    return daemon.child()


def test_another_runner_has_nothing_of_the_daemon(daemon):
    assert holds_key(daemon.process.pid) and maps_bpf(daemon.process.pid)
    for pid in replace_runner(daemon), daemon.starter():
        assert not holds_key(pid) and not maps_bpf(pid)


def test_a_runner_that_is_killed_again_comes_later(daemon):
    """The second of its starts is 2 s after the first, the third 4 s after that; the daemon and its scripts go on."""
    before_s = time.monotonic()
    for _ in range(3):
        replace_runner(daemon)
    assert time.monotonic() - before_s >= 6
    assert daemon.process.output().count("was killed; its checks have no result") == 3


def test_daemon_goes_on_without_it(daemon):
    starter, runner = daemon.starter(), daemon.child()
    kill(starter)
    wait_until(lambda: f"starter (pid {starter}) was killed" in daemon.process.output(), "it is logged")
    assert exists(runner)
    refused = daemon.ctl("restart", check=False)
    assert refused.returncode == 1 and "xbeatctl stop --keep" in refused.stderr, refused
    kill(runner)
    wait_until(lambda: "cannot start another runner: the starter was killed" in daemon.process.output(),
               "that is logged, too")
    assert daemon.json("status")
    assert daemon.stop() == 0


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_with_the_daemon(daemon, end):
    processes = daemon.starter(), daemon.child()
    assert all(processes)
    daemon.process.end(end)
    wait_until(lambda: not any(map(exists, processes)), "starter and runner have ended")


# Orphans of an xbeatd become children of this program, as they become systemd's.
REMAINING = """
import ctypes, os, subprocess, sys
PR_SET_CHILD_SUBREAPER, EX_CONFIG = 36, 78
assert ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) == 0
remained = 0
for i in range(50):
    assert subprocess.run(sys.argv[1:], stderr=subprocess.DEVNULL).returncode == EX_CONFIG
    try:
        os.waitpid(-1, 0)
        remained += 1
    except ChildProcessError:
        pass
print(remained)
"""


@pytest.mark.laboratory(nodes=1)
def test_it_has_ended_when_its_daemon_has(lab):
    command = [BUILD / "xbeatd", "-f", "-c", lab.path("missing.conf")]
    assert lab.run("node-a", sys.executable, "-c", REMAINING, *command).stdout.strip() == "0"
