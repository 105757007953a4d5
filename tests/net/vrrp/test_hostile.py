# SPDX-License-Identifier: GPL-2.0-or-later
"""Hostile adverts: each invalid one is counted under its reason, and none moves an instance."""

import random
import struct
import time

import pytest

from tests.support.advert import Forger, frame
from tests.support.configuration import VIP, VRID, instance
from tests.support.laboratory import BUILD, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
ACTIVE, BACKUP = "node-a", "node-b"
RIVAL = "10.77.0.66"
COPIES = 5
PADDED = {"bytes_min": 60}  # as the network cards of real machines do
FLOOD_SECONDS, FLOOD_FRAMES_MIN = 2.5, 2000
IP_OPTION = b"\x07\x03\x04\x00"  # record route, then the end of the list
BROADCAST, HOST = "255.255.255.255", "10.77.0.99"

# The drop reason, and how the advert differs from a valid one with the highest priority.
WRONG = [
    ("vrrp_bad_ttl", {"ttl": 254}),
    ("vrrp_bad_ttl", {"ttl": 0}),
    ("vrrp_bad_version", {"version": 2}),
    ("vrrp_bad_version", {"version": 4}),
    ("vrrp_bad_version", {"version": 0}),
    ("vrrp_bad_type", {"type": 2}),
    ("vrrp_bad_type", {"type": 0}),
    ("vrrp_bad_length", {"count": 2}),
    ("vrrp_bad_length", {"count": 255}),
    ("vrrp_bad_length", {"cut_bytes": 5}),
    ("vrrp_bad_length", {"count": 0, "addresses": []}),
    ("vrrp_bad_checksum", {"checksum_kind": 0x1234}),
    ("vrrp_bad_interval", {"interval_cs": 0}),
    ("vrrp_bad_header", {"options": IP_OPTION}),
    ("vrrp_bad_header", {"fragment": 0x2000}),
    ("vrrp_bad_header", {"header_checksum": 0x1234}),
    ("vrrp_bad_source", {"source": "224.0.0.1"}),
    ("vrrp_bad_source", {"source": "127.0.0.1"}),
    ("vrrp_bad_source", {"source": "0.0.0.0"}),
    ("vrrp_bad_source", {"source": "255.255.255.255"}),
    ("vrrp_bad_destination", {"destination": BROADCAST}),
    ("vrrp_bad_destination", {"destination": "224.0.0.1"}),
]
# Of no instance, so they go up the stack, which ignores them: VRID 0, a VRID without an instance, a
# fragment without a VRID, one to a host.
PASSED = [{"vrid": 0}, {"vrid": 52}, {"fragment": 0x0008}, {"destination": HOST}]


@pytest.fixture
def pair(lab):
    # A switch does not read IP headers; Linux's, with br_netfilter, drops or trims invalid packets.
    lab.run("switch", "sysctl", "-q", "-w", "net.bridge.bridge-nf-call-iptables=0", check=False)
    active = Xbeatd(lab, ACTIVE, instance(priority=200)).start_active()
    return active, Xbeatd(lab, BACKUP, instance(priority=100)).start()


@pytest.fixture
def forger(lab):
    with Forger(lab, **PADDED) as opened:
        yield opened


def states(pair):
    return [router.vrrp()["state"] for router in pair]


def test_wrong_adverts_are_counted_and_move_nothing(lab, pair, forger):
    for reason, difference in WRONG:
        before = [router.drops(reason) for router in pair]
        transitions = [router.vrrp()["transitions"] for router in pair]
        fields = {"source": RIVAL, "priority": 254, **difference}
        forger.send(**fields, copies=COPIES)
        wait_until(lambda: [router.drops(reason) for router in pair] == [count + COPIES for count in before],
                   f"{reason} is counted: {difference}")
    for difference in PASSED:
        forger.send(RIVAL, priority=254, copies=COPIES, **difference)
    assert [router.vrrp()["transitions"] for router in pair] == transitions
    assert states(pair) == ["active", "backup"]
    assert lab.holders(VIP) == [ACTIVE]


