# SPDX-License-Identifier: GPL-2.0-or-later
"""Runs a function so that no process of it outlives it, however it ends.

A keeper forks the function and is the subreaper (PR_SET_CHILD_SUBREAPER) of all its descendants:
when the function ends, or the keeper receives a signal, it kills the remaining ones. There are two
keepers, one the child of the other. If one is killed, the other acts: the outer one waits for the
inner one, and the inner one gets SIGTERM (PR_SET_PDEATHSIG).

The function runs in a mount namespace of its own with a private /run, /sys/fs/bpf and
/var/lib/xbeat, for named network namespaces, sockets, pins, mounts, temporary files and what daemons
store. The kernel drops them with the last process in it. A PID namespace would not do: the kernel
reports processes (proc connector) only to the first one. xbeatd takes the private /sys/fs/bpf for
that of the machine, not of a container, because the mounts of process 1 seem to be those of the
suite.
"""

import contextlib
import ctypes
import os
import pathlib
import select
import signal
import sys
import threading
import time
import traceback

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
CLONE_NEWNS = 0x00020000
MS_BIND = 0x1000
MS_REC = 0x4000
MS_PRIVATE = 0x40000
STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)
KILL_SECONDS_MAX = 30
RUN = pathlib.Path("/run")
TEMPORARY = RUN / "tmp"
STATE = pathlib.Path("/var/lib/xbeat")

LIBC = ctypes.CDLL(None, use_errno=True)


def call(name, *arguments):
    if getattr(LIBC, name)(*arguments):
        error = ctypes.get_errno()
        raise OSError(error, f"{name}: {os.strerror(error)}")


def die_with_parent(parent_pid=None):
    """SIGTERM when the parent ends, or now if it has ended already."""
    call("prctl", PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
    if parent_pid and os.getppid() != parent_pid:
        os.kill(os.getpid(), signal.SIGTERM)


def descendants(ancestor):
    children = {}
    for path in pathlib.Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            # The name, in parentheses, may have spaces and parentheses.
            parent = int(path.read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(path.parent.name))
    found = children.get(ancestor, [])
    for pid in found:
        found.extend(children.get(pid, []))
    return found


def kill_descendants():
    """Returns those that do not die, such as a process in an uninterruptible system call."""
    end = time.monotonic() + KILL_SECONDS_MAX
    while True:
        left = descendants(os.getpid())
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            while os.waitpid(-1, os.WNOHANG)[0]:
                pass
        if not left or time.monotonic() > end:
            return left
        time.sleep(0.01)


def reap_until(pid):
    """Waits for a child, and reaps adopted ones, which would be zombies. Returns its exit
    status."""
    while True:
        ended, status = os.waitpid(-1, 0)
        if ended == pid:
            return os.waitstatus_to_exitcode(status)


def status_of(function):
    try:
        return function()
    except Exception:
        traceback.print_exc()
        return 1
    finally:
        sys.stdout.flush()


def watch_terminal():
    """When the terminal closes, a make that leads its session, as in "ssh -t HOST make check", is
    the only one to receive SIGHUP, and it does not stop its children."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    with contextlib.suppress(OSError):  # no terminal
        poller = select.poll()
        poller.register(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY | os.O_CLOEXEC), 0)
        poller.poll()
        signal.pthread_kill(threading.main_thread().ident, signal.SIGHUP)


def stop_with(pid, numbers):
    """Forwards signals. Those that nohup or a shell made us ignore stay ignored."""
    for number in numbers:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, lambda *_: os.kill(pid, signal.SIGTERM))


def keep(function, is_outer=False):
    """Runs a function in a child. Returns its exit status; negative: a signal killed it."""
    call("prctl", PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    keeper = os.getpid()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    pid = os.fork()
    if pid == 0:
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        die_with_parent(keeper)
        os._exit(status_of(function))
    stop_with(pid, STOP_SIGNALS if is_outer else [signal.SIGTERM])
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    if is_outer:
        threading.Thread(target=watch_terminal, daemon=True).start()
    status = reap_until(pid)
    for number in STOP_SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    for left in kill_descendants():
        print(f"process {left} does not end: see /proc/{left}/stack", file=sys.stderr)
    return status


def separate():
    """A session of its own, so that signals of the terminal arrive through the outer keeper only;
    mounts."""
    os.setsid()
    if os.geteuid() != 0:
        return
    call("unshare", CLONE_NEWNS)
    call("mount", b"none", b"/", None, MS_REC | MS_PRIVATE, None)
    call("mount", b"xbeat-check", os.fsencode(RUN), b"tmpfs", 0, b"mode=755")
    call("mount", b"xbeat-check", b"/sys/fs/bpf", b"bpf", 0, b"mode=700")
    STATE.mkdir(parents=True, exist_ok=True)  # stays: others may use it already
    call("mount", b"xbeat-check", os.fsencode(STATE), b"tmpfs", 0, b"mode=755")
    call("mount", os.fsencode(f"/proc/{os.getpid()}/mountinfo"), b"/proc/1/mountinfo", None, MS_BIND, None)
    TEMPORARY.mkdir(mode=0o1777)
    TEMPORARY.chmod(0o1777)
    os.environ["TMPDIR"] = str(TEMPORARY)


def run(function):
    """Returns the exit status that the function returns; above 128: stopped by that signal."""
    def inner():
        separate()
        status = keep(function)
        return status if status >= 0 else 128 - status

    # make, when it is killed, does not stop its children.
    if "MAKELEVEL" in os.environ:
        die_with_parent()
    return keep(inner, is_outer=True)
