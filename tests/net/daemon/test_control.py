# SPDX-License-Identifier: GPL-2.0-or-later
"""The control socket and misbehaving clients: none may cost the daemon memory or time."""

import contextlib
import json
import os
import resource
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import time

import pytest

from tests.support.configuration import instance
from tests.support.laboratory import BUILD, NEVER_SECONDS, SOCKETS, wait_until

pytestmark = pytest.mark.laboratory(nodes=2)
NODE, PEER = "node-a", "node-b"
OTHER, GROUP = 65534, 4242  # user and group ids
SHOWING = ["status", "peers", "vrrp", "drops", "events"]
CHANGING = ["failover VI_1", "resume", "drain", "priority VI_1 7", "reload", "config", "log debug", "chain add /x"]
CLIENTS_MAX, CLIENTS_OF_USERS_MAX, CLIENTS_OF_A_USER_MAX = 16, 12, 6
EVENT_LOG_ENTRIES, EVENTS_ALIKE = 512, 32
MEMORY_KIB_MAX = 16 * 1024
DROPS = b'{"method":"drops"}\0'
EVENTS = b'{"method":"events"}\0'
FOLLOW = b'{"method":"events","parameters":{"follow":true}}\0'

# Runs as a user: follows events on many connections, prints the first message of each, and keeps
# them open.
FOLLOWERS = """
import json, socket, sys
clients = [socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) for _ in range(int(sys.argv[2]))]
answers = []
for client in clients:
    client.connect(sys.argv[1])
    try:
        client.sendall({follow!r})
    except BrokenPipeError:
        pass
    text = b""
    while not text.count(bytes(1)):
        text += client.recv(65536)
    answers.append(json.loads(text.split(bytes(1))[0]))
print(json.dumps(answers), flush=True)
sys.stdin.read()
"""


@pytest.fixture
def daemon(lab, cluster):
    return cluster.start_xbeatd(NODE)[NODE]


