# SPDX-License-Identifier: GPL-2.0-or-later
"""XDP programs of others (tests/tools/next.bpf.c) on the interfaces of a laboratory."""

import contextlib
import json
import pathlib
import platform
import shutil
import subprocess

from tests.support.laboratory import BUILD, NEVER_SECONDS, PINS
from tests.support.xbeatd import find_bpftool

FOLDER = PINS.parent / "tests_programs"
MAPS = PINS.parent / "tests_maps"

# bpf(2): opens a pin, creates a BPF link of type BPF_XDP to an interface, and pins it.
LINK = """
import ctypes, socket, struct, sys
PIN, GET, CREATE, XDP = 6, 7, 28, 37
names = [ctypes.create_string_buffer(each.encode()) for each in sys.argv[1:3]]
def bpf(command, *words):
    attributes = struct.pack(f"<{len(words)}I", *words)
    done = ctypes.CDLL(None, use_errno=True).syscall(SYSCALL, command, attributes, len(attributes))
    return done if done >= 0 else sys.exit(f"bpf({command}): errno {ctypes.get_errno()}")
def halves(name):
    return ctypes.addressof(name) & 0xffffffff, ctypes.addressof(name) >> 32
program = bpf(GET, *halves(names[0]), 0, 0)
link = bpf(CREATE, program, socket.if_nametoindex(sys.argv[3]), XDP, 0)
bpf(PIN, *halves(names[1]), link, 0)
""".replace("SYSCALL", str({"x86_64": 321, "aarch64": 280}[platform.machine()]))


def bpftool(*arguments):
    done = subprocess.run([find_bpftool(), "-j", *arguments], text=True, stdout=subprocess.PIPE, check=True,
                          timeout=NEVER_SECONDS)
    return json.loads(done.stdout or "null")


@contextlib.contextmanager
def loaded():
    """Yields the pins by the names of the programs."""
    bpftool("prog", "loadall", BUILD / "tools" / "next.bpf.o", FOLDER, "pinmaps", MAPS)
    try:
        yield {path.name: path for path in pathlib.Path(FOLDER).iterdir()}
    finally:
        for folder in (FOLDER, MAPS):
            with contextlib.suppress(FileNotFoundError):
                shutil.rmtree(folder)


def attach(lab, node, pin, interface="eth0", mode="xdpgeneric"):
    """By netlink."""
    lab.run(node, "ip", "link", "set", interface, mode, "pinned", pin)


def attach_link(lab, node, pin, interface="eth0"):
    """By a BPF link, which is pinned beside the programs."""
    lab.run(node, "/usr/bin/python3", "-c", LINK, pin, FOLDER / "link", interface)
