# SPDX-License-Identifier: GPL-2.0-or-later
"""Interfaces without Ethernet headers: adverts, heartbeats and fences work there as elsewhere."""

import time

import pytest

from tests.support.configuration import VIP, Settings, heartbeat, instance
from tests.support.daemon import Keepalived
from tests.support.laboratory import wait_until
from tests.support.tun_relay import ADDRESSES, TUN, connect
from tests.support.xbeatd import Xbeatd, wait_up

pytestmark = pytest.mark.laboratory(nodes=2)
NODES = ("node-a", "node-b")
VIPS = {4: f"{VIP}/24 dev eth0", 6: "fd77:1::100/64 dev eth0"}


@pytest.fixture(autouse=True)
def cable(lab):
    return connect(lab)


def router(number, priority, family=4, unicast=True, **keys):
    own, other = ADDRESSES[family][number], ADDRESSES[family][1 - number]
    if unicast:
        keys |= {"unicast_src_ip": own, "unicast_peer": [other]}
    # The link-local address of a tun is random: the first address need not be one of that kind.
    vips = [VIPS[family]] if family == 4 else ["fe80::100/64 dev eth0", VIPS[family]]
    return instance(interface=TUN, priority=priority, vips=vips, **keys)


def interface_status(daemon):
    return next(entry for entry in daemon.json("status")["interfaces"] if entry["name"] == TUN)


def replies(daemon, peer):
    return daemon.peer(peer)["links"][0]["received"]


def check_backup(backup, active):
    """It hears the Active, and stays Backup."""
    wait_until(lambda: backup.vrrp()["adverts"]["received"] > 5, "adverts arrive")
    assert [backup.state(), active.state()] == ["backup", "active"]
    assert backup.text("drops").startswith("no packet was refused")


@pytest.mark.parametrize("unicast", [True, False])
@pytest.mark.parametrize("family", [4, 6])
def test_adverts(lab, family, unicast):
    active = Xbeatd(lab, "node-a", router(0, 200, family, unicast)).start_active()
    backup = Xbeatd(lab, "node-b", router(1, 100, family, unicast)).start()
    check_backup(backup, active)
    status = interface_status(backup)
    assert (status["mode"], status["vlan_tags"]) == ("generic", "none")
    assert "Ethernet" in status["mode_reason"]
    assert active.stop() == 0
    backup.wait_state("active")
    assert "not sent" not in active.process.output() + backup.process.output()
    assert backup.stop() == 0
    assert "xdp" not in lab.run("node-b", "ip", "link", "show", TUN).stdout
    assert "clsact" not in lab.run("node-b", "tc", "qdisc", "show", "dev", TUN).stdout


def test_without_multicast(lab):
    """keepalived disables such an instance, too."""
    lab.run("node-a", "ip", "link", "set", TUN, "multicast", "off")
    daemon = Xbeatd(lab, "node-a", router(0, 200, unicast=False)).start()
    assert daemon.state() == "initialize" and daemon.obstacles() == ["interface"]
    keepalived = Keepalived(lab, "node-b", router(1, 100, unicast=False))
    lab.run("node-b", "ip", "link", "set", TUN, "multicast", "off")
    keepalived.start()
    wait_until(lambda: "Startup complete" in keepalived.process.output(), "keepalived runs")
    time.sleep(1)  # ten adverts
    assert lab.holders(VIP) == []
    keepalived.process.end()
    lab.run("node-a", "ip", "link", "set", TUN, "multicast", "on")
    daemon.wait_state("active")


@pytest.mark.parametrize("kinds", [(Keepalived, Xbeatd), (Xbeatd, Keepalived)])
def test_with_keepalived(lab, kinds):
    daemons = [kind(lab, node, router(number, 200 - 100 * number))
               for number, (kind, node) in enumerate(zip(kinds, NODES))]
    daemons[0].start()
    lab.wait_holders(VIP, ["node-a"])
    daemons[1].start()
    time.sleep(1)  # ten adverts: what does not hear them is Active by then
    assert lab.holders(VIP) == ["node-a"]
    daemons[0].process.end()
    lab.wait_holders(VIP, ["node-b"])


