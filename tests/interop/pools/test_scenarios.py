# SPDX-License-Identifier: GPL-2.0-or-later
"""Logs of results, and the decisions that follow from them: scenarios/ has those of which keepalived
knows all words, own/ the others. Each file is its own expected output (tests/tools/pool_replay.c)."""

import pathlib
import subprocess

import pytest

from tests.support.laboratory import BUILD

FOLDER = pathlib.Path(__file__).parent
TOOL = BUILD / "tools" / "pool_replay"
FILES = sorted(FOLDER.glob("*/*.pool"))
COUNT_MIN = 20  # that keepalived can be asked, too


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_decisions(path):
    done = subprocess.run([TOOL, path], capture_output=True, text=True, check=True)
    assert done.stdout == path.read_text()


def test_there_are_enough():
    assert len(list(FOLDER.glob("scenarios/*.pool"))) >= COUNT_MIN
