# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon in a container: PID and mount namespaces of its own, on interfaces that outlive it."""

import os
import pathlib
import signal

# A command that runs another one where /proc/sys cannot be written.
READ_ONLY_SETTINGS = ("unshare", "--mount", "sh", "-c", "mount --bind /proc/sys /proc/sys; "
                      'mount -o remount,ro,bind /proc/sys; exec "$@"', "sh")
NO_BPFFS = "while umount /sys/fs/bpf 2>/dev/null; do :; done"


def container(before=NO_BPFFS, wrapper=""):
    """A command that runs another one in a container, as a child of its init."""
    return ("unshare", "--pid", "--fork", "--kill-child", "--mount", "--mount-proc",
            "sh", "-c", f'{before}; {wrapper} "$@" & wait', "sh")


def inner_pids(daemon):
    """The container's processes, its init first, then the daemon."""
    def children(pid):
        return [int(word) for word in
                pathlib.Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]

    init, = children(daemon.process.pid)
    return [init, *children(init)]


def kill_init(daemon):
    """And all of the container with it."""
    os.kill(inner_pids(daemon)[0], signal.SIGKILL)
    daemon.process.wait()
