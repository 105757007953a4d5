# SPDX-License-Identifier: GPL-2.0-or-later
"""What a program that asks for snapshots each second costs xbeatd: processor time of the daemon for a
request, less what it needs anyway, with three nodes and few or many instances."""

import os
import socket
import time

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, instance
from tests.support.laboratory import Laboratory

INSTANCES = (3, 100)
IN_HEARTBEATS = 12  # the others have no heartbeats, as packets describe 16 at most
IDLE_SECONDS, REQUESTS, SPACING_SECONDS = 5, 200, 0.02
REQUEST = b'{"method":"snapshot","parameters":{"histograms":true}}\0'


def start(lab, count):
    cluster = Cluster(lab, Settings(multiplier="auto", interval="20ms", heartbeat_lines=["detection_max 200ms"]))
    for node in lab.nodes:
        more = [instance(f"VI_{number}", *(["heartbeat lan"] if number < IN_HEARTBEATS else []), vrid=58 + number,
                         vips=[f"10.77.0.{108 + number}/24"], advert_int="1") for number in range(2, count + 1)]
        cluster.daemon(node, *more).start()
    cluster.wait_up()
    time.sleep(5)
    return cluster["node-a"]


def ask(daemon):
    """Returns the bytes of an answer."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as client:
        client.connect(str(daemon.socket))
        for _ in range(REQUESTS):
            client.sendall(REQUEST)
            answer = b""
            while not answer.endswith(b"\0"):
                answer += client.recv(1 << 20)
            time.sleep(SPACING_SECONDS)
    return len(answer)


def measure(count):
    with Laboratory(f"xs{os.getpid()}") as lab:
        daemon = start(lab, count)
        before = daemon.cpu_ns()
        time.sleep(IDLE_SECONDS)
        idle = (daemon.cpu_ns() - before) / IDLE_SECONDS
        before, start_s = daemon.cpu_ns(), time.monotonic()
        length = ask(daemon)
        used_ns = daemon.cpu_ns() - before - idle * (time.monotonic() - start_s)
        print(f"   {count} instances: {used_ns / REQUESTS / 1e6:.2f} ms for an answer of {length} bytes: "
              f"{used_ns / REQUESTS / 1e7:.3f} % of a core once a second; idle {idle / 1e7:.2f} %")


def run():
    for count in INSTANCES:
        measure(count)
