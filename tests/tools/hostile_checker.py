#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Instead of xbeat-checker: one that a hostile server has taken over. The file "attack" beside it
names what it does, "layout" has the number of the protocol."""

import mmap
import os
import pathlib
import random
import signal
import socket
import struct

HELLO, CHANGES, RUN, LOG, PROGRESS = range(5)
USE = 0
LAYOUT = int((pathlib.Path(__file__).parent / "layout").read_text())
CHANGES_MAX = 256
ERROR = 3  # of syslog(3)


def send(kind, checks=(), value=0, generation=1, flags=0):
    packet = struct.pack(f"=4I{len(checks)}I", kind, generation, value, len(checks), *checks)
    try:
        daemon.send(packet, flags)
    except BlockingIOError:
        return False
    return True


def wait_for_set():
    """Returns the generation, how many checks there are, and their records."""
    while True:
        packet, descriptors, _, _ = socket.recv_fds(daemon, 64, 4)
        kind, generation, count, _ = struct.unpack("=3Ii", packet)
        if kind == USE:
            return generation, count, descriptors[1]


def greet_for_ever():
    while True:
        send(HELLO, value=LAYOUT)


def close_and_stay():
    daemon.close()
    signal.pause()


def ask_for_programs():
    """It reads no answer."""
    while True:
        send(RUN, [*range(count)] * (CHANGES_MAX // count), generation=generation)


def log_for_ever():
    number = 0
    while True:
        number += 1
        text = f"line {number} \x1b[31m".encode().ljust(4 * CHANGES_MAX, b"\xff")
        daemon.send(struct.pack("=4I", LOG, generation, ERROR, 0) + text)


def write_garbage():
    """Records and packets of any bytes."""
    records = mmap.mmap(records_fd, 0)
    size = len(records) // count
    generator = random.Random(1)
    while True:
        for check in range(count):
            start = check * size
            records[start:start + size] = struct.pack("=I", 2 * generator.randrange(1, 1000)) + generator.randbytes(size - 4)
        send(CHANGES, [generator.choice((generator.randrange(2 * count), generator.getrandbits(32)))
                       for _ in range(CHANGES_MAX)], generation=generation)
        daemon.send(generator.randbytes(generator.randrange(1, 1300)))


def change_for_ever():
    """All checks change, again and again, faster than any server could."""
    records = mmap.mmap(records_fd, 0)
    size = len(records) // count
    sequence = 0
    while True:
        sequence += 2
        for check in range(count):
            records[check * size:check * size + 4] = struct.pack("=I", sequence)
            records[check * size + UP] ^= 1
            records[check * size + UP + 1] = 1
        for first in range(0, count, CHANGES_MAX):
            send(CHANGES, range(first, min(count, first + CHANGES_MAX)), generation=generation)


UP = 8  # struct check_state begins with it
ATTACKS = {each.__name__: each for each in (greet_for_ever, close_and_stay, ask_for_programs, log_for_ever,
                                            write_garbage, change_for_ever)}
daemon = socket.socket(fileno=3)
send(HELLO, value=LAYOUT)
generation, count, records_fd = wait_for_set()
ATTACKS[(pathlib.Path(__file__).parent / "attack").read_text()]()
