# SPDX-License-Identifier: GPL-2.0-or-later
"""Adverts that are held to nodes' reports though they come from addresses that no heartbeat has."""

import struct
import time

import pytest

from tests.support.advert import Forger, message
from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import wait_until
from tests.support.owners import OwnerWatch
from tests.support.packet import PROTOCOL_VRRP, mac_bytes, packed

ACTIVE, BACKUP = "node-a", "node-b"
VIP6 = "fe80::100"
GROUP6, GROUP6_MAC, ETHERTYPE_IPV6 = "ff02::12", "33:33:00:00:00:12", 0x86DD
INTERVAL_MAX_CS = 4095
LONGEST_WAIT_S = 4  # Active_Down_Interval is 3.6 s


def wait_held(cluster):
    for daemon in cluster.daemons.values():
        wait_until(lambda: daemon.vrrp().get("routers_held"), "adverts are held to nodes")
    time.sleep(0.2)  # what follows a change of state at once may have been overtaken by it


def transitions(cluster):
    return [daemon.vrrp()["transitions"] for daemon in cluster.daemons.values()]


def refuted(cluster):
    return [daemon.vrrp()["refuted_count"] for daemon in cluster.daemons.values()]


def forge6(forger, source, priority):
    body = message(source, GROUP6, priority=priority, interval_cs=INTERVAL_MAX_CS, addresses=[VIP6])
    head = struct.pack("!IHBB", 6 << 28, len(body), PROTOCOL_VRRP, 255) + packed(source) + packed(GROUP6)
    forger.port.send(mac_bytes(GROUP6_MAC) + mac_bytes("02:00:00:00:00:c8")
                     + struct.pack("!H", ETHERTYPE_IPV6) + head + body)


@pytest.mark.laboratory(nodes=2)
def test_ipv6_from_link_local_addresses(lab):
    cluster = Cluster(lab, Settings(priorities=[150, 100], vip_lines=[f"{VIP6}/64"], family=6, vip=VIP6))
    cluster.start_active()
    wait_held(cluster)
    before = transitions(cluster)
    followed = wait_until(lambda: cluster[BACKUP].vrrp().get("active_address"), "adverts are followed")
    assert followed.startswith("fe80::") and followed != VIP6
    with Forger(lab) as forger:
        forge6(forger, "fe80::bad", 254)
        forge6(forger, followed, 0)
        wait_until(lambda: refuted(cluster) == [1, 2], "they are refuted")
    assert transitions(cluster) == before
    cluster[ACTIVE].ctl("failover", "VI_1")
    cluster.wait_holder(BACKUP)
    cluster[ACTIVE].ctl("resume", "VI_1")
    cluster.wait_holder(ACTIVE)
    assert refuted(cluster) == [1, 2]


@pytest.mark.laboratory(nodes=2)
def test_mcast_src_ip(lab):
    sources = {node: f"10.77.0.{50 + number}" for number, node in enumerate(lab.nodes)}
    cluster = Cluster(lab, Settings(priorities=[150, 100]))
    for node, source in sources.items():
        lab.run(node, "ip", "address", "add", f"{source}/24", "dev", "eth0")
        cluster.settings.instance_lines = [f"mcast_src_ip {source}"]
        cluster.daemon(node).start()
    cluster.wait_up()
    cluster.wait_holder(ACTIVE)
    wait_held(cluster)
    wait_until(lambda: cluster[BACKUP].vrrp().get("active_address") == sources[ACTIVE],
               "the Active's adverts are followed")
    before = transitions(cluster)
    with Forger(lab) as forger:
        forger.send(source=sources[ACTIVE], priority=0)
        forger.send(source=sources[BACKUP], priority=254, interval_cs=INTERVAL_MAX_CS)
        wait_until(lambda: refuted(cluster) == [1, 1], "they are refuted")
    assert transitions(cluster) == before
    cluster[ACTIVE].ctl("failover", "VI_1")
    cluster.wait_holder(BACKUP)
    cluster[ACTIVE].ctl("resume", "VI_1")
    cluster.wait_holder(ACTIVE)
    assert refuted(cluster) == [1, 1]


def apart(lab, **settings):
    """Heartbeats on eth1, adverts and the address on eth0."""
    cluster = Cluster(lab, Settings(heartbeat_links=[1], priorities=[150, 100, 50], **settings))
    cluster.start_active()
    wait_held(cluster)
    for node in lab.nodes[1:]:
        wait_until(lambda: cluster[node].vrrp().get("active_address") == lab.address(ACTIVE),
                   "adverts are followed")
    return cluster


@pytest.mark.laboratory(nodes=2, links=2)
@pytest.mark.parametrize("interval", ["1", "0.02"])
def test_only_heartbeats_are_cut(lab, interval):
    """The Active works, and shows it by its adverts: nothing changes, and no two nodes own the
    address."""
    cluster = apart(lab, advert_interval=interval)
    before = transitions(cluster)
    cluster.start_client()
    watch = OwnerWatch(lab, cluster.settings.vip)
    lab.cut(ACTIVE, "eth1")
    wait_until(lambda: cluster[BACKUP].verdict(ACTIVE) == "down", "heartbeats are lost")
    time.sleep(LONGEST_WAIT_S)
    assert transitions(cluster) == before
    lab.heal(ACTIVE, "eth1")
    cluster.wait_up()
    owners = watch.finish()
    assert owners.two_owners() == []
    assert owners.order() == [ACTIVE]
    assert transitions(cluster) == before
    assert refuted(cluster) == [0, 0]


@pytest.mark.laboratory(nodes=2, links=2)
def test_then_the_active_dies(lab):
    """After that adverts alone show it, as in VRRP."""
    cluster = apart(lab, advert_interval="0.1")
    lab.cut(ACTIVE, "eth1")
    wait_until(lambda: cluster[BACKUP].verdict(ACTIVE) == "down", "heartbeats are lost")
    cut = lab.cut_together(ACTIVE, links=(0,))
    cluster[BACKUP].wait_state("active")
    activation, = cluster[BACKUP].activations()
    assert 200 < cut.least_ms(activation) < 1000, activation


@pytest.mark.laboratory(nodes=2, links=2)
def test_only_adverts_are_cut(lab):
    """Heartbeats show that the Active works."""
    cluster = apart(lab)
    before = transitions(cluster)
    lab.cut(ACTIVE, "eth0")
    time.sleep(LONGEST_WAIT_S)
    assert transitions(cluster) == before
    lab.heal(ACTIVE, "eth0")
    cluster.wait_holder(ACTIVE)
    assert refuted(cluster) == [0, 0]


@pytest.mark.laboratory(nodes=3, links=2)
def test_a_third_node_takes_no_advert_for_a_strangers(lab):
    """A Backup that lost the Active's heartbeats asks it by an advert. The others hear that, too."""
    cluster = apart(lab)
    before = transitions(cluster)
    lab.cut(BACKUP, "eth1")
    wait_until(lambda: cluster[BACKUP].verdict(ACTIVE) == "down", "heartbeats are lost")
    time.sleep(LONGEST_WAIT_S)
    lab.heal(BACKUP, "eth1")
    cluster.wait_up()
    assert transitions(cluster) == before
    assert refuted(cluster) == [0, 0, 0]
