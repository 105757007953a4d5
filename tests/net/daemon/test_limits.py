# SPDX-License-Identifier: GPL-2.0-or-later
"""Out of descriptors or memory: the message names the limit, the daemon works on, and recovers."""

import json
import pathlib
import subprocess
import time

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import BUILD, wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
# Of a processor, with a client that waits: it is not asked for again and again.
SHARE_MAX = 0.2


def limit(pid, name, value):
    subprocess.run(["prlimit", f"--pid={pid}", f"--{name}={value}:"], check=True)


def limit_of_descriptors(pid):
    return subprocess.run(["prlimit", f"--pid={pid}", "--nofile", "--output=SOFT", "--noheadings"],
                          check=True, text=True, capture_output=True).stdout.strip()


def used(pid):
    return len(list(pid.iterdir()))


def long_instance(vrid):
    return instance(f"VI_long_{vrid}", vrid=vrid, vips=[f"10.1.{vrid}.{host}" for host in range(1, 60)])


@pytest.fixture
def daemon(cluster):
    return cluster.daemon("node-a").start_active()


def test_the_hard_limit_is_used(cluster):
    daemon = cluster.daemon("node-a").start("prlimit", "--nofile=64:4096")
    assert limit_of_descriptors(daemon.process.pid) == "4096"


def test_too_few_descriptors_are_refused_at_the_start(lab, cluster):
    daemon = cluster.daemon("node-a")
    daemon.process = lab.spawn("node-a", "prlimit", "--nofile=40", BUILD / "xbeatd", "-f", "-c",
                               daemon.configuration, "-i", daemon.instance)
    assert daemon.process.wait() == 1
    assert daemon.process.output().splitlines() == [
        "xbeatd: at most 40 open files (hard RLIMIT_NOFILE), and xbeatd needs at least 128: raise "
        "LimitNOFILE= or ulimit -Hn"]


def test_clients_wait_while_no_descriptor_is_free(daemon):
    limit(daemon.process.pid, "nofile", used(daemon.proc() / "fd"))
    client = daemon.command("status")
    wait_until(lambda: "cannot accept a connection" in daemon.process.output(), "accept is refused")
    before_ns = daemon.cpu_ns()
    moment = daemon.lab.moment(lambda: time.sleep(1))
    assert daemon.cpu_ns() - before_ns < SHARE_MAX * (moment.after_ns - moment.before_ns)
    assert client.poll() is None
    limit(daemon.process.pid, "nofile", 4096)
    answer, _ = client.communicate()
    assert client.returncode == 0 and json.loads(answer)["state"] == "running"
    messages = [line for line in daemon.process.output().splitlines() if "RLIMIT_NOFILE" in line]
    assert len(messages) == 1 and "Too many open files" in messages[0] and "LimitNOFILE=" in messages[0]
    assert daemon.state() == "active"


def test_reload_without_descriptors(daemon):
    before = used(daemon.proc() / "fd")
    limit(daemon.process.pid, "nofile", before)
    daemon.hang_up()
    wait_until(lambda: "reload: " in daemon.process.output(), "the reload is refused")
    assert "RLIMIT_NOFILE" in daemon.process.output()
    limit(daemon.process.pid, "nofile", 4096)
    daemon.json("reload")
    assert used(daemon.proc() / "fd") == before


def test_reloads_with_few_descriptors(daemon):
    """However few are free, each refusal names the limit."""
    before = used(daemon.proc() / "fd")
    reloads = []
    while not reloads or "reloaded" not in reloads[-1]:
        limit(daemon.process.pid, "nofile", before + len(reloads))
        daemon.hang_up()
        reloads = wait_until(lambda: (lines := [line for line in daemon.process.output().splitlines()
                                                if "reload" in line])[len(reloads):] and lines, "a reload ends")
        assert "reloaded" in reloads[-1] or "RLIMIT_NOFILE" in reloads[-1], reloads
    assert len(reloads) > 1


def test_interface_that_comes_back_without_descriptors(lab, daemon):
    """No change of it comes later: the daemon itself tries again."""
    limit(daemon.process.pid, "nofile", used(daemon.proc() / "fd"))
    lab.run("node-a", "ip", "link", "set", "eth0", "down")
    wait_until(lambda: "active -> initialize" in daemon.process.output(), "active -> initialize")
    lab.run("node-a", "ip", "link", "set", "eth0", "name", "other")
    wait_until(lambda: "interface eth0: present -> gone" in daemon.process.output(), "interface eth0: present -> gone")
    lab.run("node-a", "ip", "link", "set", "other", "name", "eth0")
    lab.run("node-a", "ip", "link", "set", "eth0", "up")
    wait_until(lambda: "interface eth0: gone -> present" in daemon.process.output(), "interface eth0: gone -> present")
    limit(daemon.process.pid, "nofile", 4096)
    daemon.wait_state("active")


def test_script_without_descriptors(cluster):
    script = block("vrrp_script s", "script /bin/true", "interval 1", "user root")
    daemon = cluster.daemon("node-a", script, instance=False)
    daemon.configure(daemon.configuration.read_text(), cluster.vrrp_instance(
        "node-a", block("track_script", "s weight 1")))
    daemon.start()
    daemon.wait_tracked("s", "up")
    runner = daemon.child()
    limit(runner, "nofile", used(pathlib.Path(f"/proc/{runner}/fd")))
    reason = daemon.wait_tracked("s", "down")["reason"]
    assert "Too many open files" in reason and "RLIMIT_NOFILE" in reason
    limit(runner, "nofile", 4096)
    daemon.wait_tracked("s", "up")


def test_reload_beyond_the_limit_of_locked_memory(cluster):
    """Without CAP_IPC_LOCK."""
    daemon = cluster.daemon("node-a").start("setpriv", "--bounding-set=-ipc_lock", "prlimit",
                                            "--memlock=8388608")
    assert daemon.json("status")["scheduling"]["memory_locked"]
    event_log = (daemon.proc() / "smaps").read_text().split(".events\n")[1]
    assert " lo" in event_log[event_log.index("VmFlags:"):].splitlines()[0]  # the loop writes it
    daemon.reload(daemon.configuration.read_text(), *(long_instance(vrid) for vrid in range(52, 256)))
    assert daemon.memory_kib("VmRSS") > 8192


def test_configuration_that_memory_does_not_hold(lab):
    """However little memory there is, each failure names it."""
    path = lab.write("long.conf", "".join(map(long_instance, range(1, 256))))
    named = 0
    for kib in range(6 * 1024, 16 * 1024, 128):
        done = subprocess.run(["prlimit", f"--as={kib * 1024}", BUILD / "xbeatd", "-t", "-c", path],
                              text=True, capture_output=True, check=False)
        if done.returncode == 0:
            break
        if done.returncode != 127:  # the program was loaded
            assert "memory" in done.stderr, done.stderr
            named += f"RLIMIT_AS is {kib} KiB" in done.stderr
    assert done.returncode == 0 and named > 0
