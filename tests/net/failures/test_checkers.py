# SPDX-License-Identifier: GPL-2.0-or-later
"""The checkers of failures detect each kind: two owners, an outage, an unexpected takeover.
Addresses are added and removed by hand."""

import time

import pytest

from tests.support.configuration import VIP, Settings
from tests.support.failure import Row, Setting, check, play
from tests.support.owners import OwnerWatch
from tests.support.probe import serve_everywhere

VIP6 = "fd77::100"
LASTS_S = 0.3


def have(lab, node, address, there=True):
    prefix = f"{address}/64" if ":" in address else f"{address}/24"
    nodad = ["nodad"] if ":" in address and there else []
    lab.run(node, "ip", "address", "add" if there else "del", prefix, "dev", "eth0", *nodad)


@pytest.fixture
def watched(lab):
    """node-a has both addresses; watch(address) starts to ask."""
    for address in (VIP, VIP6):
        have(lab, "node-a", address)
    serve_everywhere(lab)

    def watch(address):
        watch = OwnerWatch(lab, address)
        watch.client.wait_owner("node-a")
        time.sleep(0.1)
        return watch
    return watch


@pytest.mark.parametrize("address", [VIP, VIP6])
def test_one_owner(lab, watched, address):
    watch, begin_ns = watched(address), time.monotonic_ns()
    time.sleep(LASTS_S)
    owners = watch.finish()
    assert owners.two_owners() == [] and owners.order() == ["node-a"]
    assert owners.outage_ms() < 20 + lab.stalled_ms(begin_ns, time.monotonic_ns())


@pytest.mark.parametrize("address", [VIP, VIP6])
def test_two_owners(lab, watched, address):
    watch = watched(address)
    begin_ns = time.monotonic_ns()
    have(lab, "node-b", address)
    time.sleep(LASTS_S)
    have(lab, "node-b", address, there=False)
    lasted_ms, stalled_ms = ((time.monotonic_ns() - begin_ns) / 1e6, lab.stalled_ms(begin_ns, time.monotonic_ns()))
    time.sleep(0.1)
    # The prober cannot see two owners while the machine stalls.
    assert LASTS_S * 1000 * 0.9 - stalled_ms < watch.finish().two_owners_ms() < lasted_ms + 20


@pytest.mark.parametrize("address", [VIP, VIP6])
def test_outage(lab, watched, address):
    watch = watched(address)
    have(lab, "node-a", address, there=False)
    time.sleep(LASTS_S)
    have(lab, "node-b", address)
    time.sleep(0.1)
    owners = watch.finish()
    assert owners.order() == ["node-a", "node-b"]
    assert owners.two_owners() == []
    # In requests without an answer: a prober that was paused has sent fewer.
    assert owners.outage_ms() > LASTS_S * 1000 * 0.9


def test_owner_that_answers_clients_only(lab, watched):
    """As with a fence that has a gap."""
    watch, begin_ns = watched(VIP), time.monotonic_ns()
    lab.run("node-a", "sysctl", "-q", "-w", "net.ipv4.conf.eth0.arp_ignore=8")
    have(lab, "node-b", VIP)
    time.sleep(LASTS_S)
    owners = watch.finish()
    assert not any(len(span.owners) > 1 for span in owners.arp)
    assert owners.two_owners_ms() > LASTS_S * 1000 * 0.9 - lab.stalled_ms(begin_ns, time.monotonic_ns())


WRONG = [
    ({}, "node-b reports node-a"),
    ({"verdicts": {("node-b", "node-a"): "up"}}, "node-b reports node-a"),
    ({}, "node-b became Active"),
    ({"takeover": "node-c"}, "node-c became Active 0 times"),
    ({"takeover": "node-c"}, "not by ['node-a', 'node-c']"),
    ({"outage_ms": float("-inf")}, "outage during the failure"),
]


def test_table_finds_what_is_wrong(stage):
    """A takeover, judged by rows that expect something else."""
    setting = Setting(settings=Settings(advert_interval="0.1"))

    def cut(scene):
        scene.lab.cut("node-a")
        time.sleep(0.4)

    make = {"make": cut, "mend": lambda scene: scene.lab.heal("node-a"), "setting": setting}
    course = play(stage.scene_for(setting), Row("cut", **make))
    for expected, complaint in WRONG:
        with pytest.raises(AssertionError) as caught:
            check(Row("wrong", **make, **{"outage_ms": 1000, **expected}), course)
        assert complaint in str(caught.value), expected


def test_table_finds_two_owners(stage):
    setting = Setting(settings=Settings(advert_interval="0.1"))

    def pretend(scene):
        have(scene.lab, "node-c", VIP)
        time.sleep(0.2)
        have(scene.lab, "node-c", VIP, there=False)

    row = Row("pretender", setting, pretend, outage_ms=1000, return_outage_ms=1000)
    with pytest.raises(AssertionError, match="two owners during the failure"):
        check(row, play(stage.scene_for(setting), row))
