# SPDX-License-Identifier: GPL-2.0-or-later
"""Nothing remains of a suite that is interrupted, however and whenever."""

import contextlib
import fcntl
import os
import pathlib
import pty
import random
import signal
import subprocess
import tempfile
import termios
import time

import pytest

from tests.suite.contained import descendants
from tests.support.laboratory import ROOT, wait_until

# Network tests: laboratories, daemons, workers.
PART = "net/failures"
# Until the first laboratories are up, and some time after that.
SECONDS_MAX = 6
PLACES = ["/run", "/run/netns", "/run/xbeat-lab", "/run/xbeat", "/sys/fs/bpf", "/sys/fs/bpf/xbeat",
          "/var/lib/xbeat", tempfile.gettempdir()]


def mount_namespace(pid):
    with contextlib.suppress(OSError):
        return os.readlink(f"/proc/{pid}/ns/mnt")


def processes():
    return [int(path.name) for path in pathlib.Path("/proc").glob("[0-9]*")]


def command_line(pid):
    try:
        return pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


def contents():
    """An empty folder is as good as none: a suite makes /var/lib/xbeat."""
    return {place: sorted(os.listdir(place)) for place in PLACES if os.path.isdir(place) and os.listdir(place)}


class Suite:
    """A make whose only recipe is a suite, as "make check" is, in a terminal of its own."""

    def __init__(self, directory):
        makefile = directory / "Makefile"
        makefile.write_text(f"check:\n\t@exec {ROOT}/tests/run {PART}\n")
        self.log = directory / "log"
        self.terminal, terminal = pty.openpty()
        with open(self.log, "wb") as output:
            self.make = subprocess.Popen(["make", "-f", makefile], env={"PATH": os.defpath}, stdin=terminal,
                                         stdout=output, stderr=output, start_new_session=True,
                                         preexec_fn=lambda: fcntl.ioctl(terminal, termios.TIOCSCTTY))
        os.close(terminal)
        self.outer, self.inner, self.parts = wait_until(self.keepers, "the suite has its keepers")
        self.namespace = wait_until(self.own_namespace, "the suite has a mount namespace")

    def keepers(self):
        """The outer keeper, which make started, the inner one, and the process that runs the
        parts."""
        found, pid = [], self.make.pid
        while len(found) < 3:
            children = pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
            if not children:
                return None
            pid = int(children[0])
            found.append(pid)
        return found

    def own_namespace(self):
        namespace = mount_namespace(self.parts)
        return namespace if namespace != mount_namespace(os.getpid()) else None

    def left(self):
        return [f"{pid}: {command_line(pid)}" for pid in processes() if mount_namespace(pid) == self.namespace]


def interrupt_terminal(suite):
    os.write(suite.terminal, b"\x03")


def close_terminal(suite):
    os.close(suite.terminal)


def terminate_make(suite):
    suite.make.terminate()


def kill_make(suite):
    suite.make.kill()


def kill_outer(suite):
    os.kill(suite.outer, signal.SIGKILL)


def kill_inner(suite):
    os.kill(suite.inner, signal.SIGKILL)


def kill_parts(suite):
    os.kill(suite.parts, signal.SIGKILL)


def kill_tests(suite):
    """Only the keepers can end the daemons then."""
    wait_until(lambda: any("/xbeatd " in line for line in suite.left()), "daemons run")
    for pid in descendants(suite.parts):
        if "python3" in command_line(pid):
            os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("interrupt", [interrupt_terminal, close_terminal, terminate_make, kill_make,
                                       kill_outer, kill_inner, kill_parts, kill_tests])
def test_nothing_is_left_of_an_interrupted_suite(tmp_path, interrupt):
    before = contents()
    suite = Suite(tmp_path)
    seconds = random.uniform(0, SECONDS_MAX)
    time.sleep(seconds)
    assert suite.left(), suite.log.read_text()
    interrupt(suite)
    wait_until(lambda: suite.make.poll() is not None, f"make ends, interrupted after {seconds:.3f} s")
    wait_until(lambda: not suite.left(), f"no process is left, interrupted after {seconds:.3f} s")
    assert contents() == before
