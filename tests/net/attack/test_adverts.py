# SPDX-License-Identifier: GPL-2.0-or-later
"""Each advert that a host without the key can send, as one packet: it moves nothing, and is counted
where the table (tests/support/attack/packets.py) has it."""

import pytest

from tests.support.attack.course import try_each
from tests.support.attack.packets import adverts
from tests.support.attack.scene import IPV6, MULTICAST, UNICAST, VERSION_2


@pytest.mark.parametrize("instance", [MULTICAST, IPV6, UNICAST, VERSION_2])
def test_one_advert_moves_nothing(scene, instance):
    packets = [packet for packet in adverts(scene) if packet.name.startswith(f"{instance}:")]
    assert packets
    wrong = try_each(scene, packets)
    assert not wrong, "\n".join(wrong)
