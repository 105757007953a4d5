# SPDX-License-Identifier: GPL-2.0-or-later
"""The lock of a daemon name: a killed daemon starts again, whatever other users do."""

import contextlib
import fcntl
import os
import stat
import subprocess
import sys
import threading

import pytest

from tests.support.configuration import instance
from tests.support.laboratory import BUILD, NEVER_SECONDS, SOCKETS, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE, OTHER = "node-a", 65534
HOLD = """
import fcntl, os, sys
fd = os.open(sys.argv[1], os.O_RDONLY)
fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
print("held", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def path(lab):
    SOCKETS.mkdir(exist_ok=True)
    return SOCKETS / f"{lab.instance(NODE)}.pid"


@contextlib.contextmanager
def held(path, user):
    """A process of this user tries to hold the lock. Yields whether it has it."""
    process = subprocess.Popen([sys.executable, "-c", HOLD, path], user=user, group=user,
                               extra_groups=[], cwd="/", text=True, stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    with process:
        yield process.stdout.readline() == "held\n"
        process.stdin.close()
        process.wait(timeout=NEVER_SECONDS)


def start_and_fail(lab, *before):
    configuration = Xbeatd(lab, NODE, instance()).configuration
    done = lab.run(NODE, *before, BUILD / "xbeatd", "-f", "-c", configuration, "-i",
                   lab.instance(NODE), check=False)
    assert done.returncode == 1 and len(done.stderr.splitlines()) == 1, done
    return done.stderr


def test_another_user_cannot_hold_the_lock_of_a_killed_daemon(lab, path):
    daemon = Xbeatd(lab, NODE, instance()).start()
    daemon.kill()
    with held(path, OTHER) as has_it:
        assert not has_it
        assert daemon.start().ready()


def test_file_that_users_can_open_is_replaced(lab, path):
    """Older versions made it so."""
    path.write_text("1\n")
    path.chmod(0o644)
    with held(path, OTHER) as has_it:
        assert has_it
        daemon = Xbeatd(lab, NODE, instance()).start()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_text() == f"{daemon.process.pid}\n"


def test_start_waits_for_a_daemon_that_ends(lab, path):
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    daemon = Xbeatd(lab, NODE, instance())

    def waits():
        return daemon.process and any(os.path.realpath(entry) == str(path)
                                      for entry in (daemon.proc() / "fd").iterdir())

    def release():
        try:
            wait_until(waits, "xbeatd waits for the lock")
        finally:
            os.close(descriptor)

    releaser = threading.Thread(target=release)
    releaser.start()
    assert daemon.start().ready()
    releaser.join()


def test_refusal_names_the_process_that_holds_it(lab, path):
    path.write_text("4194305\n")  # of an earlier daemon
    path.chmod(0o600)
    with held(path, 0) as has_it:
        assert has_it
        pid = next(line.split()[4] for line in open("/proc/locks")
                   if line.split()[5].endswith(f":{path.stat().st_ino}"))
        assert f"pid {pid})" in start_and_fail(lab)


@pytest.mark.parametrize("mount, words", [
    ("-o mode=1777", ["/run/xbeat", "1777", "chmod"]),
    ("-o mode=0755,uid=65534", ["/run/xbeat", "65534", "chown"])])
def test_directory_that_others_can_write_is_refused(lab, path, mount, words):
    error = start_and_fail(lab, "unshare", "--mount", "sh", "-c",
                           f'mount -t tmpfs {mount} none {path.parent} && exec "$@"', "sh")
    assert all(word in error for word in words), error


def test_file_of_another_user_is_refused(lab, path):
    path.write_text("")
    os.chown(path, OTHER, OTHER)
    error = start_and_fail(lab)
    assert str(path) in error and "remove" in error, error
    path.unlink()
    path.symlink_to("/etc/passwd")
    assert str(path) in start_and_fail(lab)
