# SPDX-License-Identifier: GPL-2.0-or-later
"""A FIFO of the test, to which a daemon writes its notifications."""

import contextlib
import os

from tests.support.configuration import block


class Fifo:
    def __init__(self, lab, node):
        self.path = lab.path(f"{node}.fifo")
        os.mkfifo(self.path, 0o600)
        self.file = os.open(self.path, os.O_RDWR | os.O_NONBLOCK)
        self.read = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        os.close(self.file)

    def globals(self, *lines):
        """The global_defs block of its daemon."""
        return block("global_defs", f"vrrp_notify_fifo {self.path}", "script_user root", *lines)

    def lines(self):
        """All lines that were written."""
        with contextlib.suppress(BlockingIOError):
            self.read += os.read(self.file, 1 << 16)
        return self.read.decode().splitlines()

    def has(self, *lines):
        return set(lines) <= set(self.lines())
