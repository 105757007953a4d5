# SPDX-License-Identifier: GPL-2.0-or-later
"""Server pools in an installation of its own, after an upgrade from one that had none, in this order."""

import re

import pytest

from tests.packages.conftest import package
from tests.packages.test_life import main_pid, repack
from tests.support.laboratory import wait_until

SERVER = "127.0.0.1:8081"
# It is without any interface, and forwards nothing, for this kernel is that of the machine.
POOL = """\
virtual_server 10.0.0.100 80 {{
    data_plane none
    protocol TCP
    delay_loop 100ms
    warmup 100ms
    alpha
    real_server 127.0.0.1 8081 {{
        HTTP_GET {{
            path /
        }}
        {check}
    }}
}}
"""
PING = "PING_CHECK {\n}"
MISC = "MISC_CHECK {\nmisc_path /etc/xbeat/check\n}"
VRRP = """\
vrrp_instance VI_1 {
    interface pool0
    virtual_router_id 52
    virtual_ipaddress {
        10.9.9.100
    }
}
"""
CAP_NET_RAW = 1 << 13
NO_CHECKER_USER = "! getent passwd xbeat-checker || userdel xbeat-checker"
# What the unit of an xbeatd without pools did not permit.
CHECKER_CAPABILITIES = "CapabilityBoundingSet=CAP_SETUID CAP_SETGID CAP_KILL\n"


def without_pools(folder):
    unit = folder / "lib/systemd/system/xbeatd.service"
    assert CHECKER_CAPABILITIES in unit.read_text()
    unit.write_text(unit.read_text().replace(CHECKER_CAPABILITIES, ""))
    users = folder / "usr/lib/sysusers.d/xbeat.conf"
    users.write_text(re.sub("^u xbeat-checker.*\n", "", users.read_text(), flags=re.M))
    (folder / "usr/sbin/xbeat-checker").unlink()


def configure(machine, check=""):
    machine.write("/etc/xbeat/xbeat.conf", VRRP + POOL.format(check=check))


def reload(machine, check=""):
    configure(machine, check)
    machine.run("systemctl", "reload", "xbeatd")


def checkers(machine):
    return [int(pid) for pid in machine.run("pgrep", "-x", "xbeat-checker", check=False).stdout.split()]


def status_of(machine, pid):
    """{"Uid": …} of /proc/PID/status."""
    lines = machine.run("cat", f"/proc/{pid}/status").stdout.splitlines()
    return dict(line.split(":\t", 1) for line in lines if ":\t" in line)


def is_up(machine):
    done = machine.run("xbeatctl", "pool", "explain", SERVER, check=False)
    return f"{SERVER} is up" in done.stdout


def wait_up(machine):
    wait_until(lambda: is_up(machine), lambda: machine.shell(
        f"xbeatctl pool explain {SERVER}; journalctl -n 20 -o cat -u xbeatd", check=False).stdout)


def downs(machine):
    return re.findall(r"server +127\.0\.0\.1:8081 +.*-> down", machine.run("xbeatctl", "events").stdout)


@pytest.fixture(scope="module", autouse=True)
def before(machine):
    """An installation that knows no pools, and runs."""
    machine.shell(NO_CHECKER_USER)
    machine.shell("rm -rf /etc/xbeat /run/xbeat; mkdir -p /etc/xbeat; ip link add pool0 type veth peer name pool1; "
                  "ip address add 10.9.9.1/24 dev pool0; ip link set pool0 up; ip link set pool1 up")
    machine.shell("mkdir -p /srv/www && systemd-run --unit=www python3 -m http.server -d /srv/www 8081")
    machine.write("/etc/xbeat/xbeat.conf", VRRP)
    machine.write("/etc/xbeat/check", "#!/bin/sh\ncat /proc/self/cgroup >/run/checked\n", mode=0o755)
    machine.run("dpkg", "--install", repack(machine, "xbeat", "0.0.1", without_pools))
    machine.run("systemctl", "enable", "--now", "xbeatd")


