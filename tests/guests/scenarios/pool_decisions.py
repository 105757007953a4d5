#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The decisions of tests/interop/pools/scenarios as keepalived makes them, with the kernel's IPVS."""

import pathlib
import re
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.ipvs import table  # noqa: E402 (needs the path above)
from tests.support.decisions import Pace, Play  # noqa: E402

WORK = pathlib.Path("/run/decisions")
# A guest is 10 to 20 times slower than the machine.
PACE = Pace(delay_loop=2, delay_before_retry=1, settled=0.7, file=60)
LOG_CHARACTERS = 6000
STOP_SECONDS = 60

# What keepalived 2.2.7 decides otherwise: by step, what is expected and what it does; with the reason.
ACCEPTED = {
    # notify_down for each alpha check that fails first; but it is one server that is down
    "alpha_twice, start": ((["down a", "gained"], ["b:1"]), (["down a", "down a", "gained"], ["b:1"])),
}


def held(scenario):
    lines = (re.match(rf"-a -t {scenario.address}:80 -r (\S+):80 -m -w (\d+)$", line) for line in table())
    return {words[1]: words[2] for words in lines if words}


def main():
    WORK.mkdir()
    play = Play(WORK, PACE)
    (WORK / "conf").write_text(play.configuration())
    with open(WORK / "log", "w") as log:
        daemon = subprocess.Popen(["keepalived", "--check", "--dont-fork", "--log-console", "--log-detail",
                                   f"--use-file={WORK}/conf", f"--pid={WORK}/pid",
                                   f"--checkers_pid={WORK}/checkers.pid"], stdout=log, stderr=log)
        try:
            play.play(held)
        finally:
            daemon.terminate()
            daemon.wait(STOP_SECONDS)
            print((WORK / "log").read_text()[-LOG_CHARACTERS:])
    different = play.stopped(held)
    for step, (expected, found) in different.items():
        print(f"{step}: expected {expected}, found {found}")
    print(f"{len(play.scenarios)} scenarios, {play.step_count()} steps, {len(different)} differences")
    assert table() == [], table()
    assert different == ACCEPTED


main()
