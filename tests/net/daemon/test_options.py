# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd takes keepalived's options, also by the name keepalived."""

import contextlib
import os
import pathlib
import re
import shlex
import signal
import socket
import subprocess

import pytest

from tests.support.configuration import VIP, instance
from tests.support.laboratory import BUILD, NEVER_SECONDS, wait_until
from tests.support.service_manager import ServiceManager
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
KEEPALIVED = "/usr/sbin/keepalived"

# How images, charts, agents and units start keepalived. CONF is its file, PID and VRRP are its pid files.
FOREGROUND = {
    "osixia": "-f CONF --dont-fork --log-console -D -d",
    "osixia-arguments": "-f CONF --dont-fork --log-console -i lb1 --log-detail --dump-conf",
    "kolla": "-nld -p PID -f CONF",
    "cluster": "-nldf CONF",
    "alpine": "-l -n -D -f CONF",
    "centos": "-n -P -l -f CONF -D",
    "kubeadm": "--dont-fork --log-console --log-detail --all -f CONF",
    "openshift": "-f CONF --dont-fork --vrrp --log-detail --log-console",
    "balancer": "--dont-fork --dump-conf --log-console --log-detail --log-facility 7 --vrrp -f CONF "
                "--pid PID --vrrp_pid VRRP",
    "vyos": "--use-file CONF --pid PID --dont-fork --snmp",
    "chart": "--release-vips --dont-fork --log-console --log-detail --dump-conf --use-file=CONF",
}
BACKGROUND = {
    "octavia": "-D -d -f CONF -p PID -r VRRP",
    "neutron": "-P -f CONF -p PID -r VRRP -D",
}


@pytest.fixture
def keepalived(tmp_path):
    """A link of that name, as the manual says."""
    path = tmp_path / "keepalived"
    path.symlink_to(BUILD / "xbeatd")
    return path


def arguments(lab, text, configuration):
    places = {"CONF": configuration, "PID": lab.path("pid"), "VRRP": lab.path("vrrp.pid")}
    return [re.sub("CONF|VRRP|PID", lambda found: str(places[found[0]]), word) for word in shlex.split(text)]


def configured(lab):
    return Xbeatd(lab, NODE, instance())


def start(lab, program, text, daemon):
    """In the foreground."""
    name = "--daemon-name" if pathlib.Path(program).name == "keepalived" else "-i"
    daemon.process = lab.spawn(NODE, program, *arguments(lab, text, daemon.configuration), name, daemon.instance)
    wait_until(daemon.ready, f"{text} starts")
    daemon.wait_state("active")
    return daemon


@contextlib.contextmanager
def in_background(lab):
    """A daemon with a pid file; it is stopped afterwards."""
    pid = int(lab.path("pid").read_text())
    try:
        yield pid
    finally:
        os.kill(pid, signal.SIGTERM)
        wait_until(lambda: not pathlib.Path(f"/proc/{pid}").exists(), "it stops")


def check(program, *argv):
    return subprocess.run([program, *argv], capture_output=True, text=True, timeout=NEVER_SECONDS)


@pytest.mark.parametrize("form", FOREGROUND)
def test_argument_lists_of_keepalived(lab, keepalived, form):
    daemon = start(lab, keepalived, FOREGROUND[form], configured(lab))
    assert (daemon.proc() / "comm").read_text() == "keepalived\n", "pgrep finds it"
    for word, name in (("PID", "pid"), ("VRRP", "vrrp.pid")):
        if word in FOREGROUND[form].split():
            assert int(lab.path(name).read_text()) == daemon.process.pid
    assert daemon.stop() == 0
    assert not lab.path("pid").exists() and not lab.path("vrrp.pid").exists()
    assert not lab.has_address(NODE, VIP)


@pytest.mark.parametrize("form", BACKGROUND)
def test_argument_lists_of_keepalived_in_the_background(lab, keepalived, form):
    daemon = configured(lab)
    lab.run(NODE, keepalived, *arguments(lab, BACKGROUND[form], daemon.configuration), "--daemon-name", daemon.instance)
    with in_background(lab) as pid:
        assert lab.path("vrrp.pid").read_text() == f"{pid}\n"
        daemon.wait_state("active")
    assert not lab.path("pid").exists()


@pytest.mark.parametrize("closed", ["2>&-", "<&- >&- 2>&-"])
def test_start_with_closed_standard_streams(lab, closed):
    """Neither its lock nor its event loop gets their numbers."""
    daemon = configured(lab)
    lab.run(NODE, "sh", "-c", f'exec "$@" {closed}', "sh", BUILD / "xbeatd", "-c", daemon.configuration,
            "-i", daemon.instance, "-p", lab.path("pid"))
    with in_background(lab) as pid:
        daemon.wait_state("active")
        targets = {number: os.readlink(f"/proc/{pid}/fd/{number}") for number in os.listdir(f"/proc/{pid}/fd")}
        assert [targets.pop(number) for number in "012"] == ["/dev/null"] * 3
        assert [path for path in targets.values() if path.endswith(f"/{daemon.instance}.pid")], "its lock"


@pytest.mark.parametrize("text", ["-n -l -f CONF", "--dont-fork --log-console --use-file=CONF", "-f -c CONF",
                                  "-c CONF -f", "-nlG -f CONF -D -P"])
def test_xbeatd_takes_them_under_its_own_name(lab, text):
    assert start(lab, BUILD / "xbeatd", text, configured(lab)).stop() == 0


