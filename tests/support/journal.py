# SPDX-License-Identifier: GPL-2.0-or-later
"""A systemd journal of a test's own: systemd-journald in a mount namespace."""

import contextlib
import json
import os
import pathlib
import re
import signal
import subprocess

from tests.support.laboratory import NEVER_SECONDS, wait_until

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
JOURNALD = "/lib/systemd/systemd-journald"
# Without the kernel's log and audit records, which are the machine's.
SETTINGS = r"[Journal]\nStorage=volatile\nReadKMsg=no\nAudit=no\nRateLimitBurst=0\n"
SCRIPT = f"""
set -e
mkdir -p /run/systemd /run/log
mount -t tmpfs none /run/systemd
mount -t tmpfs none /run/log
mkdir -p /run/systemd/journald.conf.d /run/log/journal
printf '{SETTINGS}' >/run/systemd/journald.conf.d/test.conf
exec {JOURNALD}
"""
# Fills the socket, whichever limit it meets first: of the receiver or of one sender.
FLOOD = """
import socket
full = 0
while full < 2:
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
    sender.connect("/run/systemd/journal/socket")
    full += 1
    try:
        while True:
            sender.send(b"MESSAGE=flood")
            full = 0
    except BlockingIOError:
        pass
"""


def message_ids():
    """The MESSAGE_ID of each kind of event."""
    text = (ROOT / "user/lib/event_kinds.h").read_text()
    return dict(re.findall(r'X\((\w+), \w+, "([0-9a-f]{32})"', text))


def mounts_of(process):
    """Its mount namespace."""
    return os.readlink(f"/proc/{process.pid}/ns/mnt")


class Journal:
    def __init__(self, lab, node):
        self.lab, self.node, self.place = lab, node, None
        self.process = lab.spawn(node, "unshare", "--mount", "sh", "-c", SCRIPT, output="journald.log")
        wait_until(self.listens, "journald listens")
        place = lab.spawn(node, *self.within(), "sleep", "infinity")
        wait_until(lambda: mounts_of(place) == mounts_of(self.process), "it keeps the mount namespace")
        self.place = place

    def listens(self):
        assert self.process.running(), self.process.output()
        return self.run("test", "-S", "/run/systemd/journal/socket").returncode == 0

    def stop(self):
        self.process.end(signal.SIGTERM)

    def start_again(self):
        self.run("rm", "-f", "/run/systemd/journal/socket")  # of the one before
        self.process = self.lab.spawn(self.node, *self.within(), JOURNALD, output="journald-again.log")
        wait_until(self.listens, "journald listens again")

    def within(self):
        """Before a command: it runs where this is the system's journal."""
        return ["nsenter", f"--mount=/proc/{(self.place or self.process).pid}/ns/mnt"]

    def run(self, *command):
        return subprocess.run([*self.within(), *command], text=True, stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, timeout=NEVER_SECONDS)

    def entries(self, *matches):
        """Those with these FIELD=value, as journalctl reads them."""
        output = self.run("journalctl", "-D", "/run/log/journal", "-o", "json", *matches).stdout
        return [json.loads(line) for line in output.splitlines()]

    def wait_entry(self, *matches):
        """Returns the first one with these FIELD=value."""
        return wait_until(lambda: self.entries(*matches), f"the journal has {matches}")[0]

    @contextlib.contextmanager
    def full(self):
        """While journald is stopped and its socket takes nothing more."""
        self.process.send_signal(signal.SIGSTOP)
        try:
            flood = self.run("/usr/bin/python3", "-c", FLOOD)
            assert not flood.returncode, flood.stderr
            yield
        finally:
            self.process.send_signal(signal.SIGCONT)
        wait_until(lambda: self.run("systemd-cat", "echo", "read again").returncode == 0 and
                   self.entries("MESSAGE=read again"), "journald reads again")
