# SPDX-License-Identifier: GPL-2.0-or-later
"""The checker without a daemon: tests/tools/check_servers.c in a member of a laboratory, with
xbeat-checker as its process; and servers made of plain sockets."""

import contextlib
import json
import os
import pathlib
import shutil
import socket
import subprocess
import threading

from tests.support.laboratory import BUILD, wait_until

SERVE = """
import socket, sys
family, address, port = int(sys.argv[1]), sys.argv[2], int(sys.argv[3])
listener = socket.socket(family, socket.SOCK_STREAM)
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((address, port))
listener.listen(65535)
print("listens", flush=True)
exec(sys.argv[4])
"""


class Checks:
    """Answers and events are dictionaries; those without an "event" are answers to commands."""

    def __init__(self, lab, node="node-a", user="", before=()):
        self.directory = lab.path(f"checker-{len(lab.processes)}-{id(self)}")
        self.directory.mkdir()
        for path in (lab.directory, self.directory):
            os.chmod(path, 0o755)
        for program in (BUILD / "tools" / "check_servers", BUILD / "xbeat-checker"):
            shutil.copy(program, self.directory)
        self.log_path = self.directory / "log"
        self.events, self.answers = [], []
        self.count = 0
        self.changed = threading.Condition()
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(
                lab.argv(f"{lab.name}-{node}", *before, self.directory / "check_servers", *([user] if user else [])),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True)
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        with contextlib.suppress(BrokenPipeError):
            self.process.stdin.close()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.reader.join()
        self.process.stdout.close()

    def read(self):
        for line in self.process.stdout:
            found = json.loads(line)
            with self.changed:
                (self.events if found.get("event") in ("changed", "run") else self.answers).append(found)
                self.changed.notify_all()

    def wait(self, predicate, what):
        """Returns the first true value of predicate(), which is called when a line has come."""
        with self.changed:
            assert self.changed.wait_for(predicate, 90), f"{what}; log: {self.log()}; events: {self.events[-5:]}"
            return predicate()

    def send(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()

    def log(self):
        return self.log_path.read_text()

    def ask(self, name, *words):
        """Sends a command. Returns the answer that has this name."""
        with self.changed:
            self.answers.clear()
        self.send(*words)
        return self.wait(lambda: next((each for each in self.answers if name in each), None), f'"{name}"')

    def add(self, kind, address, port, **keywords):
        """Returns its index in the next set, which is that of an equal one, if there is one."""
        return self.ask("added", "check", kind, address, port, *(word for pair in keywords.items() for word in pair))["added"]

    def use(self):
        assert self.ask("used", "use")["used"] == 0

    def check(self, kind, address, port, **keywords):
        """A set of one check."""
        index = self.add(kind, address, port, **keywords)
        self.use()
        return index

    def records(self, count):
        """All records by index."""
        self.ask("read", "read", count)
        with self.changed:
            return {each["check"]: each for each in self.answers if each.get("event") == "record"}

    def record(self, index=0):
        return self.records(index + 1).get(index)

    def of(self, check, **wanted):
        return [each for each in self.events if each["check"] == check and
                all(each.get(key) == value for key, value in wanted.items())]

    def wait_event(self, check=0, count=1, **wanted):
        """Returns the count-th event of this check with these values."""
        def found():
            matches = self.of(check, **wanted)
            return matches[count - 1] if len(matches) >= count else None
        return self.wait(found, f"check {check}: {wanted}")

    def wait_total(self, name, count, check=0):
        """Waits until so many runs had this outcome."""
        return wait_until(lambda: (record := self.record(check)) and record[name] >= count and record,
                          lambda: f"{count} {name} of check {check}: {self.record(check)}; log: {self.log()}")

    def checker(self):
        """The process: its pid and how often one was started."""
        found = self.ask("pid", "process")
        return found["pid"], found["start_count"]

    def wait_checker(self, starts=1):
        """Returns the pid of the process that was started as the n-th."""
        def running():
            pid, count = self.checker()
            return pid if pid and count >= starts else 0
        return wait_until(running, lambda: f"xbeat-checker runs; log: {self.log()}")


def serve(lab, node, port, action, address=None, family=socket.AF_INET):
    """A server on a member: action is Python, with "listener" and "socket". Returns the process."""
    process = lab.spawn(node, "/usr/bin/python3", "-c", SERVE, int(family), address or lab.address(node), port, action)
    wait_until(lambda: "listens" in process.output(), lambda: f"a server listens: {process.output()}")
    return process


def status(pid):
    """/proc/PID/status as a dictionary."""
    return dict(line.split(":\t", 1) for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines())


# Accepts for ever, and holds connections.
HOLD = "held = []\nwhile True:\n    held.append(listener.accept())"
# Accepts and closes: a connection that is reset stays in the queue of the listener until then.
ACCEPT = "while True:\n    listener.accept()[0].close()"
# Only listens: the kernel makes connections, as many as the queue has room for.
LISTEN = "import signal\nsignal.pause()"


# A connection each; "connection" and "send" for one line are known.
EACH = """
import threading, time
def serve(connection):
    lines = connection.makefile("rb")
    send = lambda text: connection.sendall(text)
    try:
        {body}
    except OSError:
        pass
    connection.close()
while True:
    threading.Thread(target=serve, args=(listener.accept()[0],), daemon=True).start()
"""


def each(*lines):
    return EACH.replace("{body}", "\n        ".join(lines))
