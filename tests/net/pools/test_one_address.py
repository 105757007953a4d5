# SPDX-License-Identifier: GPL-2.0-or-later
"""Ten thousand servers on one address: who asks about it, or drains it, does not hold up the loop."""

import pytest

from tests.support.configuration import block, instance
from tests.support.pools import Pools, virtual_server
from tests.support.xbeatd import Xbeatd

pytestmark = [pytest.mark.laboratory(nodes=2), pytest.mark.alone]
COUNT, POOLS = 10000, 4
ADVERT = "0.01"
ADDRESS = "127.0.0.1"


@pytest.fixture
def watched(lab):
    pools = [virtual_server(*(block(f"real_server {ADDRESS} {number + 1}", "weight 1") for number in range(COUNT // POOLS)),
                            vip=f"10.78.0.{pool + 1}") for pool in range(POOLS)]
    node = Pools(lab, "node-a", instance(priority=150, advert_int=ADVERT), *pools).start_active()
    other = Xbeatd(lab, "node-b", instance(advert_int=ADVERT)).start()
    other.wait_state("backup")
    return node, other, other.last_event()


def assert_punctual(other, mark):
    assert not [event for event in other.events_since(mark) if event["kind"] == "vrrp"], "adverts came on time"


@pytest.mark.parametrize("verb, more", [("explain", []), ("drain", []), ("weight", ["5"])], ids=["explain", "drain", "weight"])
def test_all_at_once(watched, verb, more):
    """Refused; what is named more closely is done."""
    node, other, mark = watched
    for _ in range(3):
        assert "more than 256 servers" in node.ctl("pool", verb, ADDRESS, *more, check=False).stderr
        node.ctl("pool", verb, f"{ADDRESS}:5", *more)
    assert_punctual(other, mark)


def test_pages(watched):
    node, other, mark = watched
    skip = 0
    while skip is not None:
        skip = node.pools(skip=skip).get("next")
    assert_punctual(other, mark)
