# SPDX-License-Identifier: GPL-2.0-or-later
"""Heartbeats that take another path than the instance's adverts: another link, routed addresses."""

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings
from tests.support.laboratory import wait_until

# Active_Down_Interval, for which plain VRRP waits, is 3.6 s here.
TAKEOVER_MS_MAX = 200


@pytest.mark.laboratory(nodes=2, links=2)
def test_heartbeat_on_another_link_than_the_instance(lab):
    """Adverts come from an address that no heartbeat uses; the heartbeats show which node sent
    them."""
    cluster = Cluster(lab, Settings(heartbeat_links=[1])).start_active()
    wait_until(lambda: cluster["node-b"].vrrp().get("active_address") == lab.address("node-a"),
               "node-b hears adverts of node-a")
    cut = lab.cut_together("node-a", links=(0, 1))
    cluster["node-b"].wait_state("active")
    activation, = cluster["node-b"].activations()
    assert cut.least_ms(activation) < TAKEOVER_MS_MAX, activation
    assert "node-a" in activation["reason"], activation


@pytest.mark.laboratory(nodes=2)
def test_routed_addresses_on_the_loopback_interface(lab):
    """Heartbeats arrive on eth0, whichever interface has their address."""
    addresses = {node: f"10.99.0.{number}" for number, node in enumerate(lab.nodes, start=1)}
    for node, other in zip(lab.nodes, reversed(lab.nodes)):
        lab.run(node, "ip", "address", "add", f"{addresses[node]}/32", "dev", "lo")
        lab.run(node, "ip", "route", "add", addresses[other], "via", lab.address(other),
                "src", addresses[node])
    heartbeat_addresses = {node: [address] for node, address in addresses.items()}
    cluster = Cluster(lab, Settings(heartbeat_addresses=heartbeat_addresses))
    cluster.start_xbeatd(instance=False).wait_up()
    for node, other in zip(lab.nodes, reversed(lab.nodes)):
        link, = cluster[node].peer(other)["links"]
        assert link["address"] == addresses[other] and link["received"] > 0, link
