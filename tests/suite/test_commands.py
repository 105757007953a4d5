# SPDX-License-Identifier: GPL-2.0-or-later
"""What make and its scripts report where something is missing."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from tests.support.laboratory import ROOT

NOBODY = 65534


def make(*arguments, **options):
    return subprocess.run(["make", "-C", ROOT, *arguments], text=True, stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=60, **options)


@pytest.fixture
def few_commands(tmp_path):
    """A folder with the commands that make itself calls, but no compiler."""
    for name in ("sh", "make", "find", "sort", "mkdir", "id", "nproc"):
        (tmp_path / name).symlink_to(subprocess.run(["sh", "-c", f"command -v {name}"], text=True, check=True,
                                                    stdout=subprocess.PIPE).stdout.strip())
    return dict(os.environ, PATH=str(tmp_path))


@pytest.fixture(scope="module")
def readable_tree():
    """The tree may be where only root can read it."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield shutil.copytree(ROOT, pathlib.Path(directory) / "tree", symlinks=True,
                              ignore=shutil.ignore_patterns("build", ".git"))


@pytest.mark.parametrize("target", ["check", "check-bare", "demo", "bench"])
def test_ordinary_user_is_refused_before_anything_is_built(readable_tree, target):
    done = subprocess.run(["make", target], cwd=readable_tree, user=NOBODY, group=NOBODY, extra_groups=[], text=True,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode and f"run: sudo make {target}" in done.stdout
    assert "Installing" not in done.stdout and not (readable_tree / "build").exists()


def test_missing_compilers_are_named(few_commands, tmp_path):
    done = make(f"BUILD={tmp_path}/build", "BPFTOOL=bpftool", env=few_commands)
    assert done.returncode
    assert "not installed: cc clang bpftool; run: sudo scripts/install-deps" in done.stdout


@pytest.mark.parametrize("groups, wanted, unwanted", [
    ([], "clang", "keepalived"), (["build"], "bpftool", "iputils-ping"), (["test"], "iputils-ping", "debootstrap"),
    (["demo"], "iproute2", "keepalived"), (["bare"], "debootstrap", "clang"),
    (["guests"], "qemu-system-x86", "clang"),
])
def test_groups_of_packages(groups, wanted, unwanted):
    listed = subprocess.run([ROOT / "scripts" / "install-deps", "--list", *groups], text=True,
                            check=True, stdout=subprocess.PIPE).stdout.split()
    assert wanted in listed and unwanted not in listed


def test_unknown_group_is_refused():
    done = subprocess.run([ROOT / "scripts" / "install-deps", "tests"], text=True, stderr=subprocess.PIPE)
    assert done.returncode == 2 and "no group 'tests'; there are: build, demo, test" in done.stderr
