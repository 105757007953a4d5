# SPDX-License-Identifier: GPL-2.0-or-later
"""Kinds of configurations that are found in the wild: keepalived runs them, and so does xbeat."""

import pathlib
import re
import subprocess

import pytest

from tests.support.keepalived_check import check_all
from tests.support.laboratory import BUILD

KINDS = dict(part.split("\n", 1) for part in
             pathlib.Path(__file__).with_name("found.txt").read_text().split("\n== ")[1:])
# keepalived's exit status: no message, or only about the security or absence of scripts.
CONTENT = {0, 4, 6}
# What depends on the machine and not on the text: programs and paths that are missing here.
MACHINE = re.compile(r"does not exist or is not executable|is run by root|root would run")


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("found")
    for number, text in enumerate(KINDS.values()):
        (directory / f"{number}.conf").write_text(text)
    check_all(directory)
    return directory


@pytest.mark.parametrize("number", range(len(KINDS)), ids=[kind.split(" ")[1] for kind in KINDS])
def test_kind(directory, number):
    path = directory / f"{number}.conf"
    done = subprocess.run([BUILD / "xbeatctl", "check", path], capture_output=True, text=True)
    remarks = [line for line in done.stderr.splitlines()
               if " warning: " in line and not MACHINE.search(line)]
    expected = re.findall("^#= (.*)$", path.read_text(), re.MULTILINE)
    assert int((directory / f"{number}.conf.code").read_text()) in CONTENT, \
        (directory / f"{number}.conf.said").read_text()
    assert done.returncode == 0, done.stderr
    assert len(remarks) == len(expected), done.stderr
    assert all(any(text in line for line in remarks) for text in expected), done.stderr
