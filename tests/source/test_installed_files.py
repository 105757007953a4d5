# SPDX-License-Identifier: GPL-2.0-or-later
"""Every file that is installed stands in the FILES section of a manual, and "make uninstall" removes
it."""

import re
import subprocess

import pytest

from tests.support.laboratory import ROOT

PREFIX = "/usr"


def make(target, root):
    subprocess.run(["make", "-s", target, f"DESTDIR={root}", f"PREFIX={PREFIX}", f"BUILD={root}/build"],
                   cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def files(root):
    return {str(path.relative_to(root)) for path in root.rglob("*")
            if not path.is_dir() and path.relative_to(root).parts[0] != "build"}


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder of the installation, and what was installed there."""
    root = tmp_path_factory.mktemp("installed")
    (root / "build").symlink_to(ROOT / "build")
    make("install", root)
    return root, files(root)


def section(text):
    found = re.search(r"^# FILES$(.*?)^# [A-Z]", text, re.MULTILINE | re.DOTALL)
    return found[1].replace("\\", "") if found else ""


def test_each_stands_in_a_manual(installed):
    named = "".join(section(path.read_text()) for path in (ROOT / "docs").glob("*.scd"))
    missing = {name for name in installed[1] if not name.startswith("usr/share/man/")
               and name.removeprefix(f"{PREFIX[1:]}/") not in named}
    assert not missing


def test_uninstall_leaves_nothing(installed):
    root, names = installed
    assert "usr/sbin/xbeatd" in names
    make("uninstall", root)
    assert not files(root)
