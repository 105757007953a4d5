# SPDX-License-Identifier: GPL-2.0-or-later
"""The address owner (RFC 9568, priority 255): the service address is the interface's own."""

import contextlib

import pytest

from tests.support.advert import Forger
from tests.support.cluster import Cluster
from tests.support.configuration import VIP, VRID, Settings, default_vip, instance
from tests.support.daemon import Keepalived
from tests.support.fifo import Fifo
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
OWNER = 255


def test_owner_is_active_at_once_and_keeps_its_address(lab):
    own_address = lab.address("node-a")
    cluster = Cluster(lab, Settings(vip=own_address, priorities=[OWNER, 100]))
    cluster.start_xbeatd("node-b")
    cluster.start_xbeatd("node-a")
    assert cluster["node-a"].state() == "active"  # a Backup would wait for 3 s and more
    wait_until(lambda: cluster["node-b"].map("xb_vrrp")[0]["priority"] == OWNER,
               "node-b hears adverts of the owner")
    assert cluster["node-b"].vrrp()["active_address"] == own_address
    assert cluster["node-a"].stop() == 0
    assert lab.has_address("node-a", own_address), "the address was there before xbeatd"


@pytest.fixture
def owner(lab):
    """Runs on node-a: one address is the interface's own, the other is added by xbeatd."""
    vip_lines = [f"{VIP}/24", f"{lab.address('node-a')}/24"]
    cluster = Cluster(lab, Settings(vip_lines=vip_lines, priorities=[OWNER, 100]))
    cluster.start_xbeatd("node-a")["node-a"].wait_state("active")
    assert lab.has_address("node-a", VIP)
    return cluster["node-a"]


def test_explain_reports_what_an_owner_does(lab):
    daemon = Xbeatd(lab, "node-a", instance(priority=OWNER)).start_active()
    assert "yields only to another owner" in daemon.explain()["said"]
    assert "above 255" not in daemon.explain()["said"]
    daemon.json("failover", "VI_1", "--force")
    daemon.wait_state("initialize")
    assert "It becomes Active when nothing inhibits it" in daemon.explain()["said"]
    daemon.stop()
    daemon = Xbeatd(lab, "node-a", instance("VI_1", "owner_ignore_adverts", priority=OWNER)).start_active()
    assert "yields to no advert (owner_ignore_adverts)" in daemon.explain()["said"]


def test_stopped_owner_removes_only_what_it_added(lab, owner):
    assert owner.stop() == 0
    assert not lab.has_address("node-a", VIP)
    assert lab.has_address("node-a", lab.address("node-a")), "the address was there before xbeatd"


def test_own_address_is_never_fenced(lab, owner):
    """Of the two addresses, only the one that xbeatd added: without the other the machine is
    unreachable."""
    own_address = lab.address("node-a")
    assert "guard" not in owner.vrrp(), "others must not wait for a fence"
    assert "Not all of its addresses are guarded" in owner.explain()["said"]
    assert "10.77.0.1 is this node's own address and is not guarded" in owner.process.output()
    owner.kill()
    wait_until(owner.is_fencing, "the other one is fenced")
    lab.run("client", "ip", "neighbour", "flush", "all")
    assert lab.run("client", "ping", "-c", "1", "-W", "1", VIP, check=False).returncode
    lab.ping("client", own_address)


def test_killed_owner_still_knows_what_it_added(lab, owner):
    """The daemon that stops cleanly is not the one that added the address."""
    owner.kill()
    owner.start().wait_state("active")
    test_stopped_owner_removes_only_what_it_added(lab, owner)


@pytest.mark.parametrize("state", ["MASTER", "BACKUP"])
def test_owner_is_notified_once_and_after_a_rival(lab, state):
    """As with keepalived: MASTER once at the start, and once more when a rival owner has gone."""
    told = {}
    with Forger(lab) as rival, contextlib.ExitStack() as stack:
        for vrid, (node, program) in enumerate(zip(lab.nodes, (Xbeatd, Keepalived)), VRID):
            fifo = stack.enter_context(Fifo(lab, node))
            daemon = program(lab, node, fifo.globals(),
                             instance(f"VI_{vrid}", f"state {state}", vrid=vrid, priority=OWNER)).start()
            told[vrid] = fifo, daemon

        def states(vrid):
            return [line.split()[2] for line in told[vrid][0].lines()]
        for vrid in told:
            wait_until(lambda vrid=vrid: "MASTER" in states(vrid), f"VI_{vrid} is Active")
        first = {vrid: states(vrid) for vrid in told}
        for vrid in told:
            rival.send(vrid=vrid, priority=OWNER, addresses=[default_vip(vrid)])
            wait_until(lambda vrid=vrid: states(vrid).count("MASTER") == 2,
                       lambda vrid=vrid: f"VI_{vrid} is Active again: {states(vrid)}")
        for vrid, (_, daemon) in told.items():
            daemon.stop()
            wait_until(lambda vrid=vrid: states(vrid)[-1] == "STOP", f"VI_{vrid} has stopped")
            assert first[vrid].count("MASTER") == 1
            assert states(vrid)[len(first[vrid]):] == ["BACKUP", "MASTER", "STOP"]
        if state == "MASTER":  # with BACKUP keepalived waits for adverts first
            assert states(VRID) == states(VRID + 1)
