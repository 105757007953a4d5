# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd restricts its system calls before its first instance starts. All other tests run it with
XBEAT_SECCOMP=kill (tests/conftest.py): what it calls there and may not call ends it."""

import pathlib

import pytest

from tests.support.privileges import Work, threads

pytestmark = pytest.mark.laboratory(nodes=2, links=2)
NONE, FILTERED = "0", "2"  # the field Seccomp of /proc/PID/status
DEFAULT = ("env", "--unset=XBEAT_SECCOMP")


def mode(pid):
    line, = [line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
             if line.startswith("Seccomp:")]
    return line.split()[1]


@pytest.mark.parametrize("before,expected", [
    (DEFAULT, FILTERED), (("env", "XBEAT_SECCOMP=log"), FILTERED), (("env", "XBEAT_SECCOMP=off"), NONE)])
def test_all_threads_are_restricted(cluster, before, expected):
    daemon = cluster.daemon("node-a").start(*before)
    found = threads(daemon)
    assert len(found) > 1
    assert {thread["Seccomp"] for thread in found} == {expected}


def test_scripts_are_not_restricted(cluster):
    """Neither a runner, nor the next one."""
    daemon = cluster.daemon("node-a").start()
    assert mode(daemon.process.pid) == FILTERED
    assert mode(daemon.starter()) == mode(daemon.child()) == NONE


def test_jobs_by_default(lab):
    Work(lab, *DEFAULT).do_all()
