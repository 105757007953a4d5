# SPDX-License-Identifier: GPL-2.0-or-later
"""A program on a terminal of a given size."""

import fcntl
import os
import pty
import struct
import subprocess
import termios


def output_on_terminal(argv, columns, rows=50, **options):
    """What argv prints on a terminal, line by line, and its exit status."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=environment, **options)
    os.close(slave)
    text = b""
    try:
        while data := os.read(master, 1 << 16):
            text += data
    except OSError:  # EIO: all other ends are closed
        pass
    os.close(master)
    return text.decode().replace("\r\n", "\n").splitlines(), process.wait()
