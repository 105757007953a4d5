# SPDX-License-Identifier: GPL-2.0-or-later
"""Accept_Mode (RFC 9568 section 6.1): what the Active does with packets to its addresses."""

import pytest

from tests.support.configuration import VIP, instance
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, OTHER = "node-a", "node-b"
PORT = 7001
FIRST6, VIP6 = "fe80::100", "fd77::100"
REFUSING = (instance(priority=200, no_accept=True)
            + instance("VI_6", priority=200, no_accept=True, vips=[f"{FIRST6}/64", f"{VIP6}/64"]))
CONNECT = "import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 0.3)"
LISTEN = """import socket, sys
with socket.create_server(("::", int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True) as s:
    print("started", flush=True)
    while True:
        s.accept()
"""


def answers_ping(lab, address):
    return lab.run("client", "ping", "-c", "1", "-W", "0.3", address, check=False).returncode == 0


def takes_connection(lab, address):
    return lab.run("client", "/usr/bin/python3", "-c", CONNECT, address, PORT,
                   check=False).returncode == 0


def wait_served(lab, address):
    wait_until(lambda: answers_ping(lab, address) and takes_connection(lab, address), f"{address} is served")


def knows_neighbour(lab, address):
    return "lladdr" in lab.run("client", "ip", "neighbour", "show", "to", address).stdout


@pytest.fixture
def serving(lab):
    for node in lab.nodes:
        process = lab.spawn(node, "/usr/bin/python3", "-c", LISTEN, PORT)
        wait_until(lambda: "started" in process.output(), "the server listens")


def test_no_accept_refuses_all_but_neighbour_discovery(lab, serving):
    router = Xbeatd(lab, NODE, REFUSING).start_active()
    router.wait_state("active", "VI_6")
    refused = 0
    for address in (VIP, VIP6):
        for attempt in (answers_ping, takes_connection):
            assert not attempt(lab, address), address
            assert router.drops("no_accept") > refused
            refused = router.drops("no_accept")
        assert knows_neighbour(lab, address), address
    wait_served(lab, lab.address(NODE))
    # The filter follows the role: a node that accepts answers, and the first no longer drops
    # anything.
    other = Xbeatd(lab, OTHER, REFUSING.replace("no_accept", "accept").replace("200", "250")).start()
    other.wait_state("active", "VI_6")
    router.wait_state("backup")
    router.wait_state("backup", "VI_6")
    assert not router.map("xb_no_accept")
    for address in (VIP, VIP6):
        wait_served(lab, address)


def test_owner_accepts(lab, serving):
    Xbeatd(lab, NODE, instance(vips=[f"{lab.address(NODE)}/24"], priority=255,
                               no_accept=True)).start_active()
    wait_served(lab, lab.address(NODE))


def test_who_becomes_owner_by_a_reload_accepts(lab, serving):
    router = Xbeatd(lab, NODE, instance(priority=200, no_accept=True)).start_active()
    assert not answers_ping(lab, VIP)
    assert router.reload(instance(priority=255, no_accept=True))["changed"] == ["VI_1"]
    wait_served(lab, VIP)
    assert not router.map("xb_no_accept")
    router.reload(instance(priority=200, no_accept=True))
    assert not answers_ping(lab, VIP)
