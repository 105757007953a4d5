# SPDX-License-Identifier: GPL-2.0-or-later
"""The runner service: scripts of a daemon that is sandboxed run outside its sandbox."""

import os
import pathlib
import signal
import socket
import stat
import sys

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import BUILD, wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE, ELSEWHERE = "node-a", "switch"
USER = 65534
OWN = "scripts run in xbeatd's own runner"


class Service:
    """Started outside the daemon's network namespace."""

    def __init__(self, lab):
        self.lab = lab
        self.path = lab.path("runner")
        self.environment = ("env", f"XBEAT_RUNNER={self.path}")
        self.process = None

    def start(self, *before):
        self.process = self.lab.spawn(ELSEWHERE, *before, *self.environment, BUILD / "xbeatd", "--runner")
        wait_until(lambda: self.path.exists() or not self.process.running(), "it listens")
        return self

    def connect(self):
        client = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        client.connect(str(self.path))
        client.settimeout(60)
        return client


@pytest.fixture
def service(lab):
    return Service(lab)


def checked(lab, *lines, script="/bin/true"):
    return Xbeatd(lab, NODE, block("global_defs", *lines),
                  block("vrrp_script s", f'script "{script}"', "interval 1", "user root"),
                  instance(track_script=["s"]))


def start(daemon, service, *before):
    daemon.start(*service.environment, *before)
    daemon.wait_tracked("s", "up")
    return daemon


def of_service(daemon):
    return daemon.json("status")["runner"]["service"]


def pid_of_runner(daemon):
    return daemon.json("status")["runner"]["pid"]


def kill_runner(daemon):
    runner = pid_of_runner(daemon)
    os.kill(runner, signal.SIGKILL)
    wait_until(lambda: pid_of_runner(daemon) not in (0, runner), "another runner is there")
    daemon.wait_tracked("s", "up")


def restrictions(daemon, pid):
    text = pathlib.Path(f"/proc/{pid}/status").read_text()
    return next(line for line in text.splitlines() if line.startswith("NoNewPrivs"))


@pytest.mark.parametrize("served", [False, True])
def test_a_setuid_program_works_outside_the_sandbox(lab, service, served):
    """As sudo: passwd reads /etc/shadow for an ordinary user; without that it knows no date."""
    seen = lab.path("seen")
    seen.mkdir()
    os.chown(seen, USER, USER)
    script = lab.write("notify", f"#!/bin/sh\npasswd --status >{seen}/out 2>&1; echo >{seen}/done\n", 0o755)
    pathlib.Path(lab.path(".")).chmod(0o755)
    if served:
        service.start()
    daemon = Xbeatd(lab, NODE, block("global_defs", "script_user nobody"), instance(notify_master=str(script)))
    daemon.start(*service.environment, "setpriv", "--no-new-privs")
    assert of_service(daemon) == served
    wait_until((seen / "done").exists, "it was notified")
    assert ("never" not in (seen / "out").read_text()) == served, (seen / "out").read_text()
    assert restrictions(daemon, daemon.process.pid).endswith("1")


def test_programs_run_in_the_daemons_network_with_its_umask(lab, service):
    seen = lab.path("seen")
    script = lab.write("check", f"#!/bin/sh\nreadlink /proc/self/ns/net >{seen}; umask >>{seen}\n", 0o755)
    service.start()
    daemon = start(checked(lab, "umask 0137", script=script), service)
    inside = os.readlink(f"/proc/{daemon.process.pid}/ns/net")
    wait_until(lambda: seen.read_text().split() == [inside, "0137"], lambda: seen.read_text())
    assert os.readlink(f"/proc/{service.process.pid}/ns/net") != inside
    assert os.readlink(f"/proc/{pid_of_runner(daemon)}/ns/net") == inside
    assert "scripts        run by the runner service" in daemon.text("status")


