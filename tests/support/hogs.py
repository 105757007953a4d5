# SPDX-License-Identifier: GPL-2.0-or-later
"""Processor hogs that end by themselves, whatever becomes of the test that started them."""

import contextlib
import subprocess
import sys

# The alarm ends it; a FIFO hog lowers itself from root's ordinary scheduling before it begins.
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
    """count of them, on any processor, or one after the other on those given. seconds: at most so
    long."""
    processes = [subprocess.Popen([sys.executable, "-c", PROGRAM, str(seconds), str(fifo_priority),
                                   str(processors[index % len(processors)] if processors else -1)])
                 for index in range(count)]
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.wait()
