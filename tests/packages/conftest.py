# SPDX-License-Identifier: GPL-2.0-or-later
"""One machine for all tests of the packages; XBEAT_ROOT: a folder in which it stays for the next run."""

import os
import pathlib
import shutil
import subprocess
import tempfile

import pytest

from tests.packages.machine import Machine, find_cgroups
from tests.support.debian import bootstrap
from tests.support.laboratory import BUILD

PACKAGES = BUILD / "deb"
# Besides what xbeat depends on.
TOOLS = ["bash-completion", "dbus", "fish", "iproute2", "procps", "python3", "sudo", "systemd", "systemd-sysv",
         "util-linux", "zsh"]
# They would change the machine, whose kernel it is, or wait for what is not there.
MASKED = ["systemd-udevd.service", "systemd-sysctl.service", "systemd-modules-load.service",
          "systemd-binfmt.service", "sys-kernel-debug.mount", "sys-kernel-tracing.mount",
          "proc-sys-fs-binfmt_misc.automount", "dev-hugepages.mount", "systemd-timesyncd.service"]


def package(name):
    path, = PACKAGES.glob(f"{name}_*.deb")
    return path


def dependencies(path):
    relations = subprocess.run(["dpkg-deb", "--field", path, "Depends"], check=True, text=True,
                               stdout=subprocess.PIPE).stdout.split(",")
    return [relation.split("|")[0].split("(")[0].strip() for relation in relations]


def make_root(root):
    needed = {name for one in ("xbeat", "xbeat-exporter") for name in dependencies(package(one))} - {"xbeat"}
    bootstrap(root, *TOOLS, *sorted(needed))
    for unit in MASKED:
        (root / "etc/systemd/system" / unit).symlink_to("/dev/null")


@pytest.fixture(scope="session")
def root():
    if not find_cgroups():
        pytest.skip("no writable cgroup2 on this machine, which systemd needs as process 1")
    kept = os.environ.get("XBEAT_ROOT")
    if kept and pathlib.Path(kept).exists():
        yield pathlib.Path(kept)
        return
    place = pathlib.Path(kept or tempfile.mkdtemp(prefix="xbeat-packages-", dir="/var/tmp"))
    place.mkdir(exist_ok=True)
    place.chmod(0o755)  # or other users, as that of dbus, would have no "/"
    try:
        make_root(place)
        yield place
    finally:
        if not kept:
            shutil.rmtree(place)


@pytest.fixture(scope="session")
def machine(root):
    machine = Machine(root)
    try:
        yield machine.start()
    finally:
        machine.stop()
