# SPDX-License-Identifier: GPL-2.0-or-later
"""The cost of a packet in the kernel, as build/tools/bpf_cost prints it, and of signed adverts
(build/tools/signed_cost). BESIDE=FOLDER names the build folder of another version: both are measured
by turns, so that one column can be compared with the other."""

import re
import statistics
import subprocess

from tests.bench.rounds import beside_build
from tests.support.laboratory import BUILD

OWN = BUILD / "tools" / "bpf_cost"
SIGNED = BUILD / "tools" / "signed_cost"
TURNS = 9
# Name, action, median, minimum, maximum; the target, if there is one, is not needed here.
LINE = re.compile(r"(.{26}) \S+ +(-?\d+) +(-?\d+) +(-?\d+)")


def measure(program, *arguments):
    done = subprocess.run([program, *arguments], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120)
    if done.returncode:
        raise RuntimeError(f"{program}: exit status {done.returncode}: {done.stdout}")
    return done.stdout.splitlines()


def one_round(program):
    """Returns (adaptive or not, name) -> ns of one round."""
    costs = {}
    adaptive = False
    for line in measure(program, "1"):
        found = LINE.match(line)
        adaptive = adaptive or line.startswith("the same")
        if found:
            costs[adaptive, found[1].strip()] = int(found[2])
    return costs


def spread(values):
    return f"{statistics.median(values):5.0f} ({min(values)}-{max(values)})" if values else "-"


def compare(other):
    rounds = [(one_round(other), one_round(OWN)) for _ in range(TURNS)]
    print(f"   ns over an empty program, median of {TURNS} (minimum-maximum)")
    print(f"   {'':44} {'beside':>16}  this build")
    for key in rounds[0][1]:
        columns = [spread([costs[key] for costs in side if key in costs]) for side in zip(*rounds)]
        name = key[1] + (", multiplier auto" if key[0] else "")
        print(f"   {name:44} {columns[0]:>16}  {columns[1]}")


def run():
    other = beside_build()
    if other:
        compare(other / "tools" / "bpf_cost")
        return
    for program in (OWN, SIGNED):
        print("".join(f"   {line}\n" for line in measure(program)), end="")
