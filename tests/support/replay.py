# SPDX-License-Identifier: GPL-2.0-or-later
"""A test that fails while the machine stalls is played again, from the start.

Tests say what must happen on a machine that runs: a node that gets no processor for longer than its
Backups wait loses the address, as it should. So a failure counts only if no processor stalled for long
(tests/tools/stalls.c) during the test. Each replay is reported; a test during which the machine stalls
each time fails. XBEAT_PLAYED_MAX=1 plays every test once: for finding what a stall
breaks, with tests/tools/make_stalls.c.
"""

import os
import pathlib
import subprocess
import tempfile
import time

from _pytest.runner import runtestprotocol

from tests.support.laboratory import BUILD
from tests.support.moment import NS_PER_MS, read_stalls

# Virtual machines stall for 5 to 15 ms now and then; that much each test must endure.
ENDURED_MS = 50
PLAYED_MAX = int(os.environ.get("XBEAT_PLAYED_MAX", "3"))


class Stalls:
    """All stalls of the machine while this process runs tests."""

    def __init__(self):
        self.output = tempfile.TemporaryFile("w+")
        self.process = None
        program = BUILD / "tools" / "stalls"
        if os.geteuid() == 0 and program.exists():
            self.process = subprocess.Popen([program], stdin=subprocess.DEVNULL, stdout=self.output,
                                            start_new_session=True)

    def longest_ms(self, since_ns):
        """since_ns: CLOCK_MONOTONIC."""
        self.output.seek(0)
        return max([(to - start) / NS_PER_MS for start, to in read_stalls(self.output.read()) if to > since_ns],
                   default=0)

    def close(self):
        if self.process:
            self.process.kill()
            self.process.wait()
        self.output.close()


def reason(reports):
    """Of the first failure, in one line."""
    longrepr = next(report.longrepr for report in reports if report.failed)
    crash = getattr(longrepr, "reprcrash", None)
    return str(crash.message if crash else longrepr).partition("\n")[0]


def note_replay(item, line):
    """The parts of the suite collect these lines (tests/run)."""
    path = os.environ.get("XBEAT_REPLAYED")
    if path:
        with pathlib.Path(path).open("a") as output:
            output.write(f"{item.nodeid}: {line}\n")


def play(item, nextitem, stalls):
    """Returns the reports of the last time."""
    for played in range(1, PLAYED_MAX + 1):
        start_ns = time.monotonic_ns()
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        if not any(report.failed for report in reports):
            break
        stalled_ms = stalls.longest_ms(start_ns)
        if stalled_ms <= ENDURED_MS or played == PLAYED_MAX:
            break
        note_replay(item, f"the machine stalled for {stalled_ms:.0f} ms; {reason(reports)}")
    return reports
