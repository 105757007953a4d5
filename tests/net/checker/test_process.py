# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeat-checker as a process: its user, capabilities and system calls; that it ends with its daemon;
bounds of descriptors and memory."""

import os
import pwd
import signal
import subprocess
import time

import pytest

from tests.support.checker import ACCEPT, Checks, serve, status
from tests.support.laboratory import BUILD, wait_until

pytestmark = pytest.mark.laboratory(nodes=2, links=1)
PORT = 8080
QUICK = {"interval": 100, "first": 1, "timeout": 1000}
NET_RAW = 1 << 13


def capabilities(fields):
    return {name: int(fields[f"Cap{name}"], 16) for name in ("Eff", "Prm", "Inh", "Bnd", "Amb")}


def none_but(raw):
    return {"Eff": raw, "Prm": raw, "Inh": 0, "Bnd": 0, "Amb": 0}


def gone(pid):
    return not os.path.exists(f"/proc/{pid}")


def test_it_is_an_ordinary_user_without_capabilities(lab):
    with Checks(lab, user="daemon") as checks:
        checks.check("tcp", lab.address("node-b"), PORT, **QUICK)
        checks.wait_event(up=False)
        fields = status(checks.wait_checker())
    user = pwd.getpwnam("daemon")
    assert fields["Uid"].split() == [str(user.pw_uid)] * 4
    assert fields["Gid"].split() == [str(user.pw_gid)] * 4
    assert fields["Groups"].split() == []
    assert capabilities(fields) == none_but(0)
    assert (fields["NoNewPrivs"], fields["Seccomp"]) == ("1", "2")


def test_without_a_configured_user_it_is_nobody(lab):
    with Checks(lab) as checks:
        checks.check("tcp", lab.address("node-b"), PORT, **QUICK)
        fields = status(checks.wait_checker())
    with_own = {user.pw_name: user for user in pwd.getpwall()}
    wanted = with_own.get("xbeat-checker") or with_own["nobody"]
    assert fields["Uid"].split()[0] == str(wanted.pw_uid)


def test_an_unknown_user_is_named(lab):
    with Checks(lab, user="no-such-user") as checks:
        checks.check("tcp", lab.address("node-b"), PORT, **QUICK)
        wait_until(lambda: 'no user "no-such-user": create it' in checks.log(), checks.log)


@pytest.mark.parametrize("kind, more", [("ping", {}), ("tcp", {"mark": 7})])
def test_ping_and_marks_need_one_capability(lab, kind, more):
    """A process without it is replaced, with its states, when a check needs it."""
    with Checks(lab) as checks:
        checks.check("tcp", lab.address("node-b"), PORT, **QUICK)
        checks.wait_event(up=False)
        first = checks.wait_checker()
        checks.add("tcp", lab.address("node-b"), PORT, **QUICK)
        checks.add(kind, lab.address("node-b"), PORT, **QUICK, **more)
        checks.use()
        checks.wait_event(check=1)
        assert not checks.record()["up"]
        second = checks.wait_checker(2)
        assert second != first and gone(first)
        assert capabilities(status(second)) == none_but(NET_RAW)


def test_without_the_capability_a_ping_accuses_no_server(lab):
    with Checks(lab, before=("setpriv", "--inh-caps=-all", "--bounding-set=-net_raw")) as checks:
        checks.check("ping", lab.address("node-b"), 0, **QUICK)
        record = checks.wait_total("local_error", 2)
        assert record["up"] and record["reason"] == "no raw socket: CAP_NET_RAW is missing"
        assert "PING_CHECK: Operation not permitted" in checks.log()


@pytest.mark.parametrize("kind, more", [("tcp", {}), ("udp", {}), ("dns", {}), ("http", {"path": "/"})])
def test_without_the_capability_a_mark_accuses_no_server(lab, kind, more):
    """As with it before Linux 5.17."""
    with Checks(lab, before=("setpriv", "--inh-caps=-all", "--bounding-set=-net_raw,-net_admin")) as checks:
        checks.check(kind, lab.address("node-b"), PORT, mark=7, **QUICK, **more)
        record = checks.wait_total("local_error", 2)
        assert record["up"] and record["reason"].startswith("fwmark: Operation not permitted; it needs Linux 5.17")
        assert "CAP_NET_RAW is missing" in checks.log()


def test_it_ends_with_its_daemon(lab):
    with Checks(lab) as checks:
        checks.check("tcp", lab.address("node-b"), PORT, **QUICK)
        checks.wait_event(up=False)
        pid = checks.wait_checker()
        checks.process.send_signal(signal.SIGKILL)
        wait_until(lambda: gone(pid), "it has ended")


def test_started_by_hand_it_explains_itself(lab):
    done = lab.run("node-a", BUILD / "xbeat-checker", check=False)
    assert done.returncode == 1
    assert "it is started by xbeatd" in done.stderr


def rss_kib(pid):
    return int(status(pid)["VmRSS"].split()[0])


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def test_ten_thousand_servers_fail_at_once(lab):
    """With an end of each in a second; then none of the connections is left."""
    count = 10000
    with Checks(lab) as checks:
        addresses = [f"10.77.0.{100 + i % 100}" for i in range(count)]
        lab.run("node-b", "sh", "-c", "for i in $(seq 100 199); do ip address add 10.77.0.$i/24 dev eth0; done")
        for index in range(count):
            checks.send("check", "tcp", addresses[index], 10000 + index // 100, "interval", 60000, "first", 1,
                        "warmup", 1, "timeout", 1000, "fall", 1)
        checks.use()
        checks.wait(lambda: len({each["check"] for each in checks.events if not each["up"]}) == count, "all are down")
        assert all(each["reason"].startswith("connection refused") for each in checks.events)
        pid = checks.wait_checker()
        wait_until(lambda: descriptors(pid) < 30, "connections are closed")
        assert rss_kib(pid) < 60 * 1024, rss_kib(pid)


def test_without_descriptors_a_check_waits(lab):
    """More connections than there are descriptors for, none of which is answered."""
    with Checks(lab, before=("prlimit", "--nofile=40:40", "setpriv", "--inh-caps=-all", "--bounding-set=-sys_resource")) as checks:
        lab.run("node-a", "ip", "neigh", "replace", lab.address("node-b"), "lladdr", lab.mac("node-b", "eth0"), "dev", "eth0")
        lab.lose("node-b", "out")
        for index in range(60):
            checks.add("tcp", lab.address("node-b"), 1000 + index, **{**QUICK, "interval": 200, "timeout": 60000})
        checks.use()
        wait_until(lambda: sum(each["local_error"] > 0 for each in checks.records(60).values()) >= 20, "some wait")
        errors = [each for each in checks.records(60).values() if each["local_error"]]
        assert all(each["up"] and not each["bad"] for each in errors)
        assert errors[0]["reason"].startswith("socket: Too many open files"), errors[0]["reason"]
        assert checks.wait_checker()
        assert "libevent" not in checks.log()


def test_one_that_makes_no_progress_is_replaced(lab):
    with Checks(lab) as checks:
        checks.check("tcp", lab.address("node-b"), PORT, **QUICK)
        checks.wait_event(up=False)
        pid = checks.wait_checker()
        os.kill(pid, signal.SIGSTOP)
        other = checks.wait_checker(2)
        assert other != pid and gone(pid)
        assert f"(pid {pid}) makes no progress for 30 s: it is killed" in checks.log()
        assert not checks.record()["up"]


def test_without_the_starter_one_that_makes_no_progress_is_reported_once(lab):
    with Checks(lab) as checks:
        checks.check("tcp", lab.address("node-b"), PORT, **QUICK)
        checks.wait_event(up=False)
        pid = checks.wait_checker()
        os.kill(int(status(pid)["PPid"]), signal.SIGKILL)
        wait_until(lambda: "was killed: a runner" in checks.log(), "the starter is missed")
        os.kill(pid, signal.SIGSTOP)
        wait_until(lambda: "makes no progress" in checks.log(), "the stall is reported")
        time.sleep(6)  # WATCH_NS, and a second
        os.kill(pid, signal.SIGCONT)
        assert checks.log().count("no progress") == 1 and "it is killed" not in checks.log()
        assert "stop and start xbeatd" in checks.log().split("no progress")[1]


def test_a_set_without_descriptors(lab):
    """No server is checked, none is taken for another one, and states stay until there are descriptors
    again."""
    servers = [serve(lab, "node-b", port, ACCEPT) for port in (8001, 8002)]
    address = lab.address("node-b")
    with Checks(lab) as checks:
        for port in (8001, 8002):
            checks.add("tcp", address, port, **QUICK)
        checks.use()
        servers[0].end(9)
        checks.wait_event(0, up=False)
        wait_until(lambda: checks.record(1)["good"], "the other one is checked")
        used = len(os.listdir(f"/proc/{checks.process.pid}/fd"))
        pid, starts = checks.checker()
        subprocess.run(["prlimit", f"--pid={checks.process.pid}", f"--nofile={used - 1}:"], check=True)
        for port in (8002, 8001):
            checks.add("tcp", address, port, **QUICK)
        checks.use()
        assert checks.records(2) == {}
        wait_until(lambda: "no server is checked" in checks.log(), checks.log)
        subprocess.run(["prlimit", f"--pid={checks.process.pid}", "--nofile=1024:"], check=True)
        checks.wait_checker(starts + 1)
        wait_until(lambda: len(checks.records(2)) == 2, lambda: f"both are checked: {checks.log()}")
        assert [checks.record(check)["up"] for check in (0, 1)] == [True, False]
        assert [checks.record(check)["changed_ns"] == 0 for check in (0, 1)] == [True, False]
