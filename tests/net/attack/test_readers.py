# SPDX-License-Identifier: GPL-2.0-or-later
"""What a host can read that has no key: heartbeats are authenticated, not encrypted."""

from tests.support.attack.heartbeats import Recorder
from tests.support.attack.scene import ACTIVE
from tests.support.configuration import KEY, VRID
from tests.support.laboratory import wait_until

ACTIVE_STATE = 3


def test_who_is_active_can_be_read_without_the_key(scene):
    def entry():
        return next((heard.fields["instances"][:4] for heard in recorder.heard()
                     if heard.source == scene.lab.address(ACTIVE) and heard.kind == "PROBE"), None)

    with Recorder(scene.lab) as recorder:
        vrid, _, state, priority = wait_until(entry, "a PROBE of the Active")
    assert (vrid, state, priority) == (VRID, ACTIVE_STATE, 150)


def test_the_key_is_in_no_packet(scene):
    with Recorder(scene.lab) as recorder:
        frames = wait_until(lambda: len(recorder.read()) > 4 and recorder.read(), "heartbeats are heard")
    assert not [frame for frame in frames if KEY in frame or KEY[::-1] in frame]
