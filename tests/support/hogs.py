# SPDX-License-Identifier: GPL-2.0-or-later
"""Processor hogs that end by themselves, even if the test that started them is killed."""

import contextlib
import subprocess
import sys

# The alarm ends it. A FIFO hog sets its own scheduling, so that it can start in root's ordinary
# one.
PROGRAM = """
import os, signal, sys
seconds, priority, processor = map(int, sys.argv[1:])
signal.alarm(seconds)
if processor >= 0:
    os.sched_setaffinity(0, {processor})
if priority:
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
while True:
    pass
"""


@contextlib.contextmanager
def hogs(count, seconds, fifo_priority=0, processors=()):
    """Runs count hogs, on any processor, or one on each of those given. seconds: their time
    limit."""
    processes = [subprocess.Popen([sys.executable, "-c", PROGRAM, str(seconds), str(fifo_priority),
                                   str(processors[index % len(processors)] if processors else -1)])
                 for index in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()
