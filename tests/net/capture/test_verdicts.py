# SPDX-License-Identifier: GPL-2.0-or-later
"""What "xbeatctl capture" writes: each packet with the verdict on it, in agreement with the counters."""

import time

import pytest

from tests.support import captured
from tests.support.attack.course import Attacker
from tests.support.attack.heartbeats import forged, record, replayed
from tests.support.attack.packets import adverts
from tests.support.attack.scene import ACTIVE, BACKUP, Attacked, laboratory

# Counted by the daemon, or of no packet.
NOT_OF_THE_PROGRAM = {"vrrp_not_a_node", "event_lost", "no_accept", "fenced"}


class Shown:
    """Of a cluster that is attacked: what was sent, what a node captured, and what it counted."""

    def __init__(self, lab, path):
        scene = Attacked(lab)
        heard = record(scene)
        self.sent = [*forged(scene, heard), *replayed(scene, heard), *adverts(scene)]
        self.traces = captured.Traces(scene[BACKUP])
        process = captured.start(scene[BACKUP], path)
        assert self.traces.look()
        before = scene[BACKUP].ask("drops")
        with Attacker(lab) as attacker:
            for packet in self.sent:
                attacker.send(packet)
                time.sleep(0.002)
        time.sleep(0.2)
        self.drops = {reason: count - before[reason] for reason, count in scene[BACKUP].ask("drops").items()}
        self.printed = captured.end(process)
        self.packets = captured.read(path)


@pytest.fixture(scope="module")
def shown(tmp_path_factory):
    path = tmp_path_factory.mktemp("capture") / "verdicts.pcapng"
    with laboratory() as lab:
        yield Shown(lab, path)


def with_comment(shown, start, end=""):
    return [packet for packet in shown.packets if packet.comment.startswith(start) and packet.comment.endswith(end)]


def test_reasons_are_those_that_were_counted(shown):
    assert len(shown.drops) > 40
    expected = {reason: count for reason, count in shown.drops.items() if count and reason not in NOT_OF_THE_PROGRAM}
    counts = captured.count_reasons(shown.packets)
    assert {reason: counts[reason] for reason in counts if reason not in NOT_OF_THE_PROGRAM} == expected
    assert len(expected) > 8, expected


def test_each_refused_packet_has_its_reason(shown):
    """The bytes are those that were sent."""
    by_bytes = {}
    for packet in shown.packets:
        if packet.reasons:
            by_bytes.setdefault(packet.data, []).append(set(packet.reasons))
    checked = 0
    for packet in shown.sent:
        reasons = packet.refused.get(BACKUP, set())
        reasons = {reasons} if isinstance(reasons, str) else reasons
        if not reasons or reasons & NOT_OF_THE_PROGRAM:
            continue
        # The far end of a veth may remove a VLAN tag.
        found = by_bytes.get(packet.frame[:256]) or by_bytes.get(packet.frame[:12] + packet.frame[16:260])
        assert found, f"{packet} was not captured as refused"
        assert any(each & reasons for each in found), (str(packet), found)
        checked += 1
    assert checked > 50


def test_questions_and_answers(shown):
    probes = with_comment(shown, f"PROBE from {ACTIVE}", " answered")
    replies = with_comment(shown, f"REPLY to {ACTIVE}")
    assert len(probes) > 10 and len(probes) == len(replies)
    assert all(packet.outbound for packet in replies) and not any(packet.outbound for packet in probes)
    assert {packet.fields["xbeat.response_in"] for packet in probes} <= {
        packet.fields["frame.number"] for packet in replies}
    assert all(0 < float(packet.fields["xbeat.response_time"]) < 0.001 for packet in replies[:20])
    assert with_comment(shown, f"REPLY from {ACTIVE}", " taken")
    assert {packet.interface for packet in shown.packets} == {"eth0"}


def test_adverts_that_count_are_taken(shown):
    taken = with_comment(shown, "advert of VI_1, priority 150, from 10.77.0.1", " taken")
    assert len(taken) > 1
    assert with_comment(shown, "advert of VI_6, priority 150", " taken")


def test_file_is_like_others(shown):
    assert int(shown.printed.split()[0]) == len(shown.packets)
    assert " 0 more not captured" in shown.printed
    times = [float(packet.fields["frame.time_epoch"]) for packet in shown.packets]
    assert abs(times[-1] - time.time()) < 600 and times[0] <= times[-1]
    assert all(int(packet.fields["frame.cap_len"]) == min(256, int(packet.fields["frame.len"]))
               for packet in shown.packets)


def test_nothing_is_left(shown):
    shown.traces.wait_gone()
