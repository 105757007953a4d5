# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd in a container with PID and mount namespaces of its own, on an interface that outlives it:
when all of the container dies at once, what it pinned dies with it, but the fence does not."""

import contextlib
import os
import pathlib
import signal
import subprocess
import time

import pytest

from tests.net.guard.test_guard import HANDOVER_MS, SETTINGS, check_owners, watch_guarded
from tests.net.guard.test_upkeep import GUARDED, interface
from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, instance
from tests.support.container import container, inner_pids, kill_init
from tests.support.laboratory import wait_until
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
# No process of it can mount, or find programs by their ids.
NO_ADMIN = "setpriv --bounding-set -sys_admin --inh-caps -sys_admin"


@contextlib.contextmanager
def cgroup_root(lab):
    """Where the second version is mounted."""
    mounts = (line.split() for line in pathlib.Path("/proc/mounts").read_text().splitlines())
    root = next((mount[1] for mount in mounts if mount[2] == "cgroup2"), None)
    if root:
        yield pathlib.Path(root)
        return
    own = lab.path("cgroup")
    own.mkdir()
    subprocess.run(["mount", "-t", "cgroup2", "cgroup2", own], check=True)
    try:
        yield own
    finally:
        subprocess.run(["umount", own], check=True)


def removed(directory):
    """A group is busy until its processes have been waited for."""
    with contextlib.suppress(OSError):
        directory.rmdir()
    return not directory.exists()


def kill_cgroup(daemon):
    """All processes in one step, as a container manager does."""
    with cgroup_root(daemon.lab) as root:
        group = root / daemon.instance
        group.mkdir()
        try:
            for pid in [daemon.process.pid, *inner_pids(daemon)]:
                (group / "cgroup.procs").write_text(str(pid))
            (group / "cgroup.kill").write_text("1")
            daemon.process.wait()
        finally:
            wait_until(lambda: removed(group), "all are dead")


def adopted(daemon):
    return any("adopted" in event["reason"] for event in daemon.events() if event["kind"] == "daemon")


def start_contained(lab, **changes):
    """As start_guarded(), but node-a's daemon is in a container."""
    cluster = Cluster(lab, Settings(**{**SETTINGS, **changes}))
    cluster.daemon("node-a").start(*container())
    cluster.start_xbeatd("node-b")
    cluster.wait_up()
    cluster.wait_holder("node-a")
    return watch_guarded(cluster)


@pytest.mark.parametrize("kill", [kill_init, kill_cgroup])
def test_fence_outlives_the_container(lab, kill):
    guarded = start_contained(lab)
    first = guarded["node-a"]
    assert interface(first)["attached_by"] == "netlink"
    assert "guard" in first.vrrp()
    killed = lab.moment(lambda: kill(first))
    guarded["node-b"].wait_state("active")
    activation, = guarded["node-b"].activations()
    assert killed.most_ms(activation) > 900, "it waits for restart_grace, or the guard"
    assert lab.has_address("node-a", VIP) and lab.has_program("node-a")
    time.sleep(1)
    # The next container removes the address before it lifts the fence.
    first.start(*container())
    assert adopted(first)
    first.wait_state("active")
    guarded.wait_holder("node-a")
    check_owners(guarded.watch, "node-a", "node-b", "node-a", two_owners_ms=HANDOVER_MS)
    os.kill(inner_pids(first)[1], signal.SIGTERM)
    first.process.wait()
    assert not lab.has_program("node-a") and not lab.has_address("node-a", VIP)


def test_stopped_daemon_whose_container_dies(lab):
    guarded = start_contained(lab)
    os.kill(inner_pids(guarded["node-a"])[1], signal.SIGSTOP)
    time.sleep(0.3)
    kill_init(guarded["node-a"])
    guarded["node-b"].wait_state("active")
    time.sleep(1)
    check_owners(guarded.watch, "node-a", "node-b")


def test_next_container_within_the_grace(lab):
    """A start takes seconds where many share a processor."""
    guarded = start_contained(lab, daemon_timeout="20s", heartbeat_lines=["restart_grace 20s"])
    kill_init(guarded["node-a"])
    guarded["node-a"].start(*container()).wait_state("active")
    time.sleep(0.5)
    check_owners(guarded.watch, "node-a", outage_ms=20)
    assert not guarded["node-b"].activations()


