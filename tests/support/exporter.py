# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeat-exporter beside an xbeatd, and clients of HTTP that speak as they like."""

import contextlib
import ctypes
import http.client
import re
import signal
import socket
import ssl

from tests.support.laboratory import BUILD, NEVER_SECONDS, wait_until

PORT = 9694
OPEN = "application/openmetrics-text;version=1.0.0"
SAMPLE = re.compile(r'^([a-z_0-9]+)(?:\{(.*)\})? (\S+)$')
LABEL = re.compile(r'([a-z_]+)="((?:[^"\\]|\\.)*)"')
CLONE_NEWNET = 0x40000000


@contextlib.contextmanager
def network_of(namespace):
    """This thread is in a network namespace: its new sockets are there."""
    libc = ctypes.CDLL(None, use_errno=True)
    with open("/proc/thread-self/ns/net") as before, open(namespace) as there:
        assert libc.setns(there.fileno(), CLONE_NEWNET) == 0
        try:
            yield
        finally:
            assert libc.setns(before.fileno(), CLONE_NEWNET) == 0


def parse(text):
    """{name: [(labels, value)]} of either format."""
    metrics = {}
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        name, labels, value = SAMPLE.match(line).groups()
        metrics.setdefault(name, []).append((dict(LABEL.findall(labels or "")), float(value)))
    return metrics


class Exporter:
    """For the daemon of a node, in the same namespace."""

    def __init__(self, lab, node, *options, before=(), process=None):
        self.lab, self.node = lab, node
        self.process = process or lab.spawn(node, *before, *self.argv(lab, node, *options))
        wait_until(self.listens, f"the exporter of {node} listens")

    @staticmethod
    def argv(lab, node, *options):
        return [BUILD / "xbeat-exporter", "-i", lab.instance(node), *options]

    def listens(self):
        assert self.process.running(), self.process.output()
        with contextlib.suppress(ConnectionRefusedError):
            self.connect().close()
            return True
        return False

    def connect(self, address="127.0.0.1", port=PORT):
        with network_of(f"/run/netns/{self.lab.name}-{self.node}"):
            return socket.create_connection((address, port), timeout=NEVER_SECONDS)

    def send(self, data):
        """Sends bytes; returns all that is answered until the exporter closes."""
        with self.connect() as client:
            client.sendall(data)
            return read_all(client)

    def get(self, path, method="GET", **headers):
        """Returns (status, headers, text)."""
        with self.connect() as client:
            connection = http.client.HTTPConnection("localhost")
            connection.sock = client
            connection.request(method, path, headers={"Connection": "close", **headers})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read().decode()

    def text(self, accept="text/plain"):
        status, _, text = self.get("/metrics", Accept=accept)
        assert status == 200, text
        return text

    def metrics(self):
        return parse(self.text())

    def value(self, metric, **labels):
        """Of the only sample with these labels; None: there is none."""
        found = [value for has, value in self.metrics().get(metric, ()) if labels.items() <= has.items()]
        assert len(found) <= 1, found
        return found[0] if found else None

    def stop(self):
        return self.process.end(signal.SIGTERM)


def read_all(client):
    data = b""
    with contextlib.suppress(ConnectionResetError, ssl.SSLEOFError):
        while more := client.recv(1 << 16):
            data += more
    return data
