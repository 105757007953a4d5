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
from tests.support.configuration import KEY, Settings
from tests.support.witness import EPOCH, NODE_A, WITNESS, Witness

pytestmark = pytest.mark.laboratory(nodes=2)
NODE_B, UNKNOWN = 2, 9
INTERVAL_MS = 10
# Between idle machines it is 0.1 ms.
ANSWER_MS_MAX = 50


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
