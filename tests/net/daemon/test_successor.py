# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl restart: a successor is loaded beside the running daemon and goes on. No verdict and no
role changes, nothing is lost; an error leaves the running daemon as it is."""

import contextlib
import os
import re
import shutil
import signal
import socket
import struct
import time
from types import SimpleNamespace

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, instance
from tests.support.laboratory import BUILD, NEVER_SECONDS, wait_until
from tests.support.xbeatd import Xbeatd

# Longer than a virtual machine stalls: a verdict that changes is the restart's.
SETTINGS = {"advert_interval": "0.2", "multiplier": 20, "daemon_timeout": "30s",
            "heartbeat_lines": ["restart_grace 20s"]}
CHANGES = ("peer", "vrrp", "daemon", "epoch")


@pytest.fixture
def cluster(lab):
    return Cluster(lab, Settings(**SETTINGS)).start_active()


def ages(daemon):
    """Of the verdict on each link."""
    return [link["verdict_age_ns"] for peer in daemon.json("peers") for link in peer["links"]]


@pytest.mark.parametrize("node", ["node-a", "node-b"], ids=["active", "backup"])
def test_nothing_changes(lab, cluster, node):
    cluster.start_client()
    before = cluster[node].vrrp()
    epoch = cluster[node].json("status")["epoch"]
    since = ages(cluster[node])
    seen = {name: len(daemon.events()) for name, daemon in cluster.daemons.items() if name != node}
    for _ in range(3):
        pid = cluster[node].process.pid
        assert cluster[node].restart() != pid
    cluster.wait_up()
    assert all(after > before for after, before in zip(ages(cluster[node]), since))
    time.sleep(1)  # longer than Active_Down_Interval
    result = cluster.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result
    for name, count in seen.items():
        assert cluster[name].changed(CHANGES, count) == [], name
    status = cluster[node].json("status")
    assert status["epoch"] == epoch
    after = cluster[node].vrrp()
    for field in ("state", "since_unix_ns", "reason"):
        assert after[field] == before[field], field
    assert [event["kind"] for event in cluster[node].changed(CHANGES)] == ["daemon"]
    assert status["scheduling"]["policy"] == cluster["node-c"].json("status")["scheduling"]["policy"]


class Installed:
    """A copy of the programs, which an upgrade replaces."""

    def __init__(self, lab):
        self.folder = lab.path("installed")
        self.folder.mkdir()
        for name in ("xbeatd", "xbeatctl"):
            shutil.copy(BUILD / name, self.folder)

    def replace(self, text):
        new = self.folder / "xbeatd.new"
        new.write_text(text)
        new.chmod(0o755)
        new.rename(self.folder / "xbeatd")


@pytest.fixture
def installed(lab):
    """A cluster whose node-a runs from a folder of its own."""
    cluster = Cluster(lab, Settings(**SETTINGS))
    cluster.installed = Installed(lab)
    for node in lab.nodes:
        cluster.daemon(node, build=cluster.installed.folder if node == "node-a" else BUILD).start()
    cluster.wait_up()
    cluster.wait_holder("node-a")
    return cluster


def refused(daemon):
    """What xbeatctl restart reports; the same process goes on."""
    pid = daemon.json("status")["pid"]
    done = daemon.ctl("restart", check=False)
    assert done.returncode == 1, done
    assert daemon.json("status")["pid"] == pid
    assert daemon.state() == "active"
    return done.stderr


@pytest.mark.laboratory(nodes=2)
def test_wrong_configuration_is_refused(lab, installed):
    seen = len(installed["node-b"].events())
    daemon = installed["node-a"]
    good = daemon.configuration.read_text()
    daemon.configure(good, "prioriti 3\n")
    line = len(good.splitlines()) + 1
    text = refused(daemon)
    assert f"{daemon.configuration}:{line}:1: error: unknown keyword 'prioriti'" in text
    assert "this one goes on, nothing has changed" in text
    daemon.configure(good)
    daemon.restart()
    assert installed["node-b"].changed(CHANGES, seen) == []


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("line, reason", [
    ("port 700", 'port has changed from 694 to 700'), ("cluster_id 7", "cluster_id has changed from 1 to 7")])
def test_what_parts_the_node_from_others_is_refused(lab, installed, line, reason):
    daemon = installed["node-a"]
    text = daemon.configuration.read_text()
    daemon.configure(text.replace("interval", f"{line}\n    interval", 1))
    assert reason in refused(daemon)
    daemon.configure(text.replace("interface eth0", "interface eth7", 1))
    assert "there is no interface eth7" in refused(daemon)
    daemon.configure(text.replace("interval", "port 694 700\n    interval", 1))
    daemon.restart()
    daemon.configure(text.replace("interval", "port 700 694\n    interval", 1))
    daemon.restart()
    assert daemon.state() == "active"


@pytest.mark.laboratory(nodes=2)
def test_maps_of_an_older_version_are_refused(lab, installed):
    """Only the version before is migrated."""
    seen = len(installed["node-b"].events())
    own = installed["node-a"].make_maps_older(4)
    text = refused(installed["node-a"])
    assert "maps of version 4" in text and f"versions {own - 1} and {own}" in text and "xbeatctl stop" in text
    assert installed["node-b"].changed(CHANGES, seen) == []


@pytest.mark.laboratory(nodes=2)
@pytest.mark.parametrize("program, reason", [
    ("#!/bin/sh\necho 'no such library' >&2\nexit 1\n", "no such library"),
    ("not a program\n", "cannot be executed (Exec format error)"),
    ("#!/bin/sh\nexec sleep 600\n", "was not ready within 20 s"),
], ids=["dies", "no program", "hangs"])
def test_program_that_does_not_start_is_refused(lab, installed, program, reason):
    seen = len(installed["node-b"].events())
    installed.installed.replace(program)
    assert reason in refused(installed["node-a"])
    assert installed["node-b"].changed(CHANGES, seen) == []
    assert lab.holders(VIP) == ["node-a"]


@pytest.mark.laboratory(nodes=1)
def test_start_that_fails_is_refused_with_the_reason(lab):
    """Arguments that do not fit into the request."""
    daemon = Xbeatd(lab, "node-a", instance())
    start = daemon.argv
    daemon.argv = lambda: [*start(), *["--log-console"] * 600]
    daemon.start()
    daemon.wait_state("active")
    assert "the new xbeatd cannot be started (Argument list too long); this one goes on" in refused(daemon)


READY_AND_GONE = """#!/usr/bin/python3
import os, socket
channel = socket.socket(fileno=int(os.environ["XBEAT_HANDOVER"].split(",")[0]))
channel.send(b"ready")
channel.recv(16)
"""


@pytest.mark.laboratory(nodes=2)
def test_program_that_dies_late_is_replaced(lab, installed):
    """The running one has stopped for it: its own file is started again, and adopts all."""
    installed.start_client()
    seen = len(installed["node-b"].events())
    installed.installed.replace(READY_AND_GONE)
    daemon = installed["node-a"]
    old = daemon.process
    done = daemon.ctl("restart", check=False)
    assert done.returncode == 1
    wait_until(lambda: daemon.ctl("status", check=False).returncode == 0, "another one answers")
    daemon.process = lab.follow(old, daemon.json("status")["pid"])
    assert old.wait() == 1
    daemon.wait_state("active")
    time.sleep(1)  # longer than Active_Down_Interval
    result = installed.client.finish()
    assert result["outages"] == [] and result["owner_changes"] == 0, result
    assert [event for event in installed["node-b"].changed(CHANGES, seen) if event["kind"] != "daemon"] == []


SLOW = """#!/usr/bin/python3
import os, pathlib, signal, socket, time
folder = pathlib.Path({folder!r})
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGHUP, signal.SIGTERM])
channel = socket.socket(fileno=int(os.environ["XBEAT_HANDOVER"].split(",")[0]))
channel.send(b"ready")
channel.recv(16)
(folder / "has-stopped").touch()
while not (folder / "done").exists():
    time.sleep(0.01)
