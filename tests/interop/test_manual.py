# SPDX-License-Identifier: GPL-2.0-or-later
"""The configurations in the manual, README and docs/operation.md are valid and print back alike."""

import re
import subprocess
import textwrap

import pytest

from tests.support.laboratory import BUILD, ROOT



def examples():
    manuals = "".join((ROOT / f"docs/{name}.5.scd").read_text() for name in ("xbeat.conf",
                                                                          "xbeat-pools"))
    found = re.findall(r"^```\n(.*?)^```", manuals, re.DOTALL | re.MULTILINE)
    for name in ("README.md", "docs/operation.md"):
        blocks = re.findall(r"^    heartbeat .*?^    }\n\n", (ROOT / name).read_text(),
                            re.DOTALL | re.MULTILINE)
        found += map(textwrap.dedent, blocks)
    return [text for text in found if "virtual_router_id" in text]


COUNT = 5


def test_all_are_found():
    assert len(examples()) == COUNT, examples()


@pytest.mark.parametrize("number", range(COUNT))
def test_example(tmp_path, number):
    (tmp_path / "given.conf").write_text(examples()[number])
    for command in (["xbeatctl", "check"], ["tools/print_config"]):
        done = subprocess.run([str(BUILD / command[0]), *command[1:], "given.conf"], cwd=tmp_path,
                              capture_output=True, text=True)
        assert done.returncode == 0 and "warning" not in done.stdout + done.stderr, (
            examples()[number], done.stdout + done.stderr)
    (tmp_path / "printed.conf").write_text(done.stdout)
    again = subprocess.run([str(BUILD / "tools/print_config"), "printed.conf"], cwd=tmp_path,
                           capture_output=True, text=True)
    assert again.stdout == done.stdout and not again.stderr, again.stderr