def test_own_advert_that_comes_back_is_counted(lab, pair, forger):
    active, backup = pair
    forger.send(lab.address(ACTIVE), priority=254, copies=COPIES)
    wait_until(lambda: active.drops("vrrp_own") == COPIES, "they are counted")
    assert active.vrrp()["state"] == "active"
    # The Backup cannot distinguish it from the true Active: it reports the same as before.
    assert backup.vrrp()["state"] == "backup"


def test_other_addresses_are_reported_and_do_not_make_two_actives(lab, pair, forger):
    active, _ = pair
    forger.send(RIVAL, priority=50, addresses=["10.9.9.9"])
    wait_until(lambda: "10.77.0.66" in active.process.output(), "the other list is logged")
    said = " ".join(active.json("explain", "VI_1")["lines"])
    assert "10.77.0.66 advertised other virtual addresses" in said, said
    assert states(pair) == ["active", "backup"]


def test_releases_of_another_than_the_active_move_nothing(lab, pair, forger):
    """The Active answers one at once; those that follow directly must not make the Backup's timer
    shorter than the time until the next advert."""
    pair[1].wait_state("backup")
    forger.send(RIVAL, priority=0, copies=3)
    time.sleep(0.3)
    assert states(pair) == ["active", "backup"] and lab.holders(VIP) == [ACTIVE]
    assert len(pair[1].changes("VI_1")) == 1, pair[1].changes("VI_1")


def test_rival_with_higher_priority_moves_it(lab, pair, forger):
    """As VRRP requires: it is valid in every respect."""
    active, backup = pair
    forger.send(RIVAL, priority=254)
    active.wait_state("backup")
    # The rival sends no more, so the true one is back after its Active_Down_Timer.
    active.wait_state("active")
    assert backup.vrrp()["state"] == "backup"


def flood_frames(count=4096):
    """For the served VRID: half are well-formed adverts of lower priority, each of another sender
    with another interval and list; half are random bytes after a valid IP header."""
    chance = random.Random(1)
    frames = []
    for _ in range(count // 2):
        source = f"10.77.0.{chance.randrange(30, 190)}"
        frames.append(frame(source, **PADDED, priority=chance.randrange(1, 100),
                            interval_cs=chance.randrange(1, 4096),
                            addresses=[f"10.9.9.{chance.randrange(1, 255)}"
                                       for _ in range(chance.randrange(1, 10))]))
        frames.append(frame(source, **PADDED, vrid=VRID, version=chance.randrange(16),
                            type=chance.randrange(16), priority=chance.randrange(256),
                            count=chance.randrange(256), interval_cs=chance.randrange(1 << 16),
                            checksum_kind=chance.randrange(1 << 16), addresses=["10.9.9.9"] * 3))
    return b"".join(struct.pack("!H", len(data)) + data for data in frames)


def test_flood_at_line_rate_moves_nothing(lab, pair, forger):
    file = lab.path("flood.frames")
    file.write_bytes(flood_frames())
    transitions = [router.vrrp()["transitions"] for router in pair]
    received = [router.vrrp()["adverts"]["received"] for router in pair]
    process = lab.spawn("client", BUILD / "tools" / "replay", "eth0", file, FLOOD_SECONDS)
    while process.running():  # and the daemons answer
        assert states(pair) == ["active", "backup"]
    assert int(process.output()) > FLOOD_FRAMES_MIN
    assert [router.vrrp()["transitions"] for router in pair] == transitions
    assert all(router.process.running() for router in pair)
    for router, before in zip(pair, received):
        taken = router.vrrp()["adverts"]["received"] - before
        wrong = sum(count for reason, count in router.json("drops").items()
                    if reason.startswith("vrrp_bad"))
        assert taken > 0 and wrong > 0 and taken + wrong > FLOOD_FRAMES_MIN
    assert lab.holders(VIP) == [ACTIVE]
    # Elections continue to work.
    forger.send(RIVAL, priority=254)
    pair[0].wait_state("backup")
    pair[0].stop()
    pair[1].wait_state("active")
