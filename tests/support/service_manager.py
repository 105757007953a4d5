# SPDX-License-Identifier: GPL-2.0-or-later
"""What systemd is for a service of Type=notify: a socket that reads the datagrams of sd_notify(3)."""

import contextlib
import socket
import time

from tests.support.laboratory import NEVER_SECONDS


class ServiceManager:
    def __init__(self, path):
        self.path = path
        self.messages = []  # all, as {variable: value}
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.bind(str(path))
        self.socket.settimeout(NEVER_SECONDS)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def environment(self, **more):
        """As a command before the program's."""
        variables = {"NOTIFY_SOCKET": self.path, **more}
        return ["env", *(f"{name}={value}" for name, value in variables.items())]

    def receive(self):
        text = self.socket.recv(4096).decode()
        message = dict(line.split("=", 1) for line in text.splitlines())
        self.messages.append(message)
        return message

    def wait_for(self, predicate):
        """The next message of which predicate(message) holds; not one that was received before."""
        end = time.monotonic() + NEVER_SECONDS
        while time.monotonic() < end:
            message = self.receive()
            if predicate(message):
                return message
        raise AssertionError(f"not within {NEVER_SECONDS} s; received: {self.messages[-20:]}")

    def wait_for_variable(self, name, value):
        return self.wait_for(lambda message: message.get(name) == value)

    def read_waiting(self):
        """What has arrived meanwhile."""
        self.socket.setblocking(False)
        with contextlib.suppress(BlockingIOError):
            while True:
                self.receive()
        self.socket.settimeout(NEVER_SECONDS)
