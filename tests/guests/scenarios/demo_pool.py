#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""The demo's pool where the kernel has IPVS: the director forwards to nginx on the other nodes."""

import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parents[3]
sys.path.insert(0, str(ROOT))

from tests.support.demo import FORWARDED, check_order, in_one_line, traces  # noqa: E402 (needs the path above)


def main():
    done = subprocess.run([ROOT / "scripts" / "demo", "pool"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(done.stdout, flush=True)
    if done.returncode:
        sys.exit("the demo failed")
    check_order(in_one_line(done.stdout), FORWARDED)
    assert traces("xdemo") == []


main()
