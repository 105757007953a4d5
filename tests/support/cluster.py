# SPDX-License-Identifier: GPL-2.0-or-later
"""A daemon on each node of a laboratory, with one instance, and a client that talks to it."""

import time

from tests.support.configuration import Settings, block, heartbeat, instance, write_key
from tests.support.daemon import Keepalived
from tests.support.laboratory import BUILD
from tests.support.probe import Client, serve_everywhere
from tests.support.xbeatd import Xbeatd, wait_up


class Cluster:
    """A daemon on each node of a laboratory, started in the order of the nodes."""

    def __init__(self, lab, settings=None):
        self.lab = lab
        self.settings = settings or Settings()
        self.key_file = write_key(lab)
        self.daemons = {}
        self.client = None

    def vrrp_instance(self, node, *lines, name="VI_1", **keys):
        """From the settings; lines and keys are those of instance()."""
        settings = self.settings
        if not settings.preempt:
            lines = ("state BACKUP", "nopreempt", *lines)
        return instance(name, *lines, **{
            "priority": settings.priorities[self.lab.nodes.index(node)],
            "advert_int": settings.advert_interval,
            "vips": settings.vip_lines or [f"{settings.vip}/24"], **keys})

    def daemon(self, node, *more, instance=True, build=BUILD):
        """Its xbeatd, not started, with a new configuration file. more: further blocks of it.
        build: the folder of its programs (tests/support/before.py)."""
        blocks = [heartbeat(self.lab, self.settings, self.key_file), *more]
        if instance and node != self.settings.witness:
            blocks.insert(1, self.vrrp_instance(node, "heartbeat lan", *self.settings.instance_lines))
        self.daemons[node] = Xbeatd(self.lab, node, *blocks, build=build)
        return self.daemons[node]

    def start_xbeatd(self, *nodes, instance=True, build=BUILD):
        for node in nodes or self.lab.nodes:
            self.daemon(node, instance=instance, build=build).start()
        return self

    def start_keepalived(self, *nodes):
        for node in nodes or self.lab.nodes:
            self.start_keepalived_with(node, block("global_defs", "vrrp_garp_master_delay 1"),
                                       self.vrrp_instance(node))
        return self

    def start_keepalived_with(self, node, *blocks):
        self.daemons[node] = Keepalived(self.lab, node, *blocks).start()

    def start_active(self, *nodes, build=BUILD):
        """Starts daemons; returns when node-a is Active and all know it."""
        self.start_xbeatd(*nodes, build=build)
        self.wait_up()
        self.wait_holder("node-a")
        return self

    def start_client(self):
        """A client that has talked long enough for its neighbour entry to be stable."""
        serve_everywhere(self.lab)
        self.client = Client(self.lab, self.settings.vip)
        self.client.wait_owner("node-a")
        time.sleep(1.2)
        return self

    def __getitem__(self, node):
        return self.daemons[node]

    def policies(self):
        """The scheduling policies of its xbeatds, as a text."""
        return ", ".join(sorted({daemon.json("status")["scheduling"]["policy"]
                                 for daemon in self.daemons.values()}))

    def wait_up(self):
        """Waits until every running xbeatd judges every other one up."""
        wait_up(*self.daemons.values())

    def wait_holder(self, node):
        """Waits until node, and no other node, has the service address."""
        self.lab.wait_holders(self.settings.vip, [node])
