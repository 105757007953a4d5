# SPDX-License-Identifier: GPL-2.0-or-later
"""What the nodes' evidence does not prevent: while a node that is no witness is not up, adverts have
the weight that plain VRRP gives them. SECURITY.md documents it."""

import time

import pytest

from tests.support.attack.course import Attacker, attacked
from tests.support.attack.packets import LONGEST_CS, STRANGER, Packet
from tests.support.attack.scene import ACTIVE, BACKUP, Attacked
from tests.support.advert import frame
from tests.support.configuration import VIP
from tests.support.laboratory import wait_until


@pytest.fixture
def scene(lab):
    return Attacked(lab)


def advert(source=STRANGER, **fields):
    return Packet("an advert", frame(source, **{"interval_cs": 10, **fields}))


def changes(scene, node):
    return [(event["from"], event["to"]) for event in scene[node].events()
            if event["kind"] == "vrrp" and event["subject"] == "VI_1"]


def lose_backup(scene):
    scene.lab.cut(BACKUP)
    wait_until(lambda: scene[ACTIVE].verdict(BACKUP) == "down", "the Backup is down")


def test_one_advert_moves_the_instance_while_a_node_is_down(scene):
    lose_backup(scene)
    with Attacker(scene.lab) as attacker:
        attacker.send(advert(priority=254))
    wait_until(lambda: changes(scene, ACTIVE)[-2:] == [("active", "backup"), ("backup", "active")],
               "the Active has yielded, and is back after Active_Down_Interval")


def test_an_advert_that_came_while_a_node_was_down_is_forgotten(scene):
    """Even if it announced another one for 40.95 s, the nodes find back when all hear each other."""
    lose_backup(scene)
    with Attacker(scene.lab) as attacker:
        attacker.send(advert(priority=254, interval_cs=LONGEST_CS))
    scene[ACTIVE].wait_state("backup")
    scene.lab.heal(BACKUP)
    wait_until(lambda: len(scene.lab.holders(VIP)) == 1, "one node is Active again")


def test_adverts_in_a_dead_actives_name_prevent_no_takeover(scene):
    """The Backup becomes Active. Whether it stays so while they come is not promised: a node is down."""
    packets = [advert(scene.lab.address(ACTIVE), priority=150)]
    with attacked(scene, packets):
        time.sleep(0.5)
        scene.lab.cut(ACTIVE)
        wait_until(lambda: (("backup", "active")) in changes(scene, BACKUP), "the Backup takes over")


def test_an_attack_that_ended_leaves_nothing(scene):
    """A dead Active, and a stranger that keeps the Backup from taking over: as soon as it is silent,
    the Backup is Active."""
    with attacked(scene, [advert(priority=254)]):
        scene.lab.cut(ACTIVE)
        time.sleep(1)
    scene[BACKUP].wait_state("active")
