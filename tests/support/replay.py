# SPDX-License-Identifier: GPL-2.0-or-later
"""A test that fails while the machine stands still is played again, from the start.

Tests say what must happen on a machine that runs: a node that gets no processor for longer than its
Backups wait loses the address, as it should. So a failure counts only if no processor stood still for
long (tests/tools/stalls.c) in the laboratory of the test. Each replay is reported; a test whose
machine never runs long enough fails. XBEAT_PLAYED_MAX=1 plays every test once: for finding what a
stall breaks, with tests/tools/standstill.c.
"""

import os
import pathlib

from _pytest.runner import runtestprotocol

from tests.support.moment import NS_PER_MS, read_stalls

# Virtual machines stand still for 5 to 15 ms now and then; that much each test must endure.
ENDURED_MS = 50
PLAYED_MAX = int(os.environ.get("XBEAT_PLAYED_MAX", "3"))


def longest_stall_ms(lab):
    spans = read_stalls(lab.stalls.output())
    return max([(to - since) / NS_PER_MS for since, to in spans], default=0)


def note_failure(item, lab, report):
    """While the laboratory is still there."""
    item.stood_still_ms = max(item.stood_still_ms, longest_stall_ms(lab))
    crash = getattr(report.longrepr, "reprcrash", None)
    item.failure = str(crash.message if crash else report.longrepr).partition("\n")[0]


def report_replay(item):
    """The parts of the suite collect these lines (tests/run)."""
    path = os.environ.get("XBEAT_REPLAYED")
    if path:
        with pathlib.Path(path).open("a") as output:
            output.write(f"{item.nodeid}: the machine stood still for {item.stood_still_ms:.0f} ms; "
                         f"{item.failure}\n")


def play(item, nextitem):
    """Returns the reports of the last time."""
    for played in range(1, PLAYED_MAX + 1):
        item.stood_still_ms, item.failure = 0, ""
        reports = runtestprotocol(item, nextitem=nextitem, log=False)
        failed = any(report.failed for report in reports)
        if not failed or item.stood_still_ms <= ENDURED_MS or played == PLAYED_MAX:
            return reports
        report_replay(item)
