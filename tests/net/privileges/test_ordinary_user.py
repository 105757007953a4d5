# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatd as an ordinary user with ambient capabilities, as with User= and AmbientCapabilities= of
systemd: it has directories of its own, and no right to those of root."""

import contextlib
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import VIP, Settings, block
from tests.support.laboratory import BUILD, NEVER_SECONDS, wait_until
from tests.support.privileges import mask, sets, threads
from tests.support.xbeatd import Xbeatd, wait_up

pytestmark = pytest.mark.laboratory(nodes=2)
USER = 4711
BPFFS = pathlib.Path("/sys/fs/bpf")
CAPABILITIES = ("bpf", "perfmon", "net_admin", "net_raw", "net_bind_service", "sys_nice", "ipc_lock")
# Directories of the user in the place of root's. The bpf file system is the machine's, so that what is
# pinned outlives the mount namespace.
PLACES = """
set -e
mount --bind "$1" /sys/fs/bpf
mkdir -p /run/xbeat /var/lib/xbeat
mount --bind "$2/run" /run/xbeat
mount --bind "$2/state" /var/lib/xbeat
echo ready
exec sleep infinity
"""


def as_user(*capabilities):
    listed = ",".join(["-all", *(f"+{name}" for name in capabilities)])
    return ("setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", f"--inh-caps={listed}",
            f"--ambient-caps={listed}", f"--bounding-set={listed}")


class OfUser(Xbeatd):
    """Its socket is seen at another path from outside its mount namespace."""

    def ctl_argv(self, *arguments):
        return [self.build / "xbeatctl", "-s", self.seen, *arguments]


@pytest.fixture
def home(lab):
    """A directory that every user can enter, with a copy of xbeatd."""
    with tempfile.TemporaryDirectory() as directory:
        path = pathlib.Path(directory)
        path.chmod(0o755)
        for name in ("run", "state"):
            (path / name).mkdir()
            os.chown(path / name, USER, USER)
        shutil.copy(BUILD / "xbeatd", path)
        yield path


@pytest.fixture
def bpffs(lab):
    path = BPFFS / f"{lab.name}-user"
    (path / "xbeat").mkdir(parents=True)
    path.chmod(0o755)
    (path / "xbeat").chmod(0o700)
    os.chown(path / "xbeat", USER, USER)
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture
def daemon(lab, home, bpffs):
    """On node-a, not started; use daemon.as_user()."""
    # A start on a busy machine takes its time.
    settings = Settings(advert_interval="0.1", daemon_timeout="20s",
                        heartbeat_lines=["guard_timeout 20s", "restart_grace 20s"])
    cluster = Cluster(lab, settings)
    peer = cluster.daemon("node-b")
    key = shutil.copy(cluster.key_file, home)
    os.chown(key, USER, USER)
    os.chmod(key, 0o400)
    cluster.key_file = pathlib.Path(key)
    script = home / "notify"
    script.write_text(f"#!/bin/sh\nid -u >>{home}/run/notified\n")
    script.chmod(0o755)
    node = cluster.daemon("node-a", block("global_defs", f"script_user {USER}"), instance=False)
    text = node.configuration.read_text() + cluster.vrrp_instance("node-a", "heartbeat lan", f"notify_master {script}")
    places = lab.spawn("node-a", "unshare", "--mount", "sh", "-c", PLACES, "sh", bpffs, home)
    wait_until(lambda: "ready" in places.output(), places.output)
    made = OfUser(lab, "node-a", text)
    made.configuration = home / "xbeat.conf"
    made.configuration.write_text(text)
    made.seen = home / "run" / f"{made.instance}.sock"
    made.argv = lambda: [home / "xbeatd", "-f", "-c", made.configuration, "-i", made.instance]
    made.other = peer
    made.home = home
    made.inside = ("nsenter", f"--mount=/proc/{places.pid}/ns/mnt")
    yield made
    with contextlib.suppress(Exception):
        made.process.end(signal.SIGKILL)


def test_it_works(lab, daemon):
    daemon.start(*daemon.inside, *as_user(*CAPABILITIES))
    daemon.wait_state("active")
    assert lab.has_address("node-a", VIP)
    for thread in threads(daemon):
        assert set(thread["Uid"].split()) == {str(USER)}
        assert sets(thread)["Eff"] == mask(CAPABILITIES) and sets(thread)["Amb"] == 0
    peer = daemon.other.start()
    wait_up(daemon, peer)
    status = daemon.json("status")
    assert status["scheduling"]["policy"] == "deadline" and status["scheduling"]["memory_locked"]
    assert "guard_refused_reason" not in status
    wait_until((daemon.home / "run" / "notified").exists, "a script has run")
    assert (daemon.home / "run" / "notified").read_text().split() == [str(USER)]
    daemon.json("reload")
    # It was killed: the next one goes on.
    epoch = status["epoch"]
    daemon.kill()
    daemon.start(*daemon.inside, *as_user(*CAPABILITIES))
    assert daemon.json("status")["epoch"] == epoch
    daemon.wait_state("active")
    assert peer.activations() == []
    assert daemon.stop() == 0
    assert not lab.has_address("node-a", VIP) and not lab.has_program("node-a")
    assert not (daemon.home / "run" / f"{daemon.instance}.sock").exists()


def test_its_own_user_may_change_it(daemon):
    daemon.start(*daemon.inside, *as_user(*CAPABILITIES))
    xbeatctl = shutil.copy(BUILD / "xbeatctl", daemon.home)
    done = {user: subprocess.run([xbeatctl, "-s", daemon.seen, "priority", "VI_1", "77"], user=user, group=user,
                                 extra_groups=[], capture_output=True, timeout=NEVER_SECONDS).returncode
            for user in (USER, USER + 1)}
    assert done == {USER: 0, USER + 1: 4}


def test_with_a_group_that_it_is_no_member_of(lab, daemon):
    """The package makes the group xbeat. Without it the socket is the user's alone."""
    groups = daemon.home / "group"
    shutil.copy("/etc/group", groups)
    with open(groups, "a", encoding="ascii") as file:
        file.write("\nxbeat:x:4242:\n")
    lab.run("node-a", *daemon.inside, "mount", "--bind", groups, "/etc/group")
    daemon.start(*daemon.inside, *as_user(*CAPABILITIES))
    assert os.stat(daemon.seen).st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", CAPABILITIES[:5])
def test_a_missing_capability_is_named(lab, daemon, name):
    rest = [other for other in CAPABILITIES if other != name]
    done = lab.run("node-a", *daemon.inside, *as_user(*rest), *daemon.argv(), check=False)
    line, = done.stderr.splitlines()
    assert done.returncode == 1 and f"missing capabilities: CAP_{name.upper()}" in line


def test_it_names_what_to_make(lab, daemon, bpffs):
    """Without a directory of its own it does not start, and names what it needs."""
    (bpffs / "xbeat").rmdir()
    done = lab.run("node-a", *daemon.inside, *as_user(*CAPABILITIES), *daemon.argv(), check=False)
    assert done.returncode == 1
    assert f"install -d -m 0700 -o {USER} /sys/fs/bpf/xbeat" in done.stderr, done.stderr