def test_unit_of_debian(lab, keepalived):
    """Type=notify, the configuration at its default place, default pid files."""
    daemon = configured(lab)
    place = lab.path("etc")
    place.mkdir()
    (place / "keepalived.conf").write_text(daemon.configuration.read_text())
    files = [pathlib.Path(f"/run/{name}.pid") for name in ("keepalived", "vrrp")]
    with ServiceManager(lab.path("notify")) as manager:
        script = f'mount --bind {place} /etc/keepalived && exec "$@"'
        daemon.process = lab.spawn(
            NODE, *manager.environment(), "unshare", "--mount", "sh", "-c", script, "sh",
            keepalived, "--dont-fork", "--daemon-name", daemon.instance)
        assert manager.wait_for_variable("READY", "1")["MAINPID"] == str(daemon.process.pid)
        assert {int(path.read_text()) for path in files} == {daemon.process.pid}
        assert daemon.stop() == 0
        manager.wait_for_variable("STOPPING", "1")
    assert not [path for path in files if path.exists()]


def test_what_has_no_effect_is_named_once(lab, keepalived):
    daemon = start(lab, keepalived, "-n -l -d -B -R -x -f CONF", configured(lab))
    lines = [line for line in daemon.process.output().splitlines() if "no effect" in line]
    assert [re.search("--([a-z_-]+)", line)[1] for line in lines] == ["dump-conf", "no_bfd", "dont-respawn", "snmp"]


@pytest.mark.parametrize("options, word", [("-V", "removes the addresses"), ("-C", "without VRRP"), ("-T", "genhash"),
                                           ("--nosuch", "nosuch"), ("-S local9", "local9"), ("CONF", "-f FILE")])
def test_what_would_do_something_else_is_refused(keepalived, options, word):
    done = check(keepalived, *options.split())
    assert done.returncode == 1 and word in done.stderr, done
    if options not in ("-V",):
        done = check(BUILD / "xbeatd", *options.split())
        assert done.returncode == 2 and word in done.stderr, done


def test_numbers_of_signals_are_keepaliveds(keepalived):
    for name in ("STOP", "RELOAD", "DATA", "STATS", "STATS_CLEAR", "JSON", "NONE"):
        ours, theirs = (check(program, f"--signum={name}") for program in (keepalived, KEEPALIVED))
        assert (ours.stdout, ours.returncode) == (theirs.stdout, theirs.returncode), name


GOOD = "vrrp_instance A {\ninterface eth0\nvirtual_router_id 5\n%s\nvirtual_ipaddress {\n10.9.9.9\n}\n}\n"


@pytest.mark.parametrize("line", ["", "foo bar", "priority 300", "advert_int x"])
def test_exit_status_of_a_check(lab, keepalived, line):
    path = lab.write("checked.conf", GOOD % line)
    ours, theirs = (lab.run(NODE, program, "-t", "-f", path, check=False) for program in (keepalived, KEEPALIVED))
    assert ours.returncode == theirs.returncode, (ours, theirs)
    log = lab.path("check.log")
    done = lab.run(NODE, keepalived, f"--config-test={log}", "-f", path, check=False)
    assert done.returncode == ours.returncode
    if line:
        assert "checked.conf:4:" in log.read_text() and not done.stderr


def test_conditions_compare_with_the_id(keepalived, lab):
    path = lab.write("checked.conf", GOOD % "@lb1 nosuch keyword")
    assert check(keepalived, "-t", "-f", path).returncode == 0
    assert "nosuch" in check(keepalived, "-t", "-f", path, "-i", "lb1").stderr
    assert "nosuch" in check(BUILD / "xbeatd", "-t", "-f", path, "--config-id=lb1").stderr


def test_missing_include_is_an_error_if_all_are_wanted(keepalived, lab):
    path = lab.write("checked.conf", "include nosuch.conf\n" + GOOD % "")
    assert check(keepalived, "-t", "-f", path).returncode == 0
    assert check(keepalived, "-t", "-e", "-f", path).returncode != 0


def start_with_log(lab, program, place, *options):
    """Starts a daemon whose /dev/log is a link to that path."""
    daemon = configured(lab)
    devices = lab.path("dev")
    devices.mkdir()
    script = (f"mount --rbind /dev {devices} && mount -t tmpfs none /dev && ln -s {devices}/* /dev && "
              f'ln -sf {place} /dev/log && exec "$@"')
    daemon.process = lab.spawn(NODE, "unshare", "--mount", "sh", "-c", script, "sh", program, *options,
                               "-f", daemon.configuration, "--daemon-name", daemon.instance)
    wait_until(daemon.ready, "it starts")
    return daemon


@contextlib.contextmanager
def syslog_at(place):
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as syslog:
        syslog.bind(str(place))
        syslog.settimeout(NEVER_SECONDS)
        yield syslog


def test_log_goes_to_syslog_with_its_facility(lab, keepalived):
    """And to the console, too."""
    place = lab.path("dev-log")
    with syslog_at(place) as syslog:
        daemon = start_with_log(lab, keepalived, place, "-nl", "-S", "local3")
        daemon.hang_up()
        line = syslog.recv(2048).decode()
    number = int(re.match(r"<(\d+)>", line)[1])
    assert number >> 3 == 16 + 3, line
    wait_until(lambda: line.split(": ", 1)[1] in daemon.process.output(), "the console has it, too")


def test_syslog_that_comes_later(lab, keepalived):
    """Until then lines go to stderr, and syslog gets their number."""
    place = lab.path("dev-log")
    daemon = start_with_log(lab, keepalived, place, "-n")
    wait_until(lambda: "/dev/log" in daemon.process.output(), "the missing socket is reported")
    before = daemon.process.output().partition("cannot reach syslog")[2].splitlines()
    with syslog_at(place) as syslog:
        daemon.hang_up()
        lines = [syslog.recv(2048).decode() for _ in range(2)]
    assert re.search(rf": {len(before)} log lines .*/dev/log", lines[0]), (lines, before)
    assert lines[1].split(": ", 1)[1] not in daemon.process.output()
