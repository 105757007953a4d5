# SPDX-License-Identifier: GPL-2.0-or-later
"""The wall clock of one daemon, which a test may set while the daemon runs (libfaketime); the monotonic
clock does not change.

The kernel reports a set clock only if the machine's is set: it is, by 1 ns and back.
"""

import ctypes
import os

from tests.support.xbeatd import libfaketime

ADJ_SETOFFSET, ADJ_NANO = 0x0100, 0x2000


class Timex(ctypes.Structure):
    """struct timex of adjtimex(2)."""
    _fields_ = [("modes", ctypes.c_uint), ("unused", ctypes.c_long * 4), ("status", ctypes.c_int),
                ("unused2", ctypes.c_long * 3), ("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long),
                ("rest", ctypes.c_long * 32)]


def announce_step():
    libc = ctypes.CDLL(None, use_errno=True)
    for seconds, nanoseconds in ((0, 1), (-1, 10**9 - 1)):
        wish = Timex(modes=ADJ_SETOFFSET | ADJ_NANO, seconds=seconds, nanoseconds=nanoseconds)
        assert libc.adjtimex(ctypes.byref(wish)) >= 0, os.strerror(ctypes.get_errno())


class Clock:
    def __init__(self, lab, node):
        self.lab = lab
        self.path = lab.path(f"clock-{node}")
        if not self.path.exists():
            self.write(0)

    def write(self, ahead_s):
        """The file is replaced, not rewritten: a partly written file would be another time."""
        self.lab.write(f"{self.path.name}.new", f"{ahead_s:+d}\n", mode=0o644).rename(self.path)

    def set(self, ahead_s):
        """Seconds before the machine's clock."""
        self.write(ahead_s)
        announce_step()

    def command(self):
        """What starts a daemon that has this clock."""
        return ("env", f"LD_PRELOAD={libfaketime()}", f"FAKETIME_TIMESTAMP_FILE={self.path}",
                "FAKETIME_NO_CACHE=1", "FAKETIME_DONT_FAKE_MONOTONIC=1")
