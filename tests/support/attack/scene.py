# SPDX-License-Identifier: GPL-2.0-or-later
"""The cluster that is attacked: node-a is Active, node-b is Backup, node-c is the witness. The
attacker is the client of the laboratory: it is on the same LAN, and has no key.

Four instances, so that each kind of advert has one that takes it.
"""

import os

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, VRID, Settings, instance
from tests.support.laboratory import Laboratory, wait_until
from tests.support.probe import serve_everywhere

ACTIVE, BACKUP, WITNESS = "node-a", "node-b", "node-c"
NODES = (ACTIVE, BACKUP)  # those that can be Active
PRIORITY = {ACTIVE: 150, BACKUP: 100}
VIP6, LINK_LOCAL_VIP6 = "fd77::100", "fe80::100"
MULTICAST, IPV6, UNICAST, VERSION_2 = "VI_1", "VI_6", "VI_U", "VI_2"
VRIDS = {MULTICAST: VRID, IPV6: VRID, UNICAST: 52, VERSION_2: 53}


def instances(lab, node, advert_interval):
    """All instances of a node but VI_1."""
    other = BACKUP if node == ACTIVE else ACTIVE
    common = {"priority": PRIORITY[node], "advert_int": advert_interval}
    return [
        instance(IPV6, "heartbeat lan", vips=[f"{LINK_LOCAL_VIP6}/64", f"{VIP6}/64"], **common),
        instance(UNICAST, "heartbeat lan", vrid=VRIDS[UNICAST], unicast_src_ip=lab.address(node),
                 unicast_peer=[lab.address(other)], **common),
        instance(VERSION_2, "heartbeat lan", vrid=VRIDS[VERSION_2], **{**common, "version": 2, "advert_int": 1}),
    ]


class Attacked:
    def __init__(self, lab, advert_interval="0.1", **settings):
        self.lab = lab
        # The client accepts a gratuitous ARP also right after another.
        lab.run("client", "sysctl", "-q", "-w", "net.ipv4.neigh.eth0.locktime=0")
        # A switch does not read IP headers; Linux's, with br_netfilter, drops invalid packets.
        lab.run("switch", "sysctl", "-q", "-w", "net.bridge.bridge-nf-call-iptables=0", check=False)
        self.cluster = Cluster(lab, Settings(witness=WITNESS, priorities=[*PRIORITY.values(), 50],
                                             advert_interval=advert_interval, **settings))
        for node in lab.nodes:
            blocks = instances(lab, node, advert_interval) if node in NODES else []
            self.cluster.daemon(node, *blocks).start()
        serve_everywhere(lab)
        self.wait_steady()

    def __getitem__(self, node):
        return self.cluster[node]

    def wait_steady(self, active=ACTIVE, backup=BACKUP):
        """Waits until all nodes are up, and all instances where they belong."""
        self.cluster.wait_up()
        for name in VRIDS:
            self[active].wait_state("active", name)
            self[backup].wait_state("backup", name)
        self.lab.wait_holders(VIP, [active])
        for node in NODES:
            wait_until(lambda node=node: self.trusts_nodes(node), f"{node} knows all routers to be nodes")

    def trusts_nodes(self, node):
        return all(self[node].vrrp(name).get("routers", "nodes") == "nodes" for name in VRIDS)

    def link_local(self, node, link=0):
        """The IPv6 address from which a node's adverts come."""
        return next(address for address in sorted(self[node].addresses(f"eth{link}"))
                    if address.startswith("fe80:") and address != LINK_LOCAL_VIP6)

    def events_since(self, unix_ns):
        """The events of all nodes, in order, each with its node."""
        return sorted(({**event, "node": node} for node in self.lab.nodes for event in self[node].events()
                       if event["time_unix_ns"] >= unix_ns), key=lambda event: event["time_unix_ns"])


def laboratory(links=1, ends="program"):
    return Laboratory(f"xa{os.getpid()}", nodes=3, links=links, ends=ends)
