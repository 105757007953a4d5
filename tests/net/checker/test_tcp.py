# SPDX-License-Identifier: GPL-2.0-or-later
"""TCP_CHECK, and what all checks have in common: states, records, the life of the process."""

import os
import signal
import socket
import time

import pytest

from tests.support.checker import LISTEN, Checks, serve
from tests.support.laboratory import wait_until

pytestmark = pytest.mark.laboratory(nodes=2, links=1)
PORT = 8080
QUICK = {"interval": 100, "first": 1, "timeout": 1000}


@pytest.fixture
def checks(lab):
    with Checks(lab) as started:
        yield started


@pytest.mark.parametrize("family", [4, 6])
def test_a_server_that_ends_and_comes_back(lab, checks, family):
    address = lab.address("node-b", family=family)
    kind = socket.AF_INET if family == 4 else socket.AF_INET6
    server = serve(lab, "node-b", PORT, LISTEN, address, kind)
    checks.check("tcp", address, PORT, fall=2, initial=1, **QUICK)
    assert "connected after" in checks.wait_event(up=True, outcome="good")["reason"]
    server.end()
    down = checks.wait_event(up=False)
    assert "connection refused after" in down["reason"]
    assert down["bad_count"] == 2
    serve(lab, "node-b", PORT, LISTEN, address, kind)
    checks.wait_event(up=True, outcome="good", count=2)


def test_no_answer_ends_with_the_timeout(lab, checks):
    """Nothing answers: there is no such neighbour, or packets are dropped."""
    lab.lose("node-b", "out")
    lab.run("node-a", "ip", "neigh", "replace", lab.address("node-b"), "lladdr", lab.mac("node-b", "eth0"), "dev", "eth0")
    checks.check("tcp", lab.address("node-b"), PORT, **{**QUICK, "timeout": 150})
    down = checks.wait_event(up=False)
    assert down["reason"] == "no connection within 150 ms"
    assert down["ended_ns"] - down["began_ns"] >= 150_000_000


def test_equal_checks_are_one(lab, checks):
    one = checks.add("tcp", lab.address("node-b"), PORT, **QUICK)
    assert checks.add("tcp", lab.address("node-b"), PORT, **QUICK) == one
    assert checks.add("tcp", lab.address("node-b"), PORT, **{**QUICK, "interval": 200}) != one
    assert checks.add("tcp", lab.address("node-b"), PORT + 1, **QUICK) != one


def test_own_address(lab, checks):
    serve(lab, "node-a", PORT, LISTEN)
    checks.check("tcp", lab.address("node-a"), PORT, initial=2, **QUICK)
    checks.wait_event(up=True, outcome="good")


def test_a_source_that_is_no_address_of_this_machine_accuses_no_server(lab, checks):
    serve(lab, "node-b", PORT, LISTEN)
    checks.check("tcp", lab.address("node-b"), PORT, bindto="10.77.0.99", **QUICK)
    record = checks.wait_total("local_error", 2)
    assert record["up"] and record["bad"] == 0
    assert record["reason"].startswith("bindto: Cannot assign requested address; the address is not")


def test_source_address_and_port(lab, checks):
    lab.run("node-a", "ip", "address", "add", "10.77.0.77/24", "dev", "eth0")
    server = serve(lab, "node-b", PORT, "while True:\n    print(listener.accept()[1], flush=True)")
    checks.check("tcp", lab.address("node-b"), PORT, bindto="10.77.0.77", bind_port=4711, **QUICK)
    checks.wait_total("good", 3)
    assert set(server.output().splitlines()[1:]) == {"('10.77.0.77', 4711)"}


def test_killed_again_and_again(lab, checks):
    """A state stays, whenever the process is killed."""
    checks.add("tcp", lab.address("node-b"), PORT, fall=1000000, initial=1, **{**QUICK, "interval": 5})
    checks.add("tcp", lab.address("node-b"), PORT + 1, **{**QUICK, "interval": 5})
    checks.use()
    checks.wait_event(1, up=False)
    total = 0
    for starts in range(1, 6):
        pid = checks.wait_checker(starts)
        total = checks.wait_total("bad", total + 20)["bad"]
        os.kill(pid, signal.SIGKILL)
        records = checks.records(2)
        assert records[0]["up"] and not records[1]["up"]
        assert records[0]["bad_count"] >= total
    wait_until(lambda: f"(pid {pid}) was killed by signal 9" in checks.log(), "its end is logged")


def test_a_reload_with_other_times_keeps_the_state(lab, checks):
    checks.check("tcp", lab.address("node-b"), PORT, fall=1000000, initial=1, **{**QUICK, "interval": 10})
    pid = checks.wait_checker()
    count = checks.wait_total("bad", 20)["bad_count"]
    checks.add("tcp", lab.address("node-b"), PORT + 1, **QUICK)
    index = checks.add("tcp", lab.address("node-b"), PORT, fall=1000000, initial=1, **{**QUICK, "interval": 20})
    assert index == 1
    checks.use()
    record = checks.wait_total("bad", 25, check=1)
    assert record["bad_count"] >= count + 1
    assert record["bad_count"] == record["bad"]
    assert checks.checker() == (pid, 1)


def test_another_target_begins_again(lab, checks):
    checks.check("tcp", lab.address("node-b"), PORT, **QUICK)
    checks.wait_event(up=False)
    checks.check("tcp", lab.address("node-b"), PORT + 1, initial=0, **{**QUICK, "first": 60000})
    wait_until(lambda: (record := checks.record()) and record["up"] and not record["bad"], "it begins again")


def test_suspended_checks_are_not_made(lab, checks):
    checks.check("tcp", lab.address("node-b"), PORT, fall=1000000, initial=1, **{**QUICK, "interval": 10})
    checks.wait_total("bad", 3)
    checks.send("suspend", 0)
    wait_until(lambda: checks.record()["bad"] == (time.sleep(0.1), checks.record()["bad"])[1], "it rests")
    before = checks.record()["bad"]
    os.kill(checks.wait_checker(), signal.SIGKILL)
    checks.wait_checker(2)
    time.sleep(0.1)
    assert checks.record()["bad"] == before
    checks.send("resume", 0)
    checks.wait_total("bad", before + 5)


def test_without_checks_there_is_no_process(lab, checks):
    checks.check("tcp", lab.address("node-b"), PORT, **QUICK)
    checks.wait_checker()
    checks.use()
    assert checks.checker()[0] == 0
