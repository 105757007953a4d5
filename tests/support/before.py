# SPDX-License-Identifier: GPL-2.0-or-later
"""The version before, as a real peer: the commit that tests/before.version names, built once from
this repository's history into build/before."""

import contextlib
import fcntl
import os
import shutil
import subprocess

import pytest

from tests.support.laboratory import BUILD, ROOT

VERSION_FILE = ROOT / "tests" / "before.version"
# Of a make that runs the tests; this one builds another tree.
FOREIGN_VARIABLES = {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "BUILD"}
JOBS = 2


def commit():
    lines = (line.strip() for line in VERSION_FILE.read_text().splitlines())
    return next(line for line in lines if line and not line.startswith("#"))


def git(*arguments, **options):
    # A build as one user, the tests as root.
    return subprocess.run(["git", "-c", f"safe.directory={ROOT}", "-C", ROOT, *arguments], **options)


def has_history():
    with contextlib.suppress(FileNotFoundError):
        return git("cat-file", "-e", f"{commit()}^{{commit}}", stderr=subprocess.DEVNULL).returncode == 0
    return False


def build_in(folder):
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    archive = git("archive", commit(), check=True, stdout=subprocess.PIPE).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    environment = {key: value for key, value in os.environ.items() if key not in FOREIGN_VARIABLES}
    done = subprocess.run(["make", "-s", "-C", folder, f"-j{JOBS}", "all"], text=True, env=environment,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    assert done.returncode == 0, f"cannot build {commit()}:\n{done.stdout[-4000:]}"


def before_build():
    """The folder of its programs. Skips the test if its commit is not in the history, as in a
    shallow clone."""
    if not has_history():
        pytest.skip(f"commit {commit()} of {VERSION_FILE.name} is not in this repository's history")
    folder = BUILD / "before" / commit()
    folder.parent.mkdir(parents=True, exist_ok=True)
    with open(folder.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # tests run side by side
        if not (folder / "build" / "xbeatctl").exists() or not (folder / "build" / "xbeatd").exists():
            build_in(folder)
    return folder / "build"
