# SPDX-License-Identifier: GPL-2.0-or-later
"""SCHED_DEADLINE for what measures beside hogs of any real-time priority."""

import contextlib
import os
import subprocess

# 3 ms of each 10 ms. The command that follows must not fork.
DEADLINE = ("chrt", "--deadline", "--sched-runtime", "3000000", "--sched-deadline", "10000000",
            "--sched-period", "10000000", "0")


@contextlib.contextmanager
def deadline():
    """The block runs beside hogs; programs that it starts have ordinary scheduling."""
    subprocess.run([DEADLINE[0], "--reset-on-fork", *DEADLINE[1:-1], "--pid", "0", str(os.getpid())],
                   check=True)
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
