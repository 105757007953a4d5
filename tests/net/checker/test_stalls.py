# SPDX-License-Identifier: GPL-2.0-or-later
"""A machine that has no time for its checks accuses no server; a server that is dead is found."""

import contextlib
import os
import signal
import time

import pytest

from tests.support.checker import ACCEPT, Checks, serve
from tests.support.hogs import hogs, wait_hogging
from tests.support.laboratory import wait_until

pytestmark = [pytest.mark.laboratory(nodes=2, links=1), pytest.mark.alone]
PORT = 8080
SECONDS = 10
PROCESSORS = sorted(os.sched_getaffinity(0))
HOGS = pytest.mark.parametrize("fifo_priority, each", [(0, 8), (50, 1)])
# 0.1 s, and no second chance.
SHARP = {"interval": 100, "first": 1, "timeout": 100, "fall": 1}

GREET = """
import threading
def greet(connection):
    for reply in (b"220 x", b"250 x", b"221 x"):
        connection.sendall(reply + b"\\r\\n")
        if not connection.recv(100):
            break
    connection.close()
def greet_safely(connection):
    try:
        greet(connection)
    except OSError:
        pass
while True:
    threading.Thread(target=greet_safely, args=(listener.accept()[0],), daemon=True).start()
"""


def set_stopped(pid, stopped):
    os.kill(pid, signal.SIGSTOP if stopped else signal.SIGCONT)


def totals(checks, count):
    return {name: sum(each[name] for each in checks.records(count).values())
            for name in ("good", "bad", "stalled", "local_error")}


@contextlib.contextmanager
def hogged(fifo_priority, each, processors):
    """Hogs for SECONDS. The limit of their time is longer, for the answers to what is asked meanwhile."""
    with hogs(each * len(processors), SECONDS + 30, fifo_priority, processors) as processes:
        if fifo_priority:
            wait_hogging(processes)
        time.sleep(SECONDS)
        yield


@HOGS
def test_hogs(lab, fifo_priority, each):
    """By TCP and ping, which the kernel of this machine answers: no result is bad."""
    lab.run("node-b", "sysctl", "-qw", "net.core.somaxconn=65535")  # for the time without a processor
    serve(lab, "node-b", PORT, ACCEPT)
    with Checks(lab) as checks:
        for index in range(50):
            checks.add("tcp", lab.address("node-b"), PORT, **{**SHARP, "interval": 100 + index / 1000})
            checks.add("ping", lab.address("node-b"), 0, **{**SHARP, "interval": 100 + index / 1000})
        checks.use()
        checks.wait_total("good", 5, 99)
        with hogged(fifo_priority, each, PROCESSORS):
            found = totals(checks, 100)
        assert found["good"] > 100
        assert not [event for event in checks.events if not event["up"]], found
        assert found["bad"] == 0, found


@pytest.mark.skipif(len(PROCESSORS) < 2, reason="needs a processor for the servers and one for the checker")
@HOGS
def test_hogs_of_the_director(lab, fifo_priority, each):
    """Servers that need a processor themselves have one without hogs, and above its other tasks, as
    servers on other machines do. Keepalived's one retry, because a shared machine can pause that
    processor as well."""
    server = serve(lab, "node-b", PORT, GREET)
    os.sched_setaffinity(server.pid, PROCESSORS[1:])
    os.sched_setscheduler(server.pid, os.SCHED_FIFO, os.sched_param(1))
    with Checks(lab, before=("taskset", "-c", str(PROCESSORS[0]))) as checks:
        for index in range(10):
            checks.add("smtp", lab.address("node-b"), PORT, **{**SHARP, "fall": 2, "interval": 100 + index / 1000})
        checks.use()
        checks.wait_total("good", 5, 9)
        with hogged(fifo_priority, each, PROCESSORS[:1]):
            found = totals(checks, 10)
        assert found["good"] > 100
        assert not [event for event in checks.events if not event["up"]], found


def test_a_process_that_was_stopped_reads_what_is_there(lab):
    """Neither the answers that came meanwhile nor those that did not are the servers' fault."""
    serve(lab, "node-b", PORT, ACCEPT)
    with Checks(lab) as checks:
        checks.add("tcp", lab.address("node-b"), PORT, **{**SHARP, "interval": 10})
        checks.add("ping", lab.address("node-b"), 0, **{**SHARP, "interval": 10})
        checks.use()
        pid = checks.wait_checker()
        checks.wait_total("good", 5, 1)
        for _ in range(20):
            set_stopped(pid, True)
            time.sleep(0.25)
            set_stopped(pid, False)
            time.sleep(0.05)
        assert totals(checks, 2)["bad"] == 0
        assert not [event for event in checks.events if not event["up"]]


def test_an_answer_that_is_lost_while_it_was_stopped_counts_for_nothing(lab):
    """A request is on its way when it stops; its time is over when it goes on."""
    with Checks(lab) as checks:
        checks.check("ping", lab.address("node-b"), 0, **{**SHARP, "interval": 10, "timeout": 1000})
        pid = checks.wait_checker()
        checks.wait_total("good", 5)
        lab.lose("node-b", "out")
        time.sleep(0.1)
        set_stopped(pid, True)
        time.sleep(1.2)
        lab.lose_nothing()
        set_stopped(pid, False)
        record = checks.wait_total("good", checks.record()["good"] + 5)
        assert (record["bad"], record["stalled"]) == (0, 1)


def test_a_dead_server_is_found_by_a_process_that_always_stalls(lab):
    with Checks(lab) as checks:
        checks.check("ping", lab.address("node-b"), 0, **{**SHARP, "interval": 10})
        pid = checks.wait_checker()
        checks.wait_total("good", 5)
        lab.lose("node-b", "out")
        end = time.monotonic() + 60
        while time.monotonic() < end and not checks.of(0, up=False):
            set_stopped(pid, True)
            time.sleep(0.06)
            set_stopped(pid, False)
            time.sleep(0.06)
        set_stopped(pid, False)
        assert checks.of(0, up=False)
        assert checks.record()["stalled"] >= 1
