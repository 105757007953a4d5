# SPDX-License-Identifier: GPL-2.0-or-later
"""nginx on nodes of a laboratory, and a client of HTTP that counts what it lost."""

import signal

from tests.support.laboratory import wait_until
from tests.support.nginx import CONFIGURATION
from tests.support.probe import Client

PORT = 80
SERVER = "server {{ listen {port}; location / {{ default_type text/plain; return 200 {name}; }} }}"
# A connection for each request, as browsers that come for the first time; the same lines as vip_probe.
ASK = """
import json, signal, socket, sys, time
address, port, interval = sys.argv[1], int(sys.argv[2]), float(sys.argv[3])
sent = lost = 0
owner, last_ns, missing, outages, over = None, 0, 0, [], False

def end(*_):
    global over
    over = True

def ask():
    with socket.create_connection((address, port), timeout=0.25) as connection:
        connection.sendall(b"GET / HTTP/1.0\\r\\nHost: demo\\r\\n\\r\\n")
        answer = b""
        while (part := connection.recv(4096)):
            answer += part
    head, _, body = answer.partition(b"\\r\\n\\r\\n")
    return body.decode() if b" 200 " in head.partition(b"\\r\\n")[0] else None

signal.signal(signal.SIGINT, end)
while not over:
    began = time.monotonic()
    try:
        name = ask()
    except OSError:
        name = None
    sent += 1
    if not name:
        lost += 1
        missing += 1
    else:
        now_ns = time.monotonic_ns()
        if missing:
            outages.append({"start_monotonic_ns": last_ns, "duration_ns": now_ns - last_ns, "lost": missing, "to": name})
        last_ns, missing = now_ns, 0
        if name != owner:
            print(json.dumps({"event": "owner", "to": name}), flush=True)
            owner = name
    time.sleep(max(0, interval - (time.monotonic() - began)))
print(json.dumps({"event": "result", "sent": sent, "lost": lost, "outages": outages}), flush=True)
"""


class Web:
    """nginx on a node, which answers with the node's name on all its addresses. It has one process, so
    that a kill ends it."""

    def __init__(self, lab, node, port=PORT):
        self.lab, self.node, self.port = lab, node, port
        self.folder = lab.path(f"{node}-nginx-{port}")
        self.folder.mkdir()
        text = CONFIGURATION.format(folder=self.folder, servers=SERVER.format(port=port, name=node))
        self.configuration = self.folder / "nginx.conf"
        self.configuration.write_text("master_process off;\n" + text.replace("worker_processes 1;\n", ""))

    def start(self):
        self.process = self.lab.spawn(self.node, "nginx", "-p", self.folder, "-e", "stderr", "-c", self.configuration)
        wait_until(self.listens, lambda: f"nginx of {self.node} listens: {self.process.output()}")
        return self

    def listens(self):
        assert self.process.running(), self.process.output()
        return self.lab.run(self.node, "bash", "-c", f": < /dev/tcp/127.0.0.1/{self.port}", check=False).returncode == 0

    def kill(self):
        self.process.end(signal.SIGKILL)


class WebClient(Client):
    def __init__(self, lab, address, interval_s=0.002, port=PORT):
        self.process = lab.spawn("client", "/usr/bin/python3", "-c", ASK, address, port, interval_s)
