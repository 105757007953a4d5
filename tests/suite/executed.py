# SPDX-License-Identifier: GPL-2.0-or-later
"""The files that the suite executes, also by absolute paths, as tests/tools/executed.c observes
it."""

import os
import pathlib
import subprocess

from tests.suite.contained import TEMPORARY
from tests.suite.declared import ROOT


class Executed:
    """Observes this process's mount namespace and all its descendants, from now on."""

    def __init__(self, build):
        tool = build / "tools" / "executed"
        self.own = [str(ROOT), str(build), str(TEMPORARY)]
        self.process = subprocess.Popen([tool, tool.with_suffix(".bpf.o")], text=True,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        if self.process.stdout.readline() != "started\n":
            raise RuntimeError(f"{tool} does not start; see above")

    def files(self):
        """Stops observing. Returns the names that execve() and "#!" were given."""
        output, _ = self.process.communicate()
        if self.process.returncode:
            raise RuntimeError("the list of executed files is not whole; see above")
        return sorted(set(output.replace("\t", "\n").split("\n")) - {""})

    def is_own(self, path):
        """Of the tree, or made by a test."""
        return any(pathlib.Path(os.path.realpath(path)).is_relative_to(place) for place in self.own)

    def undeclared(self, files, declared):
        return [path for path in files if not self.is_own(path) and not declared.has(path)]
