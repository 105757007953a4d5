# SPDX-License-Identifier: GPL-2.0-or-later
"""Server pools: their configuration, real servers in a member of a laboratory, and what xbeatd shows
of them."""

import contextlib
import os

from tests.support.configuration import block
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

VIP = "10.77.0.100"

SERVE = """
import http.server, socketserver, sys
class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    allow_reuse_address = True
    request_queue_size = 512
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"ok")
    def log_message(self, *_):
        pass
server = Server((sys.argv[1], int(sys.argv[2])), Handler)
print("listens", flush=True)
server.serve_forever()
"""


class Server:
    """A server of HTTP in a member of the laboratory, which ends and starts again."""

    def __init__(self, lab, member, port, address=None):
        self.lab, self.member, self.port = lab, member, port
        self.ip = address or lab.address(member)
        self.address = f"{self.ip}:{port}"
        self.process = None

    def start(self):
        self.process = self.lab.spawn(self.member, "/usr/bin/python3", "-c", SERVE, self.ip, self.port)
        wait_until(lambda: "listens" in self.process.output(), f"{self.address} listens: {self.process.output()}")
        return self

    def stop(self):
        self.process.end(9)
        return self


def tcp(*lines):
    return block("TCP_CHECK", "connect_timeout 1", "retry 0", *lines)


def real_server(server, *lines, check=None):
    return block(f"real_server {server.ip} {server.port}", *lines, tcp() if check is None else check)


def virtual_server(*parts, vip=VIP, port=80, plane="none"):
    """parts: lines and real servers."""
    return block(f"virtual_server {vip} {port}", "delay_loop 0.1", "warmup 0", "lvs_sched wlc", "lvs_method NAT",
                 "protocol TCP", f"data_plane {plane}", *parts)


def programs(lab, name="notified"):
    """A script that writes its arguments as a line of a file. Returns the command and a function that
    returns the lines."""
    path = lab.path(f"{name}.lines")
    command = lab.write(f"{name}.sh", f"#!/bin/sh\necho \"$@\" >> {path}\n", mode=0o755)

    def lines():
        with contextlib.suppress(FileNotFoundError):
            return path.read_text().splitlines()
        return []
    os.chmod(lab.directory, 0o755)
    return command, lines


class Pools(Xbeatd):
    """An xbeatd with pools."""

    def pools(self, **parameters):
        return self.ask("pools", **parameters)

    def pool(self, name=f"{VIP}:80/tcp"):
        return self.pools(pool=name)["pools"][0]

    def server(self, server, pool=f"{VIP}:80/tcp"):
        return next(each for each in self.pool(pool)["servers"] if each["address"] == server.address)

    def wait_server(self, server, state, pool=f"{VIP}:80/tcp"):
        wait_until(lambda: self.server(server, pool)["state"] == state,
                   lambda: f"{server.address} is {state}: {self.server(server, pool)}")
        return self.server(server, pool)

    def wait_checked(self, *servers):
        """Each of their checks has had a result."""
        wait_until(lambda: not any("unchecked" in check for server in servers
                                   for check in self.server(server)["checks"]), "all are checked")

    def wait_quorum(self, state, pool=f"{VIP}:80/tcp"):
        wait_until(lambda: self.pool(pool)["state"] == state, lambda: f"the pool is {state}: {self.pool(pool)}")

    def of_kind(self, kind, earlier=False):
        return [event for event in self.events(earlier) if event["kind"] == kind]
