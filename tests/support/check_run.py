# SPDX-License-Identifier: GPL-2.0-or-later
"""Single checks of layer 7 (tests/tools/check_run.c), a network namespace for them, and servers made by hand."""

import contextlib
import ctypes
import dataclasses
import socket
import subprocess
import threading

import pytest

from tests.support.laboratory import BUILD, NEVER_SECONDS

TOOL = BUILD / "tools" / "check_run"
CLONE_NEWNET = 0x40000000


@dataclasses.dataclass
class Result:
    outcome: str
    reason: str


class Results(list):
    kib = 0


@contextlib.contextmanager
def own_network():
    """This thread, and what it starts, is in a new network namespace that has lo only."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as before:
        assert libc.unshare(CLONE_NEWNET) == 0
        try:
            subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
            yield
        finally:
            assert libc.setns(before.fileno(), CLONE_NEWNET) == 0


@pytest.fixture
def network():
    with own_network():
        yield


def words(options):
    for name, value in options.items():
        for each in value if isinstance(value, list) else [value]:
            yield f"{name}={int(each) if isinstance(each, bool) else each}"


def check_all(kind, target, environment=None, before=(), **options):
    """Makes runs=N checks; returns their results. before: a command that executes the tool."""
    done = subprocess.run([*before, TOOL, f"kind={kind}", f"target={target}", *words(options)], text=True, check=True,
                          stdout=subprocess.PIPE, timeout=NEVER_SECONDS, env=environment)
    *lines, memory = done.stdout.splitlines()
    results = Results(Result(*line.split(" ", 1)) for line in lines)
    results.kib = int(memory.split()[1])
    return results


def check(kind, target, **options):
    result, = check_all(kind, target, **options)
    return result


class Stranger:
    """A TCP server that does with each connection what a function does. Counts connections."""

    def __init__(self, serve, address="127.0.0.1", wrap=None):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.socket = socket.create_server((address, 0), family=family, backlog=1024)
        self.port = self.socket.getsockname()[1]
        self.target = f"[{address}]:{self.port}" if ":" in address else f"{address}:{self.port}"
        self.serve, self.wrap, self.count = serve, wrap, 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.accept, daemon=True)

    def accept(self):
        while True:
            try:
                connection, _ = self.socket.accept()
            except OSError:
                return
            self.count += 1
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        with contextlib.suppress(OSError), connection:
            connection.settimeout(NEVER_SECONDS)
            self.serve(self, self.wrap(connection) if self.wrap else connection)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()
        self.thread.join()


def read_request(connection):
    data = b""
    while b"\r\n\r\n" not in data:
        part = connection.recv(4096)
        if not part:
            break
        data += part
    return data


def answering(*parts):
    """A server of HTTP that sends these bytes."""
    def serve(_, connection):
        read_request(connection)
        for part in parts:
            connection.sendall(part)
    return serve