def test_it_dies_and_comes_back(lab, service):
    service.start()
    daemon = start(checked(lab), service)
    assert of_service(daemon)
    service.process.end(signal.SIGKILL)
    kill_runner(daemon)
    assert not of_service(daemon)
    assert daemon.process.output().count(OWN) == 1
    service.start()
    kill_runner(daemon)
    assert of_service(daemon)
    kill_runner(daemon)
    assert of_service(daemon)
    assert daemon.process.output().count(OWN) == 1


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL])
def test_its_runner_ends_with_the_daemon(lab, service, end):
    """The check, too, which hangs; the service goes on."""
    service.start()
    pid = lab.path("pid")
    script = lab.write("check", f"#!/bin/sh\necho $$ >{pid}\nexec sleep 600\n", 0o755)
    daemon = checked(lab, script=script).start(*service.environment)
    wait_until(lambda: pid.exists() and pid.read_text().strip(), "the check runs")
    processes = int(pid.read_text()), pid_of_runner(daemon)
    daemon.process.end(end)
    wait_until(lambda: not any(pathlib.Path(f"/proc/{process}/exe").exists() for process in processes), "both end")
    assert service.process.running()


def test_it_replaces_a_starter_that_was_killed(lab, service):
    daemon = start(checked(lab), service)
    assert not of_service(daemon)
    os.kill(daemon.starter(), signal.SIGKILL)
    os.kill(pid_of_runner(daemon), signal.SIGKILL)
    wait_until(lambda: "start xbeat-runner.service" in daemon.process.output(), "the remedy is logged")
    assert "scripts        not run" in daemon.text("status")
    service.start()
    wait_until(lambda: of_service(daemon) and pid_of_runner(daemon), "it is found")


def test_one_that_does_not_answer(lab, service):
    service.start()
    service.process.send_signal(signal.SIGSTOP)
    daemon = start(checked(lab), service)
    assert not of_service(daemon)
    assert f"does not answer; {OWN}" in daemon.process.output()
    service.process.send_signal(signal.SIGCONT)


def test_only_root_is_served(lab, service):
    service.start()
    assert stat.S_IMODE(service.path.stat().st_mode) == 0o600
    service.path.chmod(0o666)
    pathlib.Path(lab.path(".")).chmod(0o755)
    program = ("import socket, sys; s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET); "
               "s.connect(sys.argv[1]); sys.exit(len(s.recv(1)))")
    done = lab.run(NODE, "setpriv", f"--reuid={USER}", "--clear-groups", sys.executable, "-c", program, service.path)
    assert done.returncode == 0
    wait_until(lambda: "refused a connection: only xbeatd of root" in service.process.output(), "it is logged")


def test_a_foreign_listener_is_not_used(lab, service):
    """Its programs would run as root by the word of another user."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as listener:
        listener.bind(str(service.path))
        pid = os.fork()
        if pid == 0:
            os.setresuid(USER, USER, USER)
            listener.listen()
            signal.pause()
        wait_until(lambda: listening(service.path), "it listens")
        daemon = start(checked(lab), service)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert not of_service(daemon) and "Operation not permitted" in daemon.process.output()


def listening(path, process="self"):
    return any(line.endswith(f" {path}") and line.split()[3] == "00010000"
               for line in pathlib.Path(f"/proc/{process}/net/unix").read_text().splitlines())


def test_another_version_is_refused(service):
    service.start()
    for message in b"", b"x" * 8, b"x" * 300:
        client = service.connect()
        client.send(message or b"y")
        assert client.recv(1) == b""
    wait_until(lambda: service.process.output().count("not an xbeatd of this version") == 3, "it is logged")


def test_a_second_service_is_refused(lab, service):
    service.start()
    other = Service(lab)
    other.process = lab.spawn(ELSEWHERE, *other.environment, BUILD / "xbeatd", "--runner")
    assert other.process.wait() == 1 and "another runner service" in other.process.output()
    service.connect().close()
    assert service.process.end(signal.SIGTERM) == 0 and not service.path.exists()


@pytest.mark.parametrize("accept", [False, True])
def test_systemd_passes_its_socket(lab, service, accept):
    """The listener, or with Accept=yes each connection."""
    program = ("import os, socket, sys\n"
               "s = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)\n"
               "s.bind(sys.argv[1]); s.listen()\n"
               f"s = s.accept()[0] if {accept} else s\n"
               "os.dup2(s.fileno(), 3); os.set_inheritable(3, True)\n"
               "os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS='1')\n"
               "os.execv(sys.argv[2], sys.argv[2:])\n")
    service.process = lab.spawn(ELSEWHERE, sys.executable, "-c", program, service.path, BUILD / "xbeatd", "--runner")
    wait_until(lambda: listening(service.path, service.process.pid), "it listens")
    daemon = start(checked(lab), service)
    assert of_service(daemon)
    assert (pid_of_runner(daemon) == service.process.pid) == accept
