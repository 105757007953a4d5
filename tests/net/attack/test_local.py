# SPDX-License-Identifier: GPL-2.0-or-later
"""What users of a node can reach of a running daemon: an ordinary one the socket for applications
alone; a member of the group xbeat what is shown, and no application's page."""

import os
import shutil
import subprocess
import tempfile

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import block
from tests.support.laboratory import BUILD, NEVER_SECONDS, PINS, SOCKETS, STATE, wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
USER, GROUP = 65534, 4242
APPLICATION = block("vrrp_app web", f"user {USER}", "timeout 1s")

# Runs as the user: prints each path that can be read, written or connected to, and whether the
# daemon can be sent a signal and its memory read.
REACH = """
import os, pathlib, socket, sys
pid, paths = int(sys.argv[1]), sys.argv[2:]
for path in paths:
    try:
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM).connect(path)
        print("connect", path)
    except OSError:
        pass
    for way, name in ("rb", "read"), ("ab", "write"):
        try:
            open(path, way).close()
            print(name, path)
        except OSError:
            pass
try:
    os.kill(pid, 0)
    print("signal", pid)
except PermissionError:
    pass
try:
    pathlib.Path(f"/proc/{pid}/mem").open("rb")
    print("memory", pid)
except OSError:
    pass
"""


def with_group(lab):
    """The start of a command that sees a group xbeat."""
    groups = lab.path("group")
    shutil.copy("/etc/group", groups)
    with open(groups, "a") as file:
        file.write(f"xbeat:x:{GROUP}:\n")
    return ("unshare", "--mount", "sh", "-c", f'mount --bind {groups} /etc/group && exec "$@"', "sh")


def as_user(group, *command):
    return subprocess.run([*map(str, command)], user=USER, group=group, extra_groups=[], cwd="/", text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=NEVER_SECONDS)


def reached(daemon, *paths):
    done = as_user(USER, "/usr/bin/python3", "-c", REACH, daemon.process.pid, *paths)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_user_reaches_the_application_socket_and_nothing_else(lab):
    cluster = Cluster(lab)
    daemon = cluster.daemon("node-a", APPLICATION).start()
    cluster.daemon("node-b", APPLICATION).start()
    state = STATE / f"{daemon.instance}.routers"
    wait_until(state.exists, "the nodes that are known are stored")
    pins = [path for path in (PINS / daemon.instance).rglob("*") if path.is_file()]
    assert pins and len(lab.run_files("node-a")) >= 3
    found = reached(daemon, *lab.run_files("node-a"), *pins, state, cluster.key_file)
    assert found == [f"connect {SOCKETS / f'{daemon.instance}.app'}"]


# The lines of "vrrp_app web", and who may beat for it: (user, group), root apart.
BEATS = {
    "no one else": ("", set()),
    "a user": (f"user {USER}", {(USER, USER), (USER, GROUP)}),
    "a group": (f"user root {GROUP}", {(USER, GROUP)}),
}


@pytest.mark.parametrize("case", BEATS)
def test_members_of_the_group_may_look_not_beat(lab, case):
    """If it beat, a member could hide that an application hangs."""
    line, allowed = BEATS[case]
    daemon = Cluster(lab).daemon("node-a", block("vrrp_app web", line, "timeout 60s"))
    daemon.start(*with_group(lab))
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        xbeatctl = shutil.copy(BUILD / "xbeatctl", directory)
        app = (xbeatctl, "-i", daemon.instance, "app")
        assert as_user(GROUP, *app).returncode == 0, "it may look"
        assert as_user(USER, *app).returncode == 4
        found = {(USER, group) for group in (USER, GROUP)
                 if as_user(group, *app, "beat", "web").returncode == 0}
    assert found == allowed
    state, = (app["state"] for app in daemon.json("app"))
    assert state == ("beating" if allowed else "unopened")
    assert daemon.ctl("app", "beat", "web").returncode == 0, "root may"
