# SPDX-License-Identifier: GPL-2.0-or-later
"""track_group: instances that need static addresses, routes or rules track their interfaces, as in
keepalived. What the static entries need is on eth1, which loses its carrier."""

import contextlib

import pytest

from tests.support.configuration import block, instance
from tests.support.daemon import Keepalived
from tests.support.fifo import Fifo
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

KINDS = ("ADDRESS", "ROUTE", "RULE")
STATIC = [
    block("static_ipaddress", "10.80.0.1/24 dev eth1 track_group OF_ADDRESS"),
    block("static_routes", "10.81.0.0/24 via 10.80.0.2 dev eth1 track_group OF_ROUTE",
          "10.82.0.0/24 via 10.80.0.2 dev eth1"),
    block("static_rules", "iif eth1 table 100 priority 1000 track_group OF_RULE"),
]


def texts(fifo):
    groups = [block(f"track_group OF_{kind}", block("group", kind, "ANY")) for kind in KINDS]
    instances = [instance(name, vrid=51 + number) for number, name in enumerate((*KINDS, "ANY", "NONE"))]
    return [fifo.globals(), *groups, *STATIC, *instances]


def states(fifo, name):
    return [line.split()[2] for line in fifo.lines() if line.split()[1] == f'"{name}"']


@pytest.mark.laboratory(nodes=2, links=2)
def test_instances_of_a_group_need_the_interface(lab):
    lab.cut("node-b", "eth0")  # the nodes do not hear each other
    with contextlib.ExitStack() as stack:
        fifos = [stack.enter_context(Fifo(lab, node)) for node in lab.nodes]
        for node, program, fifo in zip(lab.nodes, (Xbeatd, Keepalived), fifos):
            program(lab, node, *texts(fifo)).start()
        told = ["BACKUP", "MASTER"]

        def wait_for(expected, names):
            wait_until(lambda: all(states(fifo, name) == expected for fifo in fifos for name in names),
                       lambda: f"{expected}: {[fifo.lines() for fifo in fifos]}")
        wait_for(told, (*KINDS, "ANY", "NONE"))
        for node in lab.nodes:
            lab.cut(node, "eth1", "--carrier")
        wait_for([*told, "FAULT"], (*KINDS, "ANY"))
        for node in lab.nodes:
            lab.heal(node, "eth1")
        wait_for([*told, "FAULT", *told], (*KINDS, "ANY"))
        wait_for(told, ("NONE",))
