# SPDX-License-Identifier: GPL-2.0-or-later
"""Restart after restart of one node, under a client at 1 ms, peers that probe at 1 ms, and a TCP
stream through the address: nothing is lost, and nothing is left behind.

XBEAT_RESTARTS=50: so many instead of a few. XBEAT_OTHER_BUILD=FOLDER: its programs take turns with
the ones that are tested; otherwise a copy of these does.
"""

import itertools
import json
import os
import pathlib
import shutil
import subprocess
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import BUILD, NEVER_SECONDS, wait_until
from tests.support.xbeatd import find_bpftool

OTHER_BUILD = pathlib.Path(os.environ.get("XBEAT_OTHER_BUILD", BUILD))
RESTARTS = int(os.environ.get("XBEAT_RESTARTS", "4"))
STREAM_PORT = 7001
# Longer than a virtual machine stalls, and than a start takes on a busy one.
SETTINGS = {"interval": "1ms", "multiplier": 50, "advert_interval": "0.2", "daemon_timeout": "30s",
            "heartbeat_lines": ["restart_grace 20s"]}
CHANGES = ("peer", "vrrp", "epoch", "node")

SERVER = """
import socket, threading

def echo(connection):
    while data := connection.recv(4096):
        connection.sendall(data)

server = socket.create_server(("", %d))
print("listening", flush=True)
while True:
    threading.Thread(target=echo, args=(server.accept()[0],), daemon=True).start()
"""

# One line for each second; an error ends it.
STREAM = """
import socket, time
stream = socket.create_connection((%r, %d), timeout=30)
for number in range(1 << 30):
    data = b"%%8d" %% number
    stream.sendall(data)
    assert stream.recv(8, socket.MSG_WAITALL) == data
    if number %% 100 == 0:
        print(number, flush=True)
    time.sleep(0.001)
"""


class Stream:
    def __init__(self, lab, address):
        servers = [lab.spawn(node, "python3", "-c", SERVER % STREAM_PORT) for node in lab.nodes]
        wait_until(lambda: all(server.output() for server in servers), "the servers listen")
        self.process = lab.spawn("client", "python3", "-c", STREAM % (address, STREAM_PORT),
                                 output="stream.log")
        wait_until(self.process.output, "the stream is open")

    def check(self):
        """It goes on: the same connection, and no answer is missing."""
        before = self.process.output()
        wait_until(lambda: self.process.output() != before, "the stream goes on")
        assert self.process.running(), self.process.output()


def bpftool(*arguments):
    done = subprocess.run([find_bpftool(), "-j", *arguments], text=True, stdout=subprocess.PIPE,
                          check=True, timeout=NEVER_SECONDS)
    return json.loads(done.stdout)


class Inventory:
    """What a daemon has in the kernel."""

    def __init__(self, daemon):
        self_map = bpftool("map", "show", "pinned", f"/sys/fs/bpf/xbeat/{daemon.instance}/xb_self")["id"]
        programs = [program for program in bpftool("prog", "show")
                    if self_map in program.get("map_ids", [])]
        self.counts = {
            "programs": len(programs),
            "maps": len({id_ for program in programs for id_ in program["map_ids"]}),
            "pins": len(list(pathlib.Path(f"/sys/fs/bpf/xbeat/{daemon.instance}").iterdir())),
            "descriptors": len(list((daemon.proc() / "fd").iterdir())),
            "filters": len(daemon.lab.run(daemon.node, "tc", "filter", "show", "dev", "eth0",
                                          "ingress").stdout.splitlines()),
        }


def restart(daemon):
    daemon.restart()


def stop_and_start(daemon):
    assert daemon.json("stop", "--keep")["keep"]
    assert daemon.process.wait() == 0
    daemon.start()


@pytest.mark.parametrize("node", ["node-a", "node-b"], ids=["active", "backup"])
@pytest.mark.parametrize("way", [restart, stop_and_start])
def test_many_restarts(lab, node, way):
    cluster = Cluster(lab, Settings(**SETTINGS)).start_active().start_client()
    stream = Stream(lab, cluster.settings.vip)
    daemon = cluster[node]
    since = cluster[node].vrrp()["since_unix_ns"]
    way(daemon)
    cluster.wait_up()
    before, memory = Inventory(daemon).counts, daemon.memory_kib()
    seen = {name: len(other.events()) for name, other in cluster.daemons.items() if name != node}
    for _ in range(RESTARTS):
        way(daemon)
        stream.check()
    wait_until(lambda: Inventory(daemon).counts == before,
               lambda: f"as before: {before}, now {Inventory(daemon).counts}")
    assert daemon.memory_kib() < memory * 1.25
    time.sleep(1)  # longer than Active_Down_Interval
    result = cluster.client.finish()
    assert (result["outages"], result["owner_changes"]) == ([], 0), result
    stream.check()
    for name, count in seen.items():
        assert cluster[name].changed(CHANGES, count) == [], name
    assert daemon.vrrp()["since_unix_ns"] == since


@pytest.mark.laboratory(nodes=2)
def test_many_upgrades(lab):
    """The installed file is replaced, as dpkg does it, then the Active restarted."""
    cluster = Cluster(lab, Settings(**SETTINGS))
    folder = lab.path("installed")
    folder.mkdir()
    builds = itertools.cycle([BUILD, OTHER_BUILD])

    def install():
        build = next(builds)
        for name in ("xbeatd", "xbeatctl"):
            shutil.copy(build / name, folder / f"{name}.new")
            (folder / f"{name}.new").rename(folder / name)

    install()
    cluster.daemon("node-a", build=folder).start()
    cluster.daemon("node-b").start()
    cluster.wait_up()
    cluster.wait_holder("node-a")
    cluster.start_client()
    stream = Stream(lab, cluster.settings.vip)
    daemon = cluster["node-a"]
    since, seen = daemon.vrrp()["since_unix_ns"], len(cluster["node-b"].events())
    for _ in range(RESTARTS):
        install()
        daemon.restart()
        assert os.readlink(daemon.proc() / "exe") == str(folder / "xbeatd")
        stream.check()
    time.sleep(1)  # longer than Active_Down_Interval
    result = cluster.client.finish()
    assert (result["outages"], result["owner_changes"]) == ([], 0), result
    assert cluster["node-b"].changed(CHANGES, seen) == []
    assert daemon.vrrp()["since_unix_ns"] == since
