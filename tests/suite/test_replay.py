# SPDX-License-Identifier: GPL-2.0-or-later
"""A test that fails while the machine stalls is played again, and only then."""

import os
import subprocess
import sys

import pytest

from tests.support.laboratory import BUILD, ROOT

STOP_MS = 300
# Counts how often it was played in a file. The first stop comes within 20 ms.
PLAYED = f'''
import subprocess

def stall():
    subprocess.run(["{BUILD}/tools/make_stalls", "{BUILD}/tools/make_stalls.bpf.o", "2", "20", "{STOP_MS}"], check=True)

def count():
    with open("played", "a+") as file:
        file.write("x")
        return file.tell()

def test_once():
    if count() == 1:
        stall()
        assert False, "the first time"

def test_always():
    count()
    stall()
    assert False, "each time"

def test_without_a_stall():
    count()
    assert False, "the machine ran"
'''


def play(tmp_path, name):
    """Returns (exit status, how often the test was played, the report of replays)."""
    path = tmp_path / "test_played.py"
    path.write_text(PLAYED)
    done = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.conftest",
                           f"{path}::{name}"], cwd=tmp_path, stdin=subprocess.DEVNULL,
                          env=dict(os.environ, PYTHONPATH=str(ROOT), XBEAT_REPLAYED=str(tmp_path / "replayed")),
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    replayed = tmp_path / "replayed"
    played = (tmp_path / "played").stat().st_size if (tmp_path / "played").exists() else 0
    print(done.stdout)
    return done.returncode, played, replayed.read_text() if replayed.exists() else ""


@pytest.mark.parametrize("name,status,count", [("test_once", 0, 2), ("test_always", 1, 3)])
def test_a_failure_during_a_stall_is_played_again(tmp_path, name, status, count):
    found_status, played, replayed = play(tmp_path, name)
    assert (found_status, played) == (status, count)
    assert replayed.count(f"::{name}: the machine stalled for ") == count - 1
    assert "time" in replayed


def test_a_failure_without_a_stall_counts(tmp_path):
    """Unless this machine stalled by itself, which the report shows."""
    status, played, replayed = play(tmp_path, "test_without_a_stall")
    assert (status, played) == (1, 1 + replayed.count("the machine stalled"))
