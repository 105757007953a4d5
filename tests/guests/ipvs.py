# SPDX-License-Identifier: GPL-2.0-or-later
"""For scenarios with the kernel's IPVS: what is in it, and the data plane without the daemon."""

import os
import subprocess

TOOL = f"{os.environ['BUILD']}/tools/ipvs_plane"


def run(*command):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True,
                          text=True).stdout


def table():
    """The lines of ipvsadm -Sn: each service, then its servers."""
    return sorted(line.strip() for line in run("ipvsadm", "-Sn").splitlines())


def thresholds():
    """Of each server: where no more connections come, and where they come again."""
    rows = [line.split() for line in run("ipvsadm", "-Ln", "--thresholds").splitlines()]
    return {words[1]: (int(words[2]), int(words[3])) for words in rows
            if words[0] == "->" and len(words) > 3}


def clear():
    run("ipvsadm", "-C")


class Plane:
    """ipvs_plane, which takes commands and reports."""

    def __init__(self, *settings):
        self.process = subprocess.Popen([TOOL, *settings], text=True, bufsize=1,
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT)
        self.reports = []

    def do(self, command):
        """Returns the result; what comes before it is kept in reports."""
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        while line := self.process.stdout.readline():
            line = line.rstrip("\n")
            if line.startswith("done "):
                return line.split()[2]
            self.reports.append(line)
        raise AssertionError(f"ipvs_plane ended: {self.reports}")

    def set(self, *commands, wait=300):
        """What is refused at once fails. The loop runs for a time, in ms."""
        for command in commands:
            assert self.do(command) == "0", command
        self.do(f"wait {wait}")

    def end(self, command="stop"):
        self.process.stdin.write(command + "\n")
        self.process.stdin.close()
        self.reports += self.process.stdout.read().splitlines()
        assert self.process.wait() == 0, self.reports

    def kill(self):
        self.process.kill()
        self.process.wait()
