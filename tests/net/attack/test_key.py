# SPDX-License-Identifier: GPL-2.0-or-later
"""What a host on the LAN can do that has the key, and what it still cannot: the key is one for all
nodes, so it can speak for each of them."""

import pytest

from tests.support import wire
from tests.support.attack.course import Attacker, changes_of, describe, key
from tests.support.attack.heartbeats import Recorder, STOPPING, ethernet, forged_fields
from tests.support.attack.packets import Packet
from tests.support.attack.scene import ACTIVE, BACKUP, WITNESS, Attacked
from tests.support.configuration import KEY
from tests.support.laboratory import wait_until

NEVER_HEARD = wire.VIEW.pack(1, 0, 0, 0, *[wire.NEVER] * 2 * wire.LINKS, 0)


@pytest.fixture
def scene(lab):
    return Attacked(lab)


def newest(scene, sender, receiver):
    """The newest PROBE."""
    def found():
        return next((heard for heard in recorder.heard() if heard.kind == "PROBE"
                     and (heard.source, heard.destination) == addresses), None)

    addresses = scene.lab.address(sender), scene.lab.address(receiver)
    with Recorder(scene.lab) as recorder:
        return wait_until(found, f"a PROBE from {sender} to {receiver}")


def speak(scene, sender, receiver, ahead=1000, **fields):
    """A heartbeat in the sender's name, signed with the key."""
    known = newest(scene, sender, receiver)
    source, destination = scene.lab.address(sender), scene.lab.address(receiver)
    fields = {**forged_fields(known, sender, receiver, **fields), "seq": known.fields["seq"] + ahead,
              "ack": known.fields["ack"]}
    payload = wire.build(KEY, source, destination, **fields)
    with Attacker(scene.lab) as attacker:
        attacker.send(Packet("signed", ethernet(scene, receiver, source, payload)))


def test_who_has_the_key_can_speak_for_a_node(scene):
    """The Active seems to stop, and the Backup takes over: the key must be kept secret."""
    speak(scene, ACTIVE, BACKUP, type=wire.PROBE, node_state=STOPPING)
    wait_until(lambda: ("node-b", "vrrp", "VI_1", "backup", "active") in {
        key(event) for event in scene.events_since(0)}, "the Backup has taken over")


def test_who_has_the_key_is_not_believed_about_a_node_that_is_heard(scene):
    """The witness says that it never heard the Active: in answers that were not asked for."""
    before = scene.events_since(0)[-1]["time_unix_ns"] + 1
    dropped = scene[BACKUP].drops("old_answer")
    for ahead in range(10):
        speak(scene, WITNESS, BACKUP, ahead, type=wire.ANSWER, instances=NEVER_HEARD)
    wait_until(lambda: scene[BACKUP].drops("old_answer") > dropped, "they are refused")
    changed = [describe(event) for event in changes_of(scene.events_since(before))]
    assert not changed, changed
    scene.wait_steady()
