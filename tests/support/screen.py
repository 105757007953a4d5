# SPDX-License-Identifier: GPL-2.0-or-later
"""A terminal of the type vt100 for a program that fills it: what it shows, and keys for it."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios

from tests.support.laboratory import wait_until

READ_SECONDS = 0.05
KEYS = {"up": "\x1bOA", "down": "\x1bOB", "end": "\x1bOF"}
SEQUENCE = re.compile(r"\x1b(?:\[([?0-9;]*)([A-Za-z])|([()][A-Z0-9]|[78=>MDE]))|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+")


class Terminal:
    """With its size; argv is its foreground process."""

    def __init__(self, argv, rows=24, columns=80):
        self.rows, self.columns = rows, columns
        self.clear()
        self.leader, follower = pty.openpty()
        self.set_size(rows, columns)
        self.before = termios.tcgetattr(follower)
        self.process = subprocess.Popen(
            list(map(str, argv)), stdin=follower, stdout=follower, stderr=follower, close_fds=True,
            preexec_fn=lambda: (os.setsid(), fcntl.ioctl(0, termios.TIOCSCTTY, 0)),
            env={**os.environ, "TERM": "vt100", "LC_ALL": "C.UTF-8", "COLUMNS": "", "LINES": ""})
        self.follower = follower
        self.pending = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.leader)
        os.close(self.follower)

    def set_size(self, rows, columns):
        fcntl.ioctl(self.leader, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def resize(self, rows, columns):
        self.read()
        self.rows, self.columns = rows, columns
        self.clear()
        self.set_size(rows, columns)

    def clear(self):
        self.cells = [[" "] * self.columns for _ in range(self.rows)]
        self.marks = [[False] * self.columns for _ in range(self.rows)]
        self.row = self.column = 0
        self.reverse = False

    def press(self, *keys):
        for key in keys:
            os.write(self.leader, KEYS.get(key, key).encode())

    def read(self):
        """Takes what the program has written."""
        while select.select([self.leader], [], [], READ_SECONDS)[0]:
            try:
                self.pending += os.read(self.leader, 1 << 16)
            except OSError:
                return
            self.show()

    def show(self):
        text = self.pending.decode(errors="ignore")
        # A sequence may be cut off at the end.
        cut = text.rfind("\x1b", max(0, len(text) - 12))
        if cut >= 0 and not SEQUENCE.fullmatch(text[cut:]) and not re.match(r"\x1b(\[[?0-9;]*[A-Za-z]|[^\[])", text[cut:]):
            text, self.pending = text[:cut], text[cut:].encode()
        else:
            self.pending = b""
        for found in SEQUENCE.finditer(text):
            self.take(found)

    def take(self, found):
        arguments, final, _ = found.groups()
        if final:
            numbers = [int(number or 0) for number in arguments.lstrip("?").split(";")]
            self.control(final, numbers, arguments.startswith("?"))
        elif found[0][0] == "\x1b":
            assert found[0][1] in "()=>78", f"unknown sequence {found[0]!r}"
        elif found[0] in "\r\n\b":
            self.row = min(self.row + (found[0] == "\n"), self.rows - 1)
            self.column = {"\r": 0, "\b": self.column - 1}.get(found[0], self.column)
        elif ord(found[0][0]) >= 32:
            self.write(found[0])

    def write(self, text):
        for character in text:
            self.column = min(self.column, self.columns - 1)
            self.cells[self.row][self.column] = character
            self.marks[self.row][self.column] = self.reverse
            self.column += 1

    def erase(self, row, first, last):
        for column in range(first, last):
            self.cells[row][column], self.marks[row][column] = " ", False

    def control(self, final, numbers, private):
        amount = max(numbers[0], 1)
        if final == "H":
            self.row = min(max(numbers[0], 1), self.rows) - 1
            self.column = min(max((numbers + [1])[1], 1), self.columns) - 1
        elif final in "ABCD":
            self.row += {"A": -amount, "B": amount}.get(final, 0)
            self.column += {"D": -amount, "C": amount}.get(final, 0)
        elif final == "K":
            self.erase(self.row, 0 if numbers[0] else self.column, self.column + 1 if numbers[0] == 1 else self.columns)
        elif final == "J":
            self.erase(self.row, self.column, self.columns)
            for row in range(self.row + 1, self.rows):
                self.erase(row, 0, self.columns)
        elif final == "m":
            for number in numbers:
                self.reverse = number == 7 or (self.reverse and number not in (0, 27))
        else:
            assert private or final in "rlh", f"unknown sequence {final} {numbers}"

    def lines(self):
        self.read()
        return ["".join(row).rstrip() for row in self.cells]

    def text(self):
        return "\n".join(self.lines())

    def marked(self):
        """The marked parts of all lines but the last."""
        self.read()
        return ["".join(character for character, mark in zip(cells, marks) if mark)
                for cells, marks in zip(self.cells[:-1], self.marks) if any(marks)]

    def wait_text(self, *parts):
        wait_until(lambda: all(part in self.text() for part in parts), lambda: f"{parts} in:\n{self.text()}")

    def wait_end(self):
        """Returns the exit status: that of a signal is negative."""
        def ended():
            self.read()
            return self.process.poll() is not None
        wait_until(ended, "the program ends")
        return self.process.returncode

    def is_restored(self):
        """Whether the terminal is as it was before."""
        return termios.tcgetattr(self.follower) == self.before

    def signal(self, number=signal.SIGTERM):
        self.process.send_signal(number)
