# SPDX-License-Identifier: GPL-2.0-or-later
"""Time that a busy machine does not falsify: moments between two readings of the clock, stops that
last as long as they are meant to, and how long the machine ran nothing at all.

A test that makes a failure knows when it began to make it and when that was done; the failure came
in between. An upper bound counts from the later reading, a lower bound from the earlier one, and an
upper bound does not count the time in which the machine ran nothing.
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
    """What is done in here is done when it is due, whatever else runs. Programs that are started in
    here run as others do."""
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
    """When something was done: not before the one reading, and not after the other. CLOCK_REALTIME in
    ns, as in events."""
    lab: object
    before_ns: int
    after_ns: int

    def least_ms(self, event):
        """So much later did an event come, at least, without the machine's own stalls."""
        came_ns = event["time_unix_ns"]
        return (came_ns - self.after_ns) / NS_PER_MS - stalled_ms(self.lab, self.after_ns, came_ns)

    def most_ms(self, event):
        """So much later did an event come, at most."""
        return (event["time_unix_ns"] - self.before_ns) / NS_PER_MS


def moment_of(lab, event):
    return Moment(lab, event["time_unix_ns"], event["time_unix_ns"])


def stop_for(seconds, *processes):
    """Stops processes for so long, and no longer. Returns when they went on again, CLOCK_MONOTONIC
    in ns."""
    with punctual():
        for process in processes:
            process.send_signal(signal.SIGSTOP)
        try:
            time.sleep(seconds)
        finally:
            for process in processes:
                process.send_signal(signal.SIGCONT)
        return time.monotonic_ns()


def merged(intervals):
    """Of (start, end) in ns: what they cover together, in order."""
    result = []
    for start, end in sorted(intervals):
        if result and start <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((start, end))
    return result


def read_stalls(text):
    """Of the output of tests/tools/stalls.c: (from, to), CLOCK_MONOTONIC in ns, in order."""
    lines = [line.split() for line in text.split("\n")[:-1]]
    return merged(tuple(map(int, line)) for line in lines if len(line) == 2)


def overlap_ms(spans, start_ns, end_ns):
    return sum(max(0, min(to, end_ns) - max(since, start_ns)) for since, to in spans) / NS_PER_MS
