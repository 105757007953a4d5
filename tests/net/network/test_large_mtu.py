# SPDX-License-Identifier: GPL-2.0-or-later
"""An MTU of 9000: native mode stays, and packets that are larger than a page pass whole."""

import json

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2, ends="program")
BIG_MTU = 9000
BYTES = 3_000_000
LAST = 255  # of an advert, which is then larger than a page


def mode(daemon):
    return daemon.json("status")["interfaces"][0]["mode"]


def set_mtu(lab, mtu):
    for end in "node-a.0", "node-b.0", "br0":
        lab.run("switch", "ip", "link", "set", end, "mtu", mtu)
    for node in lab.nodes:
        lab.run(node, "ip", "link", "set", "eth0", "mtu", mtu)


def send_tcp(lab, source, target):
    """Large segments, in both directions at once."""
    address = lab.address(target)
    serve = ("import socket; s = socket.create_server(('', 5001)); c = s.accept()[0]\n"
             "count = 0\n"
             "while data := c.recv(1 << 16): count += len(data); c.sendall(data)\n"
             "print(count)")
    send = ("import socket, sys, threading\n"
            f"c = socket.create_connection(('{address}', 5001)); data = bytes(range(250)) * {BYTES // 250}\n"
            "threading.Thread(target=lambda: (c.sendall(data), c.shutdown(socket.SHUT_WR))).start()\n"
            "got = b''\n"
            "while more := c.recv(1 << 16): got += more\n"
            "sys.exit(got != data)")
    server = lab.spawn(target, "/usr/bin/python3", "-c", serve)
    wait_until(lambda: ":5001" in lab.run(target, "ss", "-ltn").stdout, "it listens")
    lab.run(source, "/usr/bin/python3", "-c", send)
    assert server.wait() == 0 and server.output().strip() == str(BYTES)


def check_large_packets(lab, cluster):
    for source, target in (lab.nodes, reversed(lab.nodes)):
        lab.ping(source, lab.address(target), "-M", "do", "-s", str(BIG_MTU - 28))
    send_tcp(lab, *lab.nodes)
    cluster.wait_up()
    received = [daemon.peer(other)["links"][0]["received"]
                for daemon, other in zip(cluster.daemons.values(), reversed(lab.nodes))]
    wait_until(lambda: all(daemon.peer(other)["links"][0]["received"] > before + 20 for daemon, other, before
                           in zip(cluster.daemons.values(), reversed(lab.nodes), received)), "REPLYs arrive")


@pytest.mark.parametrize("early", [True, False])
def test_native_mode_stays(lab, cluster, early):
    """The MTU is set before the daemons start, or raised while they run."""
    if early:
        set_mtu(lab, BIG_MTU)
    cluster.start_active(*lab.nodes)
    assert [mode(daemon) for daemon in cluster.daemons.values()] == ["native"] * 2
    transitions = [daemon.vrrp()["transitions"] for daemon in cluster.daemons.values()]
    if not early:
        set_mtu(lab, BIG_MTU)
        for daemon in cluster.daemons.values():
            wait_until(lambda daemon=daemon: "attached again" in daemon.process.output(), "the driver is asked")
    check_large_packets(lab, cluster)
    for daemon in cluster.daemons.values():
        wait_until(lambda daemon=daemon: mode(daemon) == "native", lambda: daemon.json("status")["interfaces"])
        assert "mode_reason" not in daemon.json("status")["interfaces"][0]
    assert transitions == [daemon.vrrp()["transitions"] for daemon in cluster.daemons.values()]


def test_generic_mode_carries_large_packets(lab):
    set_mtu(lab, BIG_MTU)
    cluster = Cluster(lab, Settings(heartbeat_lines=["mode generic"])).start_active(*lab.nodes)
    assert [mode(daemon) for daemon in cluster.daemons.values()] == ["generic"] * 2
    check_large_packets(lab, cluster)


def test_adverts_that_are_larger_than_a_page_count(lab):
    set_mtu(lab, BIG_MTU)
    vips = ["fe80::100/64", *(f"fd77:1::{number:x}/64" for number in range(1, LAST))]
    active = Xbeatd(lab, "node-a", instance(priority=200, vips=vips)).start_active()
    backup = Xbeatd(lab, "node-b", instance(priority=100, vips=vips)).start()
    assert [mode(daemon) for daemon in (active, backup)] == ["native"] * 2
    wait_until(lambda: backup.vrrp()["adverts"]["received"] > 5, "its adverts count")
    assert backup.state() == "backup"
    assert not any(json.loads(backup.ctl("drops").stdout)[name] for name in ("vrrp_bad_length", "vrrp_bad_checksum"))
