# SPDX-License-Identifier: GPL-2.0-or-later
"""The cost of a packet in the kernel, as build/tools/bpf_cost prints it."""

import subprocess

from tests.support.laboratory import BUILD


def run():
    done = subprocess.run([BUILD / "tools" / "bpf_cost"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120)
    print("".join(f"   {line}\n" for line in done.stdout.splitlines()), end="")
    if done.returncode:
        raise RuntimeError(f"bpf_cost: exit status {done.returncode}")
