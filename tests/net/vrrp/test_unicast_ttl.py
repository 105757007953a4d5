# SPDX-License-Identifier: GPL-2.0-or-later
"""The TTL that unicast adverts must have: 255 from a peer on the interface's network, because nothing
else shows that its address is not spoofed from afar."""

import pytest

from tests.support.advert import Forger
from tests.support.configuration import instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
ROUTED_PEER = "10.99.0.9"


def start(lab, *peers, **keys):
    daemon = Xbeatd(lab, "node-a", instance("VI_1", unicast_src_ip=lab.address("node-a"),
                                            unicast_peer=list(peers), **keys)).start()
    daemon.wait_state("active")
    return daemon


@pytest.fixture
def forger(lab):
    with Forger(lab, destination=lab.address("node-a"), mac=lab.mac("node-a")) as forging:
        yield forging


def is_refused(daemon, forger, ttl, **fields):
    """Sends an advert of a higher priority; it counts, or is counted as refused."""
    refused, received = daemon.drops("vrrp_bad_ttl"), daemon.vrrp()["adverts"]["received"]
    forger.send(ttl=ttl, **fields)
    wait_until(lambda: (daemon.drops("vrrp_bad_ttl"), daemon.vrrp()["adverts"]["received"]) != (refused, received),
               "the advert has arrived")
    return daemon.drops("vrrp_bad_ttl") > refused


def test_a_neighbour_must_send_255(lab, forger):
    daemon = start(lab, lab.address("client"))
    assert all(is_refused(daemon, forger, ttl) for ttl in (3, 64, 254))
    assert daemon.state() == "active"
    assert not is_refused(daemon, forger, 255)
    daemon.wait_state("backup")


@pytest.mark.parametrize("peer,keys", [("{} min_ttl 0", {}), ("{} max_ttl 255", {}), ("{}", {"unicast_ttl": 64})])
def test_the_configuration_may_accept_others(lab, forger, peer, keys):
    daemon = start(lab, peer.format(lab.address("client")), **keys)
    assert not is_refused(daemon, forger, 3)
    daemon.wait_state("backup")


def test_a_peer_may_become_a_neighbour(lab, forger):
    """When the interface gets an address in its network; from others any TTL counts, as in
    keepalived."""
    daemon = start(lab, lab.address("client"), ROUTED_PEER)
    assert not is_refused(daemon, forger, 3, source=ROUTED_PEER)
    daemon.ip("address", "add", "10.99.0.1/24", "dev", "eth0")
    wait_until(lambda: is_refused(daemon, forger, 3, source=ROUTED_PEER), "255 is demanded")
    assert not is_refused(daemon, forger, 255, source=ROUTED_PEER)
    daemon.ip("address", "del", "10.99.0.1/24", "dev", "eth0")
    wait_until(lambda: not is_refused(daemon, forger, 3, source=ROUTED_PEER), "any TTL counts again")