channel.send(b"done")
for _ in range(2):
    number = signal.sigtimedwait([signal.SIGHUP, signal.SIGTERM], {seconds}).si_signo
    (folder / signal.Signals(number).name).touch()
"""


@pytest.mark.laboratory(nodes=1)
def test_signals_are_passed_on(lab):
    """What the daemon is asked for while its successor takes over is not lost."""
    installed = Installed(lab)
    daemon = Xbeatd(lab, "node-a", instance(), build=installed.folder).start_active()
    installed.replace(SLOW.format(folder=str(lab.directory), seconds=NEVER_SECONDS))
    restart = daemon.command("restart")
    wait_until(lab.path("has-stopped").exists, "the daemon waits for its successor")
    daemon.process.send_signal(signal.SIGHUP)
    daemon.process.send_signal(signal.SIGTERM)
    lab.write("done", "")
    assert daemon.process.wait() == 0
    for name in ("SIGHUP", "SIGTERM"):
        wait_until(lab.path(name).exists, f"the successor gets {name}")
    restart.communicate(timeout=NEVER_SECONDS)


@pytest.mark.laboratory(nodes=2)
def test_stop_ends_a_restart(lab, installed):
    """The successor does not go on after the stop, however soon it is ready."""
    installed.installed.replace("#!/bin/sh\nexec sleep 600\n")
    daemon = installed["node-a"]
    restart = daemon.command("restart")
    wait_until(lambda: "is to go on" in daemon.process.output(), "the successor is started")
    daemon.json("stop")
    errors = restart.communicate(timeout=NEVER_SECONDS)[1]
    assert restart.returncode == 1 and "xbeatd is stopped" in errors, errors
    assert daemon.process.wait() == 0
    assert not lab.has_address("node-a", VIP)


@pytest.mark.laboratory(nodes=2)
def test_upgraded_file_is_started(lab, installed):
    """As dpkg replaces it. The file before is deleted then."""
    new = installed.installed.folder / "xbeatd.new"
    shutil.copy(BUILD / "xbeatd", new)
    new.rename(installed.installed.folder / "xbeatd")
    daemon = installed["node-a"]
    assert os.readlink(daemon.proc() / "exe").endswith(" (deleted)")
    daemon.restart()
    assert os.readlink(daemon.proc() / "exe") == str(installed.installed.folder / "xbeatd")
    assert daemon.state() == "active"


@pytest.mark.laboratory(nodes=1)
def test_daemon_in_the_background(lab):
    """With a path relative to the directory that it has left, and a file with its pid."""
    daemon = Xbeatd(lab, "node-a", instance())
    pid_file = lab.path("pid")
    lab.run("node-a", BUILD / "xbeatd", "-c", os.path.relpath(daemon.configuration),
            "-i", daemon.instance, "-p", pid_file)
    pid = daemon.json("status")["pid"]
    daemon.process = lab.follow(SimpleNamespace(output_path=lab.write("none", "")), pid)
    daemon.wait_state("active")
    for _ in range(2):
        daemon.restart()
        assert pid_file.read_text() == f"{daemon.process.pid}\n"
        assert os.readlink(daemon.proc() / "cwd") == "/"
        assert os.readlink(daemon.proc() / "fd" / "2") == "/dev/null"
        daemon.json("reload")
    daemon.process.end()
    assert not pid_file.exists()
    assert not lab.has_address("node-a", VIP)


@pytest.mark.laboratory(nodes=1)
def test_service_manager_learns_of_the_successor(lab):
    """From the process that it knows: systemd takes MAINPID from no other (NotifyAccess=main)."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        path = lab.path("notify")
        manager.bind(str(path))
        manager.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
        manager.settimeout(NEVER_SECONDS)
        daemon = Xbeatd(lab, "node-a", instance()).start("env", f"NOTIFY_SOCKET={path}")
        old = daemon.process.pid
        new = daemon.restart()
        while True:
            text, ancillary, _, _ = manager.recvmsg(4096, 1024)
            sender = struct.unpack("3i", ancillary[0][2])[0]
            if f"MAINPID={new}" in text.decode() and sender == old:
                break


