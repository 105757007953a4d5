#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""GRE, sit and WireGuard: adverts between xbeatd and keepalived, heartbeats between two xbeatd."""

import pathlib
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.support.configuration import VIP, Settings, heartbeat, instance  # noqa: E402
from tests.support.daemon import Keepalived  # noqa: E402
from tests.support.laboratory import Laboratory, wait_until  # noqa: E402
from tests.support.xbeatd import Xbeatd, wait_up  # noqa: E402

TUNNEL = "tunnel0"
NODES = ("node-a", "node-b")
# The third group of an IPv6 address, and the first of an IPv4 one, are where Ethernet has its type.
ADDRESSES = {4: ("10.94.20.1", "10.95.20.2"), 6: ("fd94:0:1::1", "fd94:0:2::2")}
KINDS = {"gre": 4, "sit": 6, "wireguard": 4}


def wireguard_key(*arguments, stdin=""):
    return subprocess.run(["wg", *arguments], input=stdin, text=True, stdout=subprocess.PIPE,
                          check=True).stdout.strip()


def add_wireguard(lab):
    keys = [wireguard_key("genkey") for _ in NODES]
    for number, node in enumerate(NODES):
        lab.run(node, "ip", "link", "add", TUNNEL, "type", "wireguard")
        lab.run(node, "wg", "set", TUNNEL, "listen-port", 51820, "private-key",
                lab.write(f"{node}.wg", keys[number]), "peer",
                wireguard_key("pubkey", stdin=keys[1 - number]), "endpoint",
                f"{lab.address(NODES[1 - number])}:51820", "allowed-ips", "0.0.0.0/0,::/0")


def add_tunnel(lab, kind):
    for number, node in enumerate(NODES):
        lab.run(node, "ip", "link", "add", TUNNEL, "type", kind, "local", lab.address(node), "remote",
                lab.address(NODES[1 - number]), "ttl", "64")


def add(lab, kind):
    if kind == "wireguard":
        add_wireguard(lab)
    else:
        add_tunnel(lab, kind)
    own = ADDRESSES[KINDS[kind]]
    for number, node in enumerate(NODES):
        lab.run(node, "ip", "link", "set", TUNNEL, "up")
        lab.run(node, "ip", "addr", "add", own[number], "peer", own[1 - number], "dev", TUNNEL,
                *(["nodad"] if ":" in own[0] else []))


def router(number, family, *lines):
    own = ADDRESSES[family]
    vips = [f"{VIP}/24 dev eth0"] if family == 4 else ["fe80::100/64 dev eth0"]
    return instance("VI_1", *lines, interface=TUNNEL, priority=200 - 100 * number, vips=vips,
                    unicast_src_ip=own[number], unicast_peer=[own[1 - number]], advert_int="0.5")


def vip(family):
    return VIP if family == 4 else "fe80::100"


def check_adverts(lab, family):
    """keepalived is the Active, then xbeatd."""
    keepalived = Keepalived(lab, "node-a", router(0, family)).start()
    lab.wait_holders(vip(family), ["node-a"])
    backup = Xbeatd(lab, "node-b", router(1, family)).start()
    wait_until(lambda: backup.vrrp()["adverts"]["received"] > 3, "adverts arrive")
    assert backup.state() == "backup"
    keepalived.process.end()
    backup.wait_state("active")
    keepalived = Keepalived(lab, "node-a", router(0, family, "nopreempt")).start()
    time.sleep(4)
    assert lab.holders(vip(family)) == ["node-b"]
    keepalived.process.end()
    assert backup.stop() == 0


def check_heartbeats(lab, family):
    addresses = {node: [ADDRESSES[family][number]] for number, node in enumerate(NODES)}
    block = heartbeat(lab, Settings(interval="200ms", daemon_timeout="2s",
                                    heartbeat_addresses=addresses)).replace("eth0", TUNNEL)
    daemons = [Xbeatd(lab, node, block).start() for node in NODES]
    wait_up(*daemons)
    assert [daemon.stop() for daemon in daemons] == [0, 0]


def check_refusal(lab):
    """GRE without a remote address: the outer IP header comes first."""
    lab.run("node-a", "ip", "link", "add", TUNNEL, "type", "gre", "local", lab.address("node-a"))
    lab.run("node-a", "ip", "link", "set", TUNNEL, "up")
    daemon = Xbeatd(lab, "node-a", router(0, 4)).start()
    assert daemon.state() == "initialize" and "remote address" in daemon.process.output()
    daemon.stop()


for module in ("ip_gre", "sit", "wireguard"):
    subprocess.run(["modprobe", module], check=True)
for tunnel, ip in KINDS.items():
    with Laboratory("guest", nodes=2) as laboratory:
        add(laboratory, tunnel)
        check_adverts(laboratory, ip)
        check_heartbeats(laboratory, ip)
        print(tunnel, "works", flush=True)
with Laboratory("guest", nodes=2) as laboratory:
    check_refusal(laboratory)
