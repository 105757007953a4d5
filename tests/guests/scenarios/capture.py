#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl capture on this kernel, whose verifier is older: on Ethernet, and on a tunnel without it."""

import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.support.cluster import Cluster  # noqa: E402
from tests.support.configuration import Settings, heartbeat  # noqa: E402
from tests.support.laboratory import Laboratory, wait_until  # noqa: E402
from tests.support.xbeatd import Xbeatd, wait_up  # noqa: E402

NODES = ("node-a", "node-b")
TUNNEL, ADDRESSES = "tunnel0", ("10.94.20.1", "10.95.20.2")


def capture(lab, daemon, source, destination):
    """Of a PROBE and its REPLY: comment, direction and addresses."""
    path = lab.path("capture.pcapng")
    subprocess.run(daemon.ctl_argv("capture", "-w", path, "-c", "20"), check=True, timeout=300)
    text = subprocess.run(["tshark", "-r", path, "-T", "fields", "-e", "frame.comment", "-e", "ip.src", "-e", "ip.dst"],
                          capture_output=True, text=True, check=True).stdout
    rows = [line.split("\t") for line in text.splitlines()]
    assert len(rows) == 20
    assert ["PROBE from node-b answered", destination, source] in rows, rows
    assert ["REPLY to node-b", source, destination] in rows, rows
    wait_until(lambda: "xbeat_seen" not in subprocess.run(["bpftool", "prog"], capture_output=True, text=True,
                                                          check=True).stdout, "the programs are unloaded")


def on_ethernet(lab):
    cluster = Cluster(lab, Settings(interval="200ms", daemon_timeout="2s"))
    cluster.start_active(*NODES)
    capture(lab, cluster["node-a"], lab.address("node-a"), lab.address("node-b"))
    assert [cluster[node].stop() for node in NODES] == [0, 0]


def on_a_tunnel(lab):
    subprocess.run(["modprobe", "ip_gre"], check=True)
    for number, node in enumerate(NODES):
        lab.run(node, "ip", "link", "add", TUNNEL, "type", "gre", "local", lab.address(node), "remote",
                lab.address(NODES[1 - number]), "ttl", "64")
        lab.run(node, "ip", "link", "set", TUNNEL, "up")
        lab.run(node, "ip", "addr", "add", ADDRESSES[number], "peer", ADDRESSES[1 - number], "dev", TUNNEL)
    addresses = {node: [ADDRESSES[number]] for number, node in enumerate(NODES)}
    block = heartbeat(lab, Settings(interval="200ms", daemon_timeout="2s",
                                    heartbeat_addresses=addresses)).replace("eth0", TUNNEL)
    daemons = [Xbeatd(lab, node, block).start() for node in NODES]
    wait_up(*daemons)
    capture(lab, daemons[0], *ADDRESSES)
    assert [daemon.stop() for daemon in daemons] == [0, 0]


with Laboratory("guest", nodes=2) as laboratory:
    on_ethernet(laboratory)
    print("Ethernet works", flush=True)
with Laboratory("guest", nodes=2) as laboratory:
    on_a_tunnel(laboratory)
    print("a tunnel works", flush=True)
