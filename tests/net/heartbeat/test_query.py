# SPDX-License-Identifier: GPL-2.0-or-later
"""A node's kernel reports what it knows of a third node while its daemon is stopped.

The client of the laboratory is the witness of the cluster, node 3, made by hand: it asks node-a
about node-b.
"""

import signal
import time

import pytest

from tests.support import wire
from tests.support.cluster import Cluster
from tests.support.configuration import KEY, KEY_ID, Settings
from tests.support.moment import punctual
from tests.support.port import open_datagram

pytestmark = pytest.mark.laboratory(nodes=2)
NODE_A, NODE_B, WITNESS, UNKNOWN = 1, 2, 3, 9
EPOCH = 5
INTERVAL_MS = 10
# Between idle machines it is 0.1 ms.
ANSWER_MS_MAX = 50


class Witness:
    """Asks node-a over a socket of its own."""

    def __init__(self, lab, family):
        self.lab = lab
        self.source, self.destination = (lab.address(member, 0, family) for member in ("client", "node-a"))
        self.socket = open_datagram(lab, "client", self.source)
        self.epoch = 0  # node-a's
        self.seq = 0

    def exchange(self, payload):
        """Returns the answer and its time in ms."""
        with punctual():
            before_ns = time.monotonic_ns()
            self.socket.sendto(payload, (self.destination, wire.PORT))
            data = self.socket.recv(2048)
            after_ns = time.monotonic_ns()
        took_ms = (after_ns - before_ns) / 1e6 - self.lab.stalled_ms(before_ns, after_ns)
        assert len(data) == len(payload)
        answer = wire.parse(KEY, data, self.destination, self.source)
        assert answer["tag_good"]
        return answer, took_ms

    def fields(self):
        return {"key_id": KEY_ID, "prober_id": WITNESS, "responder_id": NODE_A,
                "prober_epoch": EPOCH, "responder_epoch": self.epoch, "t1_ns": time.monotonic_ns()}

    def probe(self):
        """The witness learns node-a's epoch from the answer."""
        self.seq += 1
        reply, _ = self.exchange(wire.build(KEY, self.source, self.destination, type=wire.PROBE,
                                            seq=self.seq, **self.fields()))
        self.epoch = reply["responder_epoch"]

    def ask(self, subject_id):
        """Returns the view and its time in ms."""
        fields = self.fields()
        answer, took_ms = self.exchange(
            wire.build_query(KEY, self.source, self.destination, subject_id, **fields))
        assert (answer["type"], answer["t1_ns"]) == (wire.ANSWER, fields["t1_ns"])
        assert answer["view"]["subject_id"] == subject_id
        return answer["view"], took_ms

    def is_ignored(self, payload):
        self.socket.sendto(payload, (self.destination, wire.PORT))
        try:
            return not self.socket.recv(2048)
        except TimeoutError:
            return True


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def family(request):
    return request.param


@pytest.fixture
def cluster(lab, family):
    settings = Settings(family=family, client_is_node=True, interval=f"{INTERVAL_MS}ms")
    started = Cluster(lab, settings)
    started.start_xbeatd(instance=False)
    started.wait_up()
    return started


@pytest.fixture
def witness(lab, family, cluster):
    asking = Witness(lab, family)
    with asking.socket:
        asking.probe()
        yield asking


@pytest.fixture
def stopped(cluster):
    """node-a's daemon is stopped."""
    process = cluster["node-a"].process
    process.send_signal(signal.SIGSTOP)
    time.sleep(0.2)
    yield cluster["node-a"]
    process.send_signal(signal.SIGCONT)


def is_stopped(daemon):
    return (daemon.proc() / "stat").read_text().rpartition(")")[2].split()[0] == "T"


def test_kernel_answers_for_a_stopped_daemon(lab, witness, stopped):
    view, took_ms = witness.ask(NODE_B)
    assert took_ms < ANSWER_MS_MAX
    assert view["evidence_age_us"][0] < 1000 * (INTERVAL_MS + ANSWER_MS_MAX)
    assert view["heard_age_us"][0] < 1000 * (INTERVAL_MS + ANSWER_MS_MAX)
    assert view["evidence_age_us"][1:] == view["heard_age_us"][1:] == 3 * [None]
    assert view["state"] == 1 and view["epoch"] > 0
    before_ns = time.monotonic_ns()
    after_ns = lab.cut("node-b")
    time.sleep(0.5)
    asked_ns = time.monotonic_ns()
    view, took_ms = witness.ask(NODE_B)
    assert took_ms < ANSWER_MS_MAX
    # The last evidence came before the cut, by at most an interval.
    most_ms = (time.monotonic_ns() - before_ns) / 1e6 + INTERVAL_MS + ANSWER_MS_MAX
    assert (asked_ns - after_ns) / 1e6 < view["evidence_age_us"][0] / 1000 < most_ms
    assert view["epoch"] > 0
    assert is_stopped(stopped)


def test_who_is_heard_but_does_not_hear(witness, stopped):
    """node-a has probed the witness for long, which acknowledges nothing."""
    witness.probe()
    view, _ = witness.ask(WITNESS)
    assert view["evidence_age_us"][0] is None
    assert view["heard_age_us"][0] < 1000 * ANSWER_MS_MAX
    assert view["epoch"] == EPOCH
    assert is_stopped(stopped)


def test_nothing_known(witness):
    for subject_id in UNKNOWN, NODE_A:
        view, _ = witness.ask(subject_id)
        assert view["evidence_age_us"] == view["heard_age_us"] == 4 * [None]
        assert view["epoch"] == 0


def test_who_is_not_answered(witness, cluster):
    node, source, destination = cluster["node-a"], witness.source, witness.destination
    witness.socket.settimeout(0.3)
    witness.epoch += 1
    before = node.json("drops")
    assert witness.is_ignored(wire.build_query(KEY, source, destination, NODE_B, **witness.fields()))
    witness.epoch -= 1
    assert witness.is_ignored(wire.build_query(bytes(16), source, destination, NODE_B, **witness.fields()))
    after = node.json("drops")
    for reason in "wrong_epoch", "bad_tag":
        assert after[reason] == before[reason] + 1
    view, _ = witness.ask(NODE_B)
    assert view["epoch"] > 0


def test_a_query_is_answered_once(witness, cluster):
    """Whoever has recorded it gets no answer for it."""
    node = cluster["node-a"]
    earlier, recorded = (wire.build_query(KEY, witness.source, witness.destination, NODE_B, **witness.fields())
                         for _ in range(2))
    before = node.json("drops")
    witness.exchange(recorded)
    witness.socket.settimeout(0.3)
    assert witness.is_ignored(recorded)
    assert witness.is_ignored(earlier)
    after = node.json("drops")
    for reason in "replay", "old_query":
        assert after[reason] == before[reason] + 1
    view, _ = witness.ask(NODE_B)
    assert view["epoch"] > 0