@pytest.mark.parametrize("family", [4, 6])
def test_heartbeats(lab, family):
    addresses = {node: [ADDRESSES[family][number]] for number, node in enumerate(NODES)}
    block = heartbeat(lab, Settings(heartbeat_addresses=addresses)).replace("eth0", TUN)
    keys = {"advert_int": "1", "heartbeat": "lan"}
    daemons = [Xbeatd(lab, node, block, router(number, 200 - 100 * number, **keys))
               for number, node in enumerate(NODES)]
    for daemon in daemons:
        daemon.start()
    lab.wait_holders(VIP, ["node-a"])
    for number, daemon in enumerate(daemons):
        other = NODES[1 - number]
        wait_until(lambda: daemon.verdict(other) == "up", "heartbeats arrive")
        wait_until(lambda: replies(daemon, other) > 10, "answers arrive")
    assert interface_status(daemons[0])["answers"] == "tc"
    daemons[0].kill()  # its address stays, fenced
    daemons[1].wait_state("active")
    assert "node-a" in daemons[1].vrrp()["reason"]


def test_lost_answers_come_back(lab):
    """The program of tc sends the answers: it is put back when something else removes it."""
    addresses = {node: [ADDRESSES[4][number]] for number, node in enumerate(NODES)}
    block = heartbeat(lab, Settings(heartbeat_addresses=addresses)).replace("eth0", TUN)
    daemons = [Xbeatd(lab, node, block).start() for node in NODES]
    wait_up(*daemons)
    lab.run("node-b", "tc", "qdisc", "del", "dev", TUN, "clsact")
    wait_until(lambda: "xbeat_tc_ip" in lab.run("node-b", "tc", "filter", "show", "dev", TUN,
                                                "ingress").stdout, "it is there again")
    count = replies(daemons[0], "node-b")
    wait_until(lambda: replies(daemons[0], "node-b") > count + 10, "answers arrive")


def test_types_of_interfaces(lab, cable):
    """Of all that begin with the IP header; what begins with another one is refused, by name."""
    cable.end()
    # PPP, RAWIP, TUNNEL, TUNNEL6, SIT, IPGRE, IP6GRE
    for kind in (512, 519, 768, 769, 776, 778, 823):
        relay = connect(lab, kind=kind)
        active = Xbeatd(lab, "node-a", router(0, 200)).start_active()
        backup = Xbeatd(lab, "node-b", router(1, 100)).start()
        check_backup(backup, active)
        assert [backup.stop(), active.stop()] == [0, 0], kind
        relay.end()
    connect(lab, kind=32)  # INFINIBAND
    daemon = Xbeatd(lab, "node-a", router(0, 200)).start()
    assert daemon.state() == "initialize" and f"attached to {TUN}" in daemon.text("explain", "VI_1")
    assert f"cannot attach to interface {TUN}" in daemon.process.output()


def test_virtual_mac(lab):
    """keepalived disables such an instance, too."""
    daemon = Xbeatd(lab, "node-a", router(0, 200, use_vmac=True, vmac_xmit_base=True)).start()
    assert daemon.state() == "initialize" and "remove use_vmac" in daemon.process.output()


def test_fence(lab):
    """The guard of a killed Active expires: its address answers no more, on the interface itself."""
    vip = "10.96.0.100"
    daemon = Xbeatd(lab, "node-a", router(0, 200).replace(VIPS[4], f"{vip}/32")).start_active()
    lab.run("node-b", "ip", "route", "add", vip, "dev", TUN)
    lab.ping("node-b", vip)
    daemon.kill()
    ping = ("ping", "-c", "1", "-W", "0.2", vip)
    wait_until(lambda: lab.run("node-b", *ping, check=False).returncode, "the address is fenced")
    assert lab.has_address("node-a", vip)
