#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""A gRPC server on a port of 127.0.0.1, by grpcio: grpc.health.v1.Health/Check, whose messages are made by hand.

    grpc_server.py PORT MANNER [CERTIFICATE KEY]

MANNER: health (the server and the service "web" serve, "db" does not, others are not known), none (no such
method), slow, garbage (an answer that is no message), compressed.
"""

import sys
import threading
import time
from concurrent import futures

import grpc

PROGRAM = __file__
SERVING, NOT_SERVING = 1, 2
STATUS = {b"": SERVING, b"web": SERVING, b"db": NOT_SERVING}


def check(request, context):
    assert not request or request[0] == 0x0a and request[1] == len(request) - 2
    if request[2:] not in STATUS:
        context.abort(grpc.StatusCode.NOT_FOUND, "unknown service")
    return bytes([0x08, STATUS[request[2:]]])


def slow(request, context):
    time.sleep(5)
    return check(request, context)


def garbage(_request, _context):
    return b"\x0a\xff\xff"


MANNERS = {"health": check, "none": None, "slow": slow, "garbage": garbage, "compressed": check}


class Handler(grpc.GenericRpcHandler):
    def __init__(self, serve):
        self.serve = serve

    def service(self, details):
        if self.serve and details.method == "/grpc.health.v1.Health/Check":
            return grpc.unary_unary_rpc_method_handler(self.serve)
        return None


def main(port, manner, *pair):
    compression = grpc.Compression.Gzip if manner == "compressed" else None
    server = grpc.server(futures.ThreadPoolExecutor(8), handlers=[Handler(MANNERS[manner])], compression=compression)
    if pair:
        certificate, key = (open(name, "rb").read() for name in pair)
        credentials = grpc.ssl_server_credentials([(key, certificate)])
        assert server.add_secure_port(f"127.0.0.1:{port}", credentials)
    else:
        assert server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    print("serves", flush=True)
    threading.Event().wait()


if __name__ == "__main__":
    main(*sys.argv[1:])