def test_addresses_that_the_next_container_does_not_know(lab):
    """Without heartbeats, too: the earlier program is found on the interface."""
    node = Xbeatd(lab, "node-a", instance() + instance("VI_2", vrid=52, vips=["10.77.0.110/24"]))
    node.start(*container()).wait_state("active", "VI_2")
    node.wait_state("active")
    kill_init(node)
    node.configure(instance("VI_2", vrid=52, vips=["10.77.0.110/24"]))
    node.start(*container()).wait_state("active", "VI_2")
    assert not lab.has_address("node-a", VIP) and lab.has_address("node-a", "10.77.0.110")


@pytest.mark.laboratory(nodes=1, links=2)
def test_interface_that_the_next_container_does_not_use(lab):
    """The tc program, which is attached beside the XDP program, goes too, with its qdisc."""
    node = Xbeatd(lab, "node-a", instance()).start(*container())
    assert "clsact" in lab.run("node-a", "tc", "qdisc", "show", "dev", "eth0").stdout
    kill_init(node)
    node.configure(instance(interface="eth1", vips=["10.77.1.100/24"])).start(*container())
    assert not lab.has_program("node-a")
    assert "clsact" not in lab.run("node-a", "tc", "qdisc", "show", "dev", "eth0").stdout


def test_removed_program_is_attached_again(lab):
    """By netlink anybody can remove it."""
    guarded = start_contained(lab)
    for mode in ("xdpdrv", "xdpgeneric"):  # one of them is in use
        lab.run("node-a", "ip", "link", "set", "dev", "eth0", mode, "off")
    wait_until(lambda: interface(guarded["node-a"])["reattached_count"] > 0, "it is attached again")
    assert lab.has_program("node-a")
    check_owners(guarded.watch, "node-a", outage_ms=20)


def test_guard_is_refused_where_nothing_survives(lab):
    """It runs, but does not promise a fence, and names the remedy."""
    cluster = Cluster(lab, Settings(**SETTINGS))
    first = cluster.daemon("node-a").start(*container(wrapper=NO_ADMIN))
    other = cluster.daemon("node-b").start()
    first.wait_state("active")
    assert "guard" not in first.vrrp()
    lines = [line for line in first.process.output().splitlines() if "not guarded" in line]
    assert len(lines) == 1 and "mount -t bpf -o mode=0700 bpf /sys/fs/bpf" in lines[0], lines
    assert "-v /sys/fs/bpf:/sys/fs/bpf" in lines[0]
    reason = first.json("status")["guard_refused_reason"]
    assert reason in lines[0] and reason in first.explain()["said"]
    assert "guard_refused_reason" not in other.json("status")
    wait_until(lambda: other.vrrp()["state"] == "backup" and other.verdict("node-a") == "up", "it hears it")
    assert not other.map("xb_peers")[0]["instances"][0]["family_flags"] & GUARDED


def test_bpf_file_system_of_the_host(lab):
    """Mounted into a container that could not have mounted it."""
    node = Xbeatd(lab, "node-a", instance())
    node.start(*container(before=":", wrapper=NO_ADMIN)).wait_state("active")
    assert interface(node)["attached_by"] == "link" and "guard" in node.vrrp()


def test_no_bpf_file_system(lab):
    """/sys/fs/bpf does not exist and cannot be made: nothing is pinned, and the next daemon finds
    all on the interface."""
    node = Xbeatd(lab, "node-a", instance())
    prefix = ("unshare", "--mount", "sh", "-c", 'mount -t tmpfs -o ro none /sys/fs && exec "$@"', "sh")
    node.start(*prefix).wait_state("active")
    assert "run \"mount -t bpf -o mode=0700 bpf /sys/fs/bpf\"" in node.process.output()
    assert "guard" in node.vrrp()
    node.kill()
    assert lab.has_program("node-a")
    node.start(*prefix).wait_state("active")
    assert adopted(node)
    assert node.stop() == 0 and not lab.has_program("node-a")
