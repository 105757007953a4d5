# SPDX-License-Identifier: GPL-2.0-or-later
"""A server that writes down what each client is and sends: HTTP, a line of text, SMTP or UDP."""

import json

from tests.support.laboratory import wait_until

PROGRAM = r"""
import json, socket, socketserver, sys, threading

writing = threading.Lock()

class Connections(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    request_queue_size = 128

def note(kind, peer, text):
    line = json.dumps({"kind": kind, "address": peer[0], "port": peer[1], "text": text}) + "\n"
    with writing:
        print(line, end="", flush=True)

class Http(socketserver.BaseRequestHandler):
    def handle(self):
        text = b""
        while b"\r\n\r\n" not in text:
            part = self.request.recv(4096)
            if not part:
                break
            text += part
        note("http", self.client_address, text.decode())
        if text:
            self.request.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok")

class Smtp(socketserver.StreamRequestHandler):
    def handle(self):
        self.wfile.write(b"220 here\r\n")
        for line in self.rfile:
            note("smtp", self.client_address, line.decode().strip())
            self.wfile.write(b"250 ok\r\n")

class Agent(socketserver.StreamRequestHandler):
    def handle(self):
        note("agent", self.client_address, self.rfile.readline().decode())
        self.wfile.write(open(sys.argv[3], "rb").read())

def datagrams(address, port):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind((address, port))
        while True:
            data, peer = server.recvfrom(65536)
            note("udp", peer, data.hex())
            server.sendto(bytes.fromhex("0102030405"), peer)

address, first = sys.argv[1], int(sys.argv[2])
for number, handler in enumerate((Http, Smtp, Agent)):
    server = Connections((address, first + number), handler)
    threading.Thread(target=server.serve_forever).start()
threading.Thread(target=datagrams, args=(address, first)).start()
print("listens", flush=True)
"""
HTTP, SMTP, AGENT = range(3)  # ports after the first one; UDP: the first one


class Recorder:
    """On a member of a laboratory; on all its addresses."""

    def __init__(self, lab, member, port=9000):
        self.port = port
        self.agent = lab.write("agent.line", "up ready 100%\n")
        self.process = lab.spawn(member, "/usr/bin/python3", "-c", PROGRAM, "0.0.0.0", port, self.agent)
        wait_until(lambda: "listens" in self.process.output(), lambda: f"it listens: {self.process.output()}")

    def seen(self, kind=None):
        found = [json.loads(line) for line in self.process.output().splitlines() if line.startswith("{")]
        return [each for each in found if kind in (None, each["kind"])]

    def wait(self, kind, **wanted):
        """The first record that has these values, or a text with these parts."""
        def match():
            return next((each for each in self.seen(kind) if all(
                value in each[name] if name == "text" else each[name] == value for name, value in wanted.items())), None)
        return wait_until(match, lambda: f"{kind} {wanted}: {self.seen(kind)[-5:]}")
