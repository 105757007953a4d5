# SPDX-License-Identifier: GPL-2.0-or-later
"""The configurations that the manual and the README show are right, and mean the same when they are printed."""

import re
import subprocess
import textwrap

import pytest

from tests.support.laboratory import BUILD, ROOT

SECONDS_MAX = 20


def examples():
    manual = (ROOT / "docs/xbeat.conf.5.scd").read_text()
    found = re.findall(r"^```\n(.*?)^```", manual, re.DOTALL | re.MULTILINE)
    readme = (ROOT / "README.md").read_text()
    found += map(textwrap.dedent, re.findall(r"^    heartbeat .*?^    }\n\n", readme, re.DOTALL | re.MULTILINE))
    return [text for text in found if "virtual_router_id" in text]


COUNT = 4


def test_all_are_found():
    assert len(examples()) == COUNT, examples()


@pytest.mark.parametrize("number", range(COUNT))
def test_example(tmp_path, number):
    (tmp_path / "given.conf").write_text(examples()[number])
    for command in (["xbeatctl", "check"], ["tools/print_config"]):
        done = subprocess.run([str(BUILD / command[0]), *command[1:], "given.conf"], cwd=tmp_path,
                              capture_output=True, text=True, timeout=SECONDS_MAX)
        assert done.returncode == 0 and "warning" not in done.stdout + done.stderr, (
            examples()[number], done.stdout + done.stderr)
    (tmp_path / "printed.conf").write_text(done.stdout)
    again = subprocess.run([str(BUILD / "tools/print_config"), "printed.conf"], cwd=tmp_path,
                           capture_output=True, text=True, timeout=SECONDS_MAX)
    assert again.stdout == done.stdout and not again.stderr, again.stderr
