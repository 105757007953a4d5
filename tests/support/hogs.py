# SPDX-License-Identifier: GPL-2.0-or-later
"""Processor hogs that end by themselves, even if the test that started them is killed."""

import contextlib
import os
import subprocess
import sys

from tests.support.laboratory import wait_until

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


def wait_hogging(processes):
    """Waits until all are real-time tasks: before that they leave time for others."""
    wait_until(lambda: all(os.sched_getscheduler(process.pid) == os.SCHED_FIFO for process in processes),
               "the hogs are real-time tasks")


@contextlib.contextmanager
def above_hogs(priority=70):
    """The block, and the programs that it starts, run beside hogs of lower priority."""
    os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(priority))
    try:
        yield
    finally:
        os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))
