# SPDX-License-Identifier: GPL-2.0-or-later
"""A Debian of its own in which systemd is process 1: namespaces of every kind, a cgroup, and a private
/run, /sys/fs/bpf and network. Its settings of the kernel are read-only but for the network's."""

import contextlib
import os
import pathlib
import shutil
import subprocess
import time

from tests.support.laboratory import NEVER_SECONDS, wait_until

BOOT = pathlib.Path(__file__).with_name("boot")
ENVIRONMENT = {"HOME": "/root", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8", "TERM": "dumb",
               "DEBIAN_FRONTEND": "noninteractive"}


def find_cgroups():
    """Where the machine has mounted version 2, alone or beside version 1; None: nowhere."""
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, place, kind, options, *_ = line.split()
        if kind == "cgroup2" and "rw" in options.split(","):
            return pathlib.Path(place)
    return None


class Machine:
    def __init__(self, root):
        self.root = root
        self.cgroup = find_cgroups() / f"xbeat-packages-{os.getpid()}"
        self.process = None
        self.pid = 0  # of its systemd

    def start(self):
        self.cgroup.mkdir()
        self.process = subprocess.Popen([BOOT, self.root, self.cgroup], stdin=subprocess.DEVNULL,
                                        start_new_session=True)
        wait_until(self.has_booted, "systemd has started")
        return self

    def has_booted(self):
        assert self.process.poll() is None, "the namespaces cannot be made here"
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        if not children:
            return False
        self.pid = int(children[0])
        return self.run("systemctl", "is-system-running", check=False).stdout.strip() in ("running", "degraded")

    def stop(self):
        if self.process:
            self.process.kill()  # unshare takes its child, process 1, and so all others with it
            self.process.wait()
        # The kernel may still be ending them.
        end = time.monotonic() + NEVER_SECONDS
        while self.cgroup.exists() and time.monotonic() < end:
            with contextlib.suppress(OSError):
                for place, _, _ in os.walk(self.cgroup, topdown=False):
                    os.rmdir(place)
            time.sleep(0.05)

    def run(self, *argv, check=True):
        done = subprocess.run(["nsenter", f"--target={self.pid}", "--all", "env", "-i",
                               *(f"{name}={value}" for name, value in ENVIRONMENT.items()), *argv], text=True,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              timeout=NEVER_SECONDS)
        assert not check or done.returncode == 0, f"{argv}: {done.stdout}"
        return done

    def shell(self, text, check=True):
        return self.run("sh", "-euc", text, check=check)

    def write(self, path, text, mode=0o644):
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def exists(self, path):
        """Also below /run and /sys, which are not in the folder."""
        return self.run("test", "-e", path, check=False).returncode == 0

    def take(self, path):
        """Copies a file into /root. Returns its path there."""
        shutil.copy(path, self.root / "root")
        return f"/root/{path.name}"

    def property(self, unit, name):
        return self.run("systemctl", "show", f"--property={name}", "--value", unit).stdout.strip()

    def journal(self, unit):
        return self.run("journalctl", "--no-pager", "--output=cat", f"--unit={unit}").stdout
