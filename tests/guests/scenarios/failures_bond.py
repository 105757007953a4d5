#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""Failures of the Active on a bond of two veths, and of the cable that its bond uses. On plain ends
native XDP takes the answers of a bond, too, and they do not arrive."""

import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3]))

from tests.guests.adapters import give_addresses  # noqa: E402 (needs the path above)
from tests.guests.failures import guest_setting, play_rows  # noqa: E402
from tests.support.failure import ACTIVE, Row  # noqa: E402
from tests.support.networks import HUNG, MOVED, answers_by, failures  # noqa: E402


def put_on_bonds(scene):
    """eth0 of each node becomes a bond of its two cables, whose bridges are joined."""
    lab = scene.lab
    lab.run("switch", "ip", "-batch", lab.write("join.batch", (
        "link add join0 type veth peer name join1\n"
        "link set join0 master br0 up\nlink set join1 master br1 up\n")))
    for node in lab.nodes:
        lab.run(node, "ip", "-batch", lab.write("bond.batch", (
            "link set eth0 down\nlink set eth0 name cable0\n"
            "link set eth1 down\nlink set eth1 name cable1\naddr flush dev cable0\naddr flush dev cable1\n"
            "link add eth0 type bond mode active-backup miimon 50\n"
            "link set cable0 master eth0\nlink set cable1 master eth0\n")))
        give_addresses(lab, node, "eth0")


def set_cable(scene, state):
    scene.lab.run("switch", "ip", "link", "set", f"{ACTIVE}.0", state)


def stop_without_cable(seconds):
    """The cable in use loses its carrier after half a second, and has it again in the end."""
    def make(scene):
        scene.lab.spawn("switch", "sh", "-c", f"sleep 0.5; ip link set {ACTIVE}.0 down")
        scene.stop(seconds, ACTIVE)
    return make


def mend_cable(scene):
    set_cable(scene, "up")


SETTING = guest_setting(links=2, prepare=put_on_bonds, accompany=answers_by("native"))
PLAIN = guest_setting(links=2, ends="plain", prepare=put_on_bonds, accompany=answers_by("generic"))
CABLE_ROWS = [
    Row("bond: a cable fails, stopped for 2 s", SETTING, stop_without_cable(2), mend_cable, outage_ms=100),
    Row("bond: a cable fails, stopped for 10 s", SETTING, stop_without_cable(10), mend_cable, verdicts=HUNG, **MOVED),
]

play_rows([*failures("bond", SETTING), *CABLE_ROWS, *failures("bond, plain ends", PLAIN)])
