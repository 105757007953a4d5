# SPDX-License-Identifier: GPL-2.0-or-later
"""What a node's kernel answers to a COMPARE while its daemon is stopped, as docs/protocol.md
describes. The client of the laboratory, a witness made by hand, asks node-a."""

import ipaddress
import signal

import pytest

from tests.support import wire
from tests.support.cluster import Cluster
from tests.support.configuration import VIP, VRID, Settings
from tests.support.witness import Witness

pytestmark = pytest.mark.laboratory(nodes=2)
SELF, SETTING, INSTANCE, ADDRESSES, NODE = 1, 3, 4, 5, 6
INTERVAL, GUARD_TIMEOUT, HEARTBEAT = 1, 6, 21


@pytest.fixture(params=[4, 6], ids=["ipv4", "ipv6"])
def family(request):
    return request.param


@pytest.fixture
def witness(lab, family):
    """It asks while node-a's daemon is stopped."""
    cluster = Cluster(lab, Settings(family=family, client_is_node=True, heartbeat_lines=["guard_timeout 250ms"]))
    cluster.start_xbeatd()
    cluster.wait_up()
    process = cluster["node-a"].process
    asking = Witness(lab, family)
    with asking.socket:
        asking.probe()
        process.send_signal(signal.SIGSTOP)
        yield asking
        process.send_signal(signal.SIGCONT)


def read_statement(witness):
    first = witness.read_page(0)
    pages = [first, *(witness.read_page(number) for number in range(1, first["page_count"]))]
    assert len({(page["page_count"], page["statement_bytes"], page["digest"]) for page in pages}) == 1
    statement = b"".join(page["data"] for page in pages)
    assert not any(statement[first["statement_bytes"]:])
    statement = statement[:first["statement_bytes"]]
    assert len(pages) == -(-len(statement) // 48)
    assert wire.siphash(bytes(16), statement) == first["digest"]
    return list(wire.records(statement))


def setting(contents):
    return contents[0], int.from_bytes(contents[1:], "big")


def test_kernel_answers_for_a_stopped_daemon(lab, family, witness):
    records = read_statement(witness)
    assert records[0] == (SELF, b"\0\1\0node-a")
    at = next(index for index, (kind, _) in enumerate(records) if kind == INSTANCE)
    block = dict(setting(contents) for kind, contents in records[:at] if kind == SETTING)
    assert (block[INTERVAL], block[GUARD_TIMEOUT]) == (10 * 10**6, 250 * 10**6)
    assert records[at][1] == bytes([VRID, 4, 150]) + b"VI_1"
    assert (HEARTBEAT, 1) in [setting(contents) for kind, contents in records[at:] if kind == SETTING]
    assert (ADDRESSES, b"\4" + ipaddress.ip_address(VIP).packed) in records
    nodes = [contents for kind, contents in records if kind == NODE]
    for number, name in enumerate(("node-a", "node-b", "client"), 1):
        address = ipaddress.ip_address(lab.address(name, 0, family)).packed
        assert nodes[number - 1] == (bytes([0, number, name == "client", 1, len(address)]) + address + name.encode())


def test_pages_that_do_not_exist(witness):
    for number in (511, 512, 65535):
        assert witness.read_page(number) == {"page": number, "page_count": 0, "statement_bytes": 0, "digest": 0,
                                             "data": bytes(48)}


def test_a_recorded_question_is_not_answered_again(witness):
    question = wire.build_compare(bytes(range(16)), witness.source, witness.destination, 0, **witness.fields())
    witness.exchange(question)
    assert witness.is_ignored(question)
    witness.read_page(0)
    assert witness.is_ignored(question)
