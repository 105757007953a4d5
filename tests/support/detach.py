# SPDX-License-Identifier: GPL-2.0-or-later
"""What something else does to the XDP program of an interface."""

import signal
import subprocess

from tests.support.laboratory import BUILD, PINS
from tests.support.xbeatd import find_bpftool


def detach(daemon):
    subprocess.run([find_bpftool(), "link", "detach", "pinned", PINS / daemon.instance / "link_eth0"],
                   check=True)


def set_foreign(daemon, present=True):
    """Another program is on the interface."""
    program = ["object", BUILD / "tools" / "lab_pass.bpf.o", "program", "lab_pass"] if present else ["off"]
    daemon.lab.run(daemon.node, "ip", "link", "set", "dev", "eth0", "xdpgeneric", *program)


def replace_program(daemon):
    """The daemon is stopped, so that it does not attach again first."""
    daemon.process.send_signal(signal.SIGSTOP)
    detach(daemon)
    set_foreign(daemon)
    daemon.process.send_signal(signal.SIGCONT)