@pytest.mark.laboratory(nodes=1)
def test_watchdog_does_not_come_before_a_successor_that_hangs_is_killed(lab):
    """Otherwise it would keep the lock from the daemon that the service manager starts."""
    installed = Installed(lab)
    watchdog_seconds = 4
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        path = lab.path("notify")
        manager.bind(str(path))
        manager.settimeout(0.1)
        daemon = Xbeatd(lab, "node-a", instance(), build=installed.folder)
        daemon.start("env", f"NOTIFY_SOCKET={path}", f"WATCHDOG_USEC={watchdog_seconds * 10**6}")
        installed.replace(SLOW.format(folder=str(lab.directory), seconds=NEVER_SECONDS))
        restart = daemon.command("restart")
        fed = time.monotonic()
        while daemon.process.running():
            with contextlib.suppress(TimeoutError):
                if b"WATCHDOG=1" in manager.recv(4096):
                    fed = time.monotonic()
        assert time.monotonic() - fed < watchdog_seconds
        assert daemon.process.wait() == 1
        restart.communicate(timeout=NEVER_SECONDS)
    pid = int(re.search(r"restart: process (\d+) is to go on", daemon.process.output())[1])
    wait_until(lambda: not os.path.exists(f"/proc/{pid}"), "the successor is killed")


@pytest.mark.laboratory(nodes=2)
def test_reload_ends_a_restart(lab, installed):
    """The successor may have read the files before they were changed."""
    installed.installed.replace("#!/bin/sh\nexec sleep 600\n")
    daemon = installed["node-a"]
    pid = daemon.json("status")["pid"]
    restart = daemon.command("restart")
    wait_until(lambda: "is to go on" in daemon.process.output(), "the successor is started")
    assert daemon.json("reload")["unchanged_count"] == 1
    errors = restart.communicate(timeout=NEVER_SECONDS)[1]
    assert restart.returncode == 1 and "the configuration is reloaded" in errors, errors
    assert daemon.json("status")["pid"] == pid