def test_an_upgrade_brings_pools(machine):
    """The daemon from before had no right to change users: the one that follows has it, and the address stays."""
    wait_until(lambda: "10.9.9.100" in machine.run("ip", "address", "show", "dev", "pool0").stdout, "it is Active")
    pid = main_pid(machine)
    machine.run("dpkg", "--install", machine.take(package("xbeat")))
    wait_until(lambda: main_pid(machine) not in (0, pid), "another process")
    assert "10.9.9.100" in machine.run("ip", "address", "show", "dev", "pool0").stdout
    assert not checkers(machine), "nothing is to be checked yet"
    reload(machine)
    wait_up(machine)


def test_the_checker_has_no_privileges(machine):
    pid, = checkers(machine)
    status = status_of(machine, pid)
    uid = machine.run("id", "--user", "xbeat-checker").stdout.strip()
    assert status["Uid"].split() == [uid] * 4 and uid != "0"
    assert status["Groups"].strip() == ""
    # Not the bounding set, for which the unit has no CAP_SETPCAP: it is without effect with no_new_privs.
    for name in ("CapInh", "CapPrm", "CapEff", "CapAmb"):
        assert int(status[name], 16) == 0, (name, status[name])
    assert status["NoNewPrivs"] == "1" and status["Seccomp"] == "2"


def test_ping_needs_one_capability(machine):
    reload(machine, PING)
    wait_up(machine)
    pid, = checkers(machine)
    status = status_of(machine, pid)
    assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == CAP_NET_RAW
    wait_until(lambda: re.search("ping 127.0.0.1:8081: echo reply", machine.run("xbeatctl", "pool", "show").stdout),
               lambda: machine.run("xbeatctl", "pool", "show").stdout)


def test_programs_run_in_the_service_of_scripts(machine):
    reload(machine, MISC)
    wait_until(lambda: machine.exists("/run/checked"), "the program has run")
    assert "xbeat-runner.service" in machine.run("cat", "/run/checked").stdout
    wait_up(machine)


def test_a_killed_checker_is_replaced(machine):
    pid, = checkers(machine)
    before = downs(machine)
    machine.run("kill", "-9", str(pid))
    wait_until(lambda: checkers(machine) not in ([], [pid]), "another one runs")
    wait_up(machine)
    assert downs(machine) == before


@pytest.mark.parametrize("command", ["xbeatctl restart", "systemctl restart xbeatd", "kill"])
def test_servers_stay_up_with_another_daemon(machine, command):
    pid = main_pid(machine)
    before = downs(machine)
    machine.shell(f"kill -9 {pid}" if command == "kill" else command)
    wait_until(lambda: main_pid(machine) not in (0, pid), "another process")
    wait_up(machine)
    wait_until(lambda: len(checkers(machine)) == 1, lambda: f"checkers: {checkers(machine)}")
    assert downs(machine) == before


def test_an_upgrade_replaces_the_checker(machine):
    pid, = checkers(machine)
    before = downs(machine)
    machine.run("dpkg", "--install", repack(machine, "xbeat", "0.1.3"))
    wait_until(lambda: len(checkers(machine)) == 1 and checkers(machine) != [pid], "another checker")
    program = machine.run("readlink", f"/proc/{checkers(machine)[0]}/exe").stdout
    assert program == "/usr/sbin/xbeat-checker\n", "of the new version"
    wait_up(machine)
    assert downs(machine) == before


def test_a_stop_ends_the_checker(machine):
    machine.run("systemctl", "stop", "xbeatd")
    wait_until(lambda: not checkers(machine), "no checker is left")


def test_removal(machine):
    machine.run("systemctl", "start", "xbeatd")
    wait_until(lambda: checkers(machine), "it checks again")
    machine.run("dpkg", "--purge", "xbeat")
    wait_until(lambda: not checkers(machine), "no checker is left")
    assert not machine.exists("/usr/sbin/xbeat-checker")
