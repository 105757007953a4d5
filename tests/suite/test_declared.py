# SPDX-License-Identifier: GPL-2.0-or-later
"""The suite has only what declared packages bring, and names everything else that it executes."""

import os
import subprocess

import pytest

from tests.suite.declared import closure, names
from tests.suite.executed import Executed
from tests.support.laboratory import BUILD

# (name, dependencies, whether it is essential), by the names that provide it.
PACKAGES = {"a": [("a", ["b", "virtual"], False)], "b": [("b", ["a"], False)],
            "virtual": [("c", [], False)], "c": [("c", [], False)], "d": [("d", ["a"], False)]}


def test_names_of_a_relation():
    assert names("libc6 (>= 2.34), python3:any, mail-agent | exim4 (<< 5) , , awk") == [
        "libc6", "python3", "mail-agent", "awk"]


def test_closure_follows_circles_and_provided_names():
    assert closure(["a"], PACKAGES) == {"a", "b", "c"}


def test_package_that_is_not_installed_brings_nothing():
    assert closure(["absent"], PACKAGES) == set()


@pytest.mark.parametrize("command", ["ping", "awk", "cc", "ip", "tshark", "readelf", "vtysh", "bpftool"])
def test_declared_command_is_found(command):
    assert subprocess.run(["sh", "-c", 'command -v "$0"', command], stdout=subprocess.DEVNULL).returncode == 0


@pytest.mark.parametrize("command", ["sudo", "strace", "gdb", "debootstrap"])
def test_undeclared_command_is_not_found(command):
    assert subprocess.run(["sh", "-c", 'command -v "$0"', command], stdout=subprocess.DEVNULL).returncode != 0


def import_module(name):
    return subprocess.run(["/usr/bin/python3", "-c", f"import {name}"], stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("module", ["pytest", "xdist", "scapy.all", "json", "ctypes", "ssl"])
def test_declared_module_is_found(module):
    assert import_module(module).returncode == 0


@pytest.mark.parametrize("module", ["apt", "pip", "yaml", "lib2to3"])
def test_undeclared_module_is_not_found(module):
    assert "ModuleNotFoundError" in import_module(module).stderr


class NothingDeclared:
    @staticmethod
    def has(path):
        return os.path.basename(path) != "true"


@pytest.mark.skipif(os.geteuid() != 0, reason="needs root: observes with BPF")
def test_executed_file_is_named():
    executed = Executed(BUILD)
    subprocess.run(["/usr/bin/true"], check=True)
    subprocess.run(["sh", "-c", "exec sleep 0"], check=True)
    files = executed.files()
    assert "/usr/bin/true" in files and any(path.endswith("/sleep") for path in files)
    assert executed.undeclared(files, NothingDeclared) == ["/usr/bin/true"]