@pytest.fixture
def eventful(daemon):
    """A daemon whose event log is full: its longest answer is to "events". No kind of events about one
    thing fills it alone."""
    names = [f"VI_{number}" for number in range(2, 2 + EVENT_LOG_ENTRIES // EVENTS_ALIKE + 1)]
    more = [instance(name, vrid=100 + number, vips=[f"10.77.0.{120 + number}/24"])
            for number, name in enumerate(names)]
    daemon.reload(daemon.configuration.read_text(), *more)
    with connect(daemon) as client:
        for name in names:
            for priority in range(1, EVENTS_ALIKE + 1):
                request = {"method": "priority", "parameters": {"instance": name, "priority": priority}}
                client.sendall(json.dumps(request).encode() + b"\0")
                assert "result" in read_messages(client, 1)[0]
    assert len(daemon.events()) == EVENT_LOG_ENTRIES, "a full event log"
    return daemon


def connect(daemon, seconds=NEVER_SECONDS):
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    client.settimeout(seconds)
    client.connect(str(daemon.socket))
    return client


def send_until_blocked(client, request, count):
    """Sends request up to count times and reads nothing; returns the number of bytes sent."""
    client.settimeout(0.3)
    data, sent = request * count, 0
    try:
        while sent < len(data):
            sent += client.send(data[sent:])
    except TimeoutError:
        pass
    client.settimeout(NEVER_SECONDS)
    return sent


def read_messages(client, count=None):
    """Returns the first count messages, or all until the other side closes."""
    data = b""
    while count is None or data.count(b"\0") < count:
        chunk = client.recv(1 << 16)
        if not chunk:
            break
        data += chunk
    texts = data.split(b"\0")
    assert len(texts) > (count or 0) and (count or not texts[-1]), f"cut off: {data[-40:]!r}"
    return [json.loads(text) for text in texts[:-1][:count]]


def test_pipelined_requests_are_answered_in_order(daemon):
    with connect(daemon) as client:
        client.sendall(DROPS + b'{"method":"pears"}\0' + EVENTS + b"nonsense\0")
        drops, unknown, events, invalid = read_messages(client, 4)
    assert "bad_tag" in drops["result"]
    assert unknown["error"] == "unknown_method" and invalid["error"] == "invalid_parameter"
    assert events["result"][0]["kind"]


def test_answers_that_no_client_reads_cost_no_memory(eventful):
    """Requests wait in the socket of a client that reads nothing, and are answered when it
    reads."""
    with connect(eventful) as client:
        count = send_until_blocked(client, EVENTS, 2000) // len(EVENTS)
        assert eventful.ready(), "others are served"
        assert eventful.memory_kib("VmHWM") < MEMORY_KIB_MAX
        for answer in read_messages(client, min(count, 50)):
            assert len(answer["result"]) == EVENT_LOG_ENTRIES


def test_all_clients_together_stay_within_the_memory(eventful):
    clients = [connect(eventful) for _ in range(CLIENTS_MAX - 1)]
    for client in clients:
        send_until_blocked(client, EVENTS, 100)
    assert eventful.ready(), "others are served"
    assert eventful.memory_kib("VmHWM") < MEMORY_KIB_MAX
    for client in clients:
        client.close()


def test_half_closed_connection_gets_all_answers(daemon):
    """As with socat, which closes its side at the end of its input."""
    count = 2000
    with connect(daemon) as client:
        client.sendall(DROPS * count)
        client.shutdown(socket.SHUT_WR)
        answers = read_messages(client)
    assert len(answers) == count and all("bad_tag" in answer["result"] for answer in answers)


def test_clients_that_are_gone_are_forgotten(daemon):
    before = daemon.descriptors()
    for request in (b"", DROPS, DROPS * 300, FOLLOW, b'{"method'):
        for _ in range(CLIENTS_MAX // 4):
            with connect(daemon) as client:
                client.sendall(request)
    wait_until(lambda: daemon.descriptors() <= before, "all connections closed")


def test_request_without_end_is_cut_off(daemon):
    with connect(daemon) as client:
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            client.sendall(b"x" * (1 << 20))
            client.recv(1)
    assert daemon.ready()


def test_more_clients_than_may_be_wait(daemon):
    clients = [connect(daemon) for _ in range(CLIENTS_MAX)]
    with connect(daemon, seconds=0.5) as late:
        late.sendall(DROPS)
        with pytest.raises(TimeoutError):
            late.recv(1)
        clients.pop().close()
        late.settimeout(NEVER_SECONDS)
        assert "bad_tag" in read_messages(late, 1)[0]["result"]
    for client in clients:
        client.close()
    assert daemon.ready()


def test_no_descriptors_left_is_waited_out(daemon):
    """The connection stays pending; the loop does not spin."""
    pid = daemon.process.pid
    limits = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (daemon.descriptors(), limits[1]))
    with connect(daemon) as client:
        client.sendall(DROPS)
        before_ns, start_ns = daemon.cpu_ns(), time.monotonic_ns()
        time.sleep(1)
        assert daemon.cpu_ns() - before_ns < 0.5 * (time.monotonic_ns() - start_ns)
        assert daemon.process.output().count("cannot accept") == 1
        resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        assert "bad_tag" in read_messages(client, 1)[0]["result"]


def socket_path(lab):
    return SOCKETS / f"{lab.instance(NODE)}.sock"


def fail_to_start(lab, cluster, *before):
    done = lab.run(NODE, *before, BUILD / "xbeatd", "-f", "-c", cluster.daemon(NODE).configuration,
                   "-i", lab.instance(NODE), check=False)
    assert done.returncode > 0 and str(socket_path(lab)) in done.stderr, done
    return done.stderr


def test_socket_of_a_killed_daemon_is_replaced(lab, cluster):
    cluster.daemon(NODE).start().kill()
    assert stat.S_ISSOCK(socket_path(lab).stat().st_mode)
    assert cluster.daemon(NODE).start().ready()


def test_what_is_no_socket_is_left_alone(lab, cluster):
    socket_path(lab).parent.mkdir(exist_ok=True)
    socket_path(lab).write_text("mine")
    assert "not a socket" in fail_to_start(lab, cluster)
    assert socket_path(lab).read_text() == "mine"


def with_group(lab):
    """The start of a command that sees a group xbeat."""
    groups = lab.path("group")
    shutil.copy("/etc/group", groups)
    with open(groups, "a") as file:
        file.write(f"xbeat:x:{GROUP}:\n")
    return ("unshare", "--mount", "sh", "-c",
            f'mount --bind {groups} /etc/group && exec "$@"', "sh")


def test_no_socket_is_left_when_its_group_can_not_be_set(lab, cluster):
    fail_to_start(lab, cluster, *with_group(lab),
                  "setpriv", "--inh-caps=-chown", "--bounding-set=-chown")
    assert not lab.run_files(NODE)


@pytest.fixture
def grouped(lab, cluster):
    """A daemon that found the group xbeat."""
    return cluster.daemon(NODE).start(*with_group(lab))


@pytest.fixture
def public_xbeatctl():
    """A copy that every user can execute, wherever this tree is."""
    with tempfile.TemporaryDirectory() as directory:
        os.chmod(directory, 0o755)
        yield shutil.copy(BUILD / "xbeatctl", directory)


def ctl_as(user, group, xbeatctl, daemon, line):
    return subprocess.run([xbeatctl, "-i", daemon.instance, *line.split()], user=user, group=group,
                          extra_groups=[], cwd="/", text=True, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, timeout=NEVER_SECONDS)


def test_the_group_may_ask(grouped, public_xbeatctl):
    for line in SHOWING:
        done = ctl_as(OTHER, GROUP, public_xbeatctl, grouped, line)
        assert done.returncode == 0 and not done.stderr, done
        done = ctl_as(OTHER, OTHER, public_xbeatctl, grouped, line)
        assert done.returncode == 4 and "group xbeat" in done.stderr, done


def test_only_root_may_change(grouped, public_xbeatctl):
    for line in CHANGING:
        done = ctl_as(OTHER, GROUP, public_xbeatctl, grouped, line)
        assert done.returncode == 4 and "root" in done.stderr, done
    assert grouped.json("status")["refused"]["requests"] == len(CHANGING)


@contextlib.contextmanager
def followers(daemon, user, count):
    """Yields the first answers to a user of the group who opens so many connections."""
    process = subprocess.Popen(["/usr/bin/python3", "-c", FOLLOWERS.format(follow=FOLLOW),
                                daemon.socket, str(count)], user=user, group=GROUP,
                               extra_groups=[], cwd="/", stdin=subprocess.PIPE,
                               stdout=subprocess.PIPE, text=True)
    with process:
        yield json.loads(process.stdout.readline() or "[]")
        process.stdin.close()
        process.wait(timeout=NEVER_SECONDS)


def refusals(answers):
    return [answer["message"] for answer in answers if answer.get("error") == "refused"]


def test_users_leave_places_for_root_and_for_each_other(grouped, public_xbeatctl):
    with followers(grouped, OTHER, CLIENTS_MAX) as answers:
        refused = refusals(answers)
        assert len(refused) == CLIENTS_MAX - CLIENTS_OF_A_USER_MAX
        assert f"user {OTHER}" in refused[0] and str(CLIENTS_OF_A_USER_MAX) in refused[0]
        assert grouped.json("status")["refused"]["connections"] == len(refused)
        line, = [line for line in grouped.process.output().splitlines() if "refused a conn" in line]
        assert f"user {OTHER} " in line, line
        done = ctl_as(OTHER, GROUP, public_xbeatctl, grouped, "status")
        assert done.returncode == 1 and f"user {OTHER}" in done.stderr, done
        second = CLIENTS_OF_USERS_MAX - CLIENTS_OF_A_USER_MAX
        with followers(grouped, OTHER - 1, second) as answers:
            assert refusals(answers) == []
            done = ctl_as(OTHER - 2, GROUP, public_xbeatctl, grouped, "status")
            assert done.returncode == 1 and str(CLIENTS_OF_USERS_MAX) in done.stderr, done
            root = [connect(grouped) for _ in range(CLIENTS_MAX - CLIENTS_OF_USERS_MAX - 1)]
            assert grouped.ready()
            for client in root:
                client.close()
        wait_until(lambda: ctl_as(OTHER - 2, GROUP, public_xbeatctl, grouped,
                                  "status").returncode == 0, "a place is free again")


def test_change_is_not_made_for_a_client_that_has_gone(daemon):
    """As xbeatctl has, when it waited too long for a daemon that was stopped."""
    daemon.process.send_signal(signal.SIGSTOP)
    for request in ({"method": "drain", "parameters": {"force": True}},
                    {"method": "priority", "parameters": {"instance": "VI_1", "priority": 7}}):
        with connect(daemon) as client:
            client.sendall(json.dumps(request).encode() + b"\0")
    daemon.process.send_signal(signal.SIGCONT)
    assert daemon.json("status")["refused"] == {"connections": 0, "requests": 0, "gone": 2, "fifos": 0}
    assert "pinned_priority" not in daemon.vrrp()


def test_reload_is_not_applied_for_a_client_that_has_gone(daemon):
    """A file may be on a server that is slow."""
    text = daemon.configuration.read_text()
    daemon.configuration.unlink()
    os.mkfifo(daemon.configuration)
    with connect(daemon) as client:
        client.sendall(b'{"method":"reload"}\0')
        wait_until(daemon.reads_files, "it waits for the file")
    daemon.configuration.write_text(text.replace("priority 150", "priority 140"))
    wait_until(lambda: not daemon.reads_files(), "the file has been read")
    assert daemon.priority() == 150
    event = daemon.events()[-1]
    assert "reload refused" in event["reason"] and "disconnected" in event["reason"], event
    # Nobody needs to wait for SIGHUP.
    daemon.configuration.unlink()
    daemon.configuration.write_text(text.replace("priority 150", "priority 140"))
    daemon.hang_up()
    daemon.wait_priority(140)
