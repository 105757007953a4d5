# SPDX-License-Identifier: GPL-2.0-or-later
"""What a packet costs in the kernel: build/tools/bpf_cost, which says it itself."""

import subprocess

from tests.support.laboratory import BUILD


def run():
    done = subprocess.run([BUILD / "tools" / "bpf_cost"], text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120)
    print("".join(f"   {line}\n" for line in done.stdout.splitlines()), end="")
    if done.returncode:
        raise RuntimeError(f"bpf_cost ended with status {done.returncode}")
