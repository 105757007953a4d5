# SPDX-License-Identifier: GPL-2.0-or-later
"""Beats without a C program: the Python module, the request of the control socket, and messages of
sd_notify(3)."""

import json
import os
import shutil
import socket
import subprocess

import pytest

from tests.support.configuration import block, heartbeat
from tests.support.laboratory import BUILD, ROOT, SOCKETS, wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
NODE = "node-a"
USER, OTHER = 65534, 65533


@pytest.fixture
def start(lab, cluster):
    """Starts the node's xbeatd with a vrrp_app web of these lines."""
    def start(*lines, timeout="60s"):
        return cluster.daemon(NODE, block("vrrp_app web", f"timeout {timeout}", *lines),
                              instance=False).start()
    return start


@pytest.fixture
def notify_path(lab):
    """In the directory of xbeatd: other users can write the laboratory's."""
    SOCKETS.mkdir(mode=0o755, exist_ok=True)
    path = SOCKETS / f"{lab.instance(NODE)}.notify"
    yield path
    path.unlink(missing_ok=True)


def shown(daemon):
    return daemon.json("app")[0]


def wait_shown(daemon, state):
    wait_until(lambda: shown(daemon)["state"] == state, lambda: f"{state}: {shown(daemon)}")


def as_user(lab, uid, *command):
    """Runs it beside the daemon as another user. Returns the completed process."""
    return lab.run(NODE, "setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *command, check=False)


def request(path, **parameters):
    """One request over the socket, as a program without libxbeat makes it."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(str(path))
        connection.sendall(json.dumps({"method": "beat", "parameters": parameters}).encode() + b"\0")
        answer = b""
        while not answer.endswith(b"\0"):
            received = connection.recv(4096)
            assert received, answer
            answer += received
    return json.loads(answer[:-1])


def notify(path, *lines):
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.sendto("\n".join(lines).encode(), str(path))


PROGRAM = """
import sys, xbeat
with xbeat.App("web", daemon=sys.argv[1]) as app:
    assert app.timeout == 60, app.timeout
    print("opened", flush=True)
    for line in sys.stdin:
        print(app.beat(), flush=True)
try:
    app.beat()
except ValueError as error:
    print(error)
"""


@pytest.fixture
def python_library(tmp_path):
    """What a package installs: the module, and the library under its soname."""
    shutil.copytree(ROOT / "python" / "xbeat", tmp_path / "xbeat")
    shutil.copy(BUILD / "libxbeat.so.0", tmp_path)
    for path in [tmp_path, *tmp_path.rglob("*")]:
        path.chmod(0o755 if path.is_dir() else 0o644)
    return {"PYTHONPATH": tmp_path, "LD_LIBRARY_PATH": tmp_path, "PYTHONDONTWRITEBYTECODE": "1"}


def python(lab, environment, program):
    return subprocess.Popen(["/usr/bin/python3", "-c", program, lab.instance(NODE)], text=True,
                            env={**os.environ, **{name: str(value) for name, value in environment.items()}},
                            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


def ask_for_beat(process):
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_python(lab, start, python_library):
    node = start()
    with python(lab, python_library, PROGRAM) as program:
        assert program.stdout.readline() == "opened\n"
        wait_shown(node, "late")
        assert ask_for_beat(program) == "True"
        entry = shown(node)
        assert entry["state"] == "beating" and entry["opened_by_pid"] == program.pid, entry
        node.stop()
        assert ask_for_beat(program) == "False"
        node.start()
        assert shown(node)["state"] == "unopened"
        wait_until(lambda: ask_for_beat(program) == "True", "the page is opened again")
        assert shown(node)["state"] == "beating"
        assert program.communicate("")[0] == "application web is closed\n"


REFUSED = """
import sys, xbeat
try:
    xbeat.App("other", daemon=sys.argv[1])
except OSError as error:
    print(type(error).__name__, error)
"""


@pytest.mark.parametrize("running,message", [
    (True, "FileNotFoundError [Errno 2] cannot open application other: xbeatd's configuration has no vrrp_app"),
    (False, "ConnectionRefusedError [Errno 111] cannot open application other: no xbeatd with a vrrp_app")])
def test_python_names_what_is_wrong(lab, start, python_library, running, message):
    if running:
        start()
    with python(lab, python_library, REFUSED) as program:
        assert program.communicate()[0].startswith(message)


def test_beat_request(lab, start):
    node = start()
    for path in SOCKETS / f"{lab.instance(NODE)}.app", SOCKETS / f"{lab.instance(NODE)}.sock":
        assert request(path, name="web") == {"result": {"timeout_ns": 60 * 10**9, "name": "web"}}
        entry = shown(node)
        assert entry["state"] == "beating" and entry["opened_by_pid"] == os.getpid(), entry
    assert request(path, name="db")["error"] == "no_app"
    assert request(path)["error"] == "invalid_parameter"


def test_beat_request_of_a_user(lab, start, tmp_path):
    node = start("user nobody")
    program = """
import contextlib, socket, sys
connection = socket.socket(socket.AF_UNIX)
connection.connect(sys.argv[1])
with contextlib.suppress(BrokenPipeError):  # refused before it is read
    connection.sendall(b'{"method":"beat","parameters":{"name":"web"}}\\0')
print(connection.recv(4096).decode())
"""
    path = SOCKETS / f"{lab.instance(NODE)}.app"
    assert "not_permitted" in as_user(lab, OTHER, "/usr/bin/python3", "-c", program, path).stdout
    assert shown(node)["state"] == "unopened"
    assert '"timeout_ns"' in as_user(lab, USER, "/usr/bin/python3", "-c", program, path).stdout
    entry = shown(node)
    assert entry["state"] == "beating" and entry["opened_by_uid"] == USER, entry


def test_sd_notify(lab, start, notify_path):
    node = start(f"notify_socket {notify_path}")
    assert notify_path.stat().st_mode & 0o777 == 0o600
    assert shown(node)["notify_socket"] == str(notify_path)
    notify(notify_path, "STATUS=starting", "MAINPID=1")
    wait_until(lambda: shown(node).get("status") == "starting", "its status")
    assert shown(node)["state"] == "unopened"
    notify(notify_path, "READY=1")
    wait_shown(node, "beating")
    assert shown(node)["opened_by_pid"] == os.getpid()
    notify(notify_path, "STOPPING=1")
    wait_shown(node, "late")
    # The real program.
    lab.run(NODE, "env", f"NOTIFY_SOCKET={notify_path}", "systemd-notify", "STATUS=serving 12 users", "WATCHDOG=1")
    wait_shown(node, "beating")
    assert "status: serving 12 users" in node.text("app")
    notify(notify_path, "WATCHDOG=trigger")
    wait_shown(node, "late")


def test_a_barrier_ends(lab, start, notify_path):
    """sd_notify_barrier(3) passes a pipe and waits until its other end is closed."""
    start(f"notify_socket {notify_path}")
    reader, writer = os.pipe()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.connect(str(notify_path))
        socket.send_fds(sender, [b"BARRIER=1"], [writer])
    os.close(writer)
    assert os.read(reader, 1) == b""
    os.close(reader)


def test_who_may_notify(lab, start, notify_path):
    """Only the application's user and root reach the socket."""
    node = start(f"notify_socket {notify_path}", "user nobody")
    wrong, right = (as_user(lab, uid, "env", f"NOTIFY_SOCKET={notify_path}", "systemd-notify", "WATCHDOG=1")
                    for uid in (OTHER, USER))
    assert wrong.returncode and not right.returncode, (wrong, right)
    wait_shown(node, "beating")
    assert shown(node)["opened_by_uid"] == USER


def test_reload_changes_the_socket(lab, start, notify_path):
    node = start(f"notify_socket {notify_path}")
    other = notify_path.with_suffix(".other")

    def reload(*lines):
        node.reload(heartbeat(lab), block("vrrp_app web", "timeout 60s", *lines))

    reload(f"notify_socket {other}")
    assert not notify_path.exists() and other.exists()
    notify(other, "WATCHDOG=1")
    wait_shown(node, "beating")
    reload()
    assert not other.exists() and shown(node)["state"] == "beating"
    reload(f"notify_socket {notify_path}")
    node.stop()
    assert not notify_path.exists()


def test_a_killed_daemon_s_socket_is_replaced(start, notify_path):
    node = start(f"notify_socket {notify_path}")
    node.kill()
    assert notify_path.exists()
    node.start()
    notify(notify_path, "WATCHDOG=1")
    wait_shown(node, "beating")


@pytest.mark.parametrize("kind,message", [
    ("file", "exists and is not a socket; remove it, or name another path"),
    ("directory", "other users can change"),
    ("missing", "No such file or directory")])
def test_bad_sockets(lab, cluster, notify_path, tmp_path, kind, message):
    path = {"file": notify_path, "directory": tmp_path / "open" / "web", "missing": "/run/xbeat/none/web"}[kind]
    if kind == "file":
        path.write_text("kept")
    if kind == "directory":
        path.parent.mkdir()
        path.parent.chmod(0o777)
    node = cluster.daemon(NODE, block("vrrp_app web", f"notify_socket {path}"), instance=False)
    process = lab.spawn(NODE, *node.argv())
    assert process.wait() == 1
    assert message in process.output(), process.output()
    if kind == "file":
        assert path.read_text() == "kept"
