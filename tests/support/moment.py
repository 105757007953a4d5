# SPDX-License-Identifier: GPL-2.0-or-later
"""Time measurements that a busy machine does not falsify: moments between two readings of the
clock, stops of an exact length, and the time for which no task on the machine ran.

A test that makes a failure reads the clock before and after it; the failure happened in between. An
upper bound counts from the later reading and leaves out the time in which no task ran. A lower
bound counts from the earlier reading.
"""

import contextlib
import os
import signal
import time
from dataclasses import dataclass

NS_PER_MS = 10**6
PUNCTUAL_PRIORITY = 45  # below the daemons', above what asks for addresses


@contextlib.contextmanager
def punctual():
    """The block runs on time on a busy machine. Programs that it starts have ordinary
    scheduling."""
    policy, parameter = os.sched_getscheduler(0), os.sched_getparam(0)
    os.sched_setscheduler(0, os.SCHED_FIFO | os.SCHED_RESET_ON_FORK, os.sched_param(PUNCTUAL_PRIORITY))
    try:
        yield
    finally:
        os.sched_setscheduler(0, policy, parameter)


def stalled_ms(lab, since_unix_ns, to_unix_ns):
    to_monotonic_ns = time.monotonic_ns() - time.time_ns()
    return lab.stalled_ms(since_unix_ns + to_monotonic_ns, to_unix_ns + to_monotonic_ns)


@dataclass(frozen=True)
class Moment:
    """When something was done: between two readings of CLOCK_REALTIME in ns, as in events."""
    lab: object
    before_ns: int
    after_ns: int

    def least_ms(self, event):
        """The least time after which an event came, without the machine's own stalls."""
        came_ns = event["time_unix_ns"]
        return (came_ns - self.after_ns) / NS_PER_MS - stalled_ms(self.lab, self.after_ns, came_ns)

    def most_ms(self, event):
        """The greatest time after which an event came."""
        return (event["time_unix_ns"] - self.before_ns) / NS_PER_MS


def moment_of(lab, event):
    return Moment(lab, event["time_unix_ns"], event["time_unix_ns"])


def stop_for(seconds, *processes):
    """Stops processes for exactly this time. Returns when they were about to continue,
    CLOCK_MONOTONIC in ns."""
    with punctual():
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            end_ns = time.monotonic_ns()
            for process in processes:
                process.send_signal(signal.SIGCONT)
        return end_ns


def merged(intervals):
    """The union of (start, end) in ns, in order."""
    result = []
    for start, end in sorted(intervals):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def read_stalls(text):
    """From the output of tests/tools/stalls.c: (from, to), CLOCK_MONOTONIC in ns, in order."""
    lines = [line.split() for line in text.split("\n")[:-1]]
    return merged(tuple(map(int, line)) for line in lines if len(line) == 2)


def overlap_ms(spans, start_ns, end_ns):
    return sum(max(0, min(to, end_ns) - max(since, start_ns)) for since, to in spans) / NS_PER_MS
