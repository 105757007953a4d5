# SPDX-License-Identifier: GPL-2.0-or-later
"""What systemd learns of a daemon: that it is ready, its state in words, and that it makes progress."""

import signal
import time

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, instance
from tests.support.laboratory import wait_until
from tests.support.service_manager import ServiceManager
from tests.support.xbeatd import Xbeatd

WATCHDOG_S = 1


@pytest.fixture
def manager(lab):
    with ServiceManager(lab.path("notify")) as manager:
        yield manager


def start(manager, daemon, **more):
    """Returns the message that it is ready."""
    daemon.spawn(*manager.environment(**more))
    return manager.wait_for_variable("READY", "1")


@pytest.mark.laboratory(nodes=2)
def test_ready_after_the_first_judgement(lab, manager):
    """The peer answers: when systemd continues, it is up."""
    cluster = Cluster(lab)
    cluster.start_xbeatd("node-b")
    daemon = cluster.daemon("node-a")
    message = start(manager, daemon)
    assert message["MAINPID"] == str(daemon.process.pid)
    assert "VI_1 Backup; 1 of 1 peers up" == message["STATUS"]
    assert daemon.peer("node-b")["verdict"] == "up"


@pytest.mark.laboratory(nodes=2)
def test_a_dead_peer_is_not_waited_for(lab, manager):
    daemon = Cluster(lab, Settings(interval="100ms")).daemon("node-a")
    message = start(manager, daemon)
    assert message["STATUS"].endswith("0 of 1 peers up")
    first = manager.messages[0]
    assert "READY" not in first, "ready before a detection time of 300 ms"


@pytest.mark.laboratory(nodes=2)
def test_status_follows_what_changes(lab, manager):
    cluster = Cluster(lab)
    daemon = cluster.daemon("node-a")
    start(manager, daemon)
    manager.wait_for_variable("STATUS", "VI_1 Active; 0 of 1 peers up")
    cluster.start_xbeatd("node-b")
    manager.wait_for_variable("STATUS", "VI_1 Active; 1 of 1 peers up")
    daemon.ctl("drain")
    manager.wait_for_variable("STATUS", "VI_1 Initialize (drained); 1 of 1 peers up")
    assert daemon.stop() == 0
    manager.wait_for_variable("STOPPING", "1")


@pytest.mark.laboratory(nodes=1)
def test_many_instances_are_counted(lab, manager):
    daemon = Xbeatd(lab, "node-a", *(instance(f"VI_{number}", vrid=number, vips=[f"10.77.0.{100 + number}/24"])
                                     for number in range(1, 7)))
    assert start(manager, daemon)["STATUS"] == "6 Backup"
    manager.wait_for_variable("STATUS", "6 Active")


@pytest.mark.laboratory(nodes=1)
def test_names_are_printable(lab, manager):
    daemon = Xbeatd(lab, "node-a", instance("VI\u202e1"))
    assert start(manager, daemon)["STATUS"] == r"VI\u202e1 Backup"


@pytest.mark.laboratory(nodes=1)
def test_watchdog_is_fed_while_the_loop_runs(lab, manager):
    daemon = Xbeatd(lab, "node-a", instance())
    start(manager, daemon, WATCHDOG_USEC=WATCHDOG_S * 1000000)
    for _ in range(3):
        manager.wait_for_variable("WATCHDOG", "1")
    daemon.process.send_signal(signal.SIGSTOP)
    wait_until(lambda: "(stopped)" in (daemon.proc() / "status").read_text(), "the daemon has stopped")
    manager.read_waiting()
    count = len(manager.messages)
    time.sleep(2 * WATCHDOG_S)
    manager.read_waiting()
    assert len(manager.messages) == count, manager.messages[count:]
    daemon.process.send_signal(signal.SIGCONT)
    manager.wait_for_variable("WATCHDOG", "1")


@pytest.mark.laboratory(nodes=1)
def test_reload_is_reported(lab, manager):
    daemon = Xbeatd(lab, "node-a", instance())
    start(manager, daemon)
    daemon.reload(instance(priority=120))
    manager.wait_for_variable("RELOADING", "1")
    manager.wait_for_variable("READY", "1")
    daemon.refused_reload("nonsense")
    manager.wait_for_variable("RELOADING", "1")
    manager.wait_for_variable("READY", "1")


@pytest.mark.laboratory(nodes=1)
def test_socket_that_nothing_reads_delays_nothing(lab, manager):
    """Its buffer is full at some time."""
    daemon = Xbeatd(lab, "node-a", instance())
    start(manager, daemon, WATCHDOG_USEC=4000)
    time.sleep(1)
    assert daemon.json("status")["state"] == "running"
    assert daemon.stop() == 0
