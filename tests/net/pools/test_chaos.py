# SPDX-License-Identifier: GPL-2.0-or-later
"""The processes beside xbeatd are killed and stopped at any moment, while the configuration is
reloaded and servers come and go; what is left is right, and has not grown."""

import contextlib
import os
import pathlib
import random
import signal
import time

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, Server, real_server, tcp, virtual_server
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
SECONDS = 20
RELOADS = 50
GROWTH_KIB_MAX = 2048


@pytest.fixture
def servers(lab):
    return [Server(lab, "node-b", 8001 + number).start() for number in range(4)]


def misc(lab, path):
    """A program that succeeds while there is this file."""
    command = lab.write("exists.sh", f"#!/bin/sh\ntest -e {path}\n", mode=0o755)
    os.chmod(lab.directory, 0o755)
    return block("MISC_CHECK", f'misc_path "{command}"', "misc_timeout 1", "retry 0")


def send(pid, number):
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def helpers(node):
    """The pids of its checker and its runner."""
    return [pid for pid in (node.pools()["checker"].get("pid"), node.ask("status")["runner"].get("pid")) if pid]


def disturb(node, generator):
    pid = generator.choice(helpers(node) or [0])
    if pid and generator.random() < 0.5:
        send(pid, signal.SIGKILL)
    elif pid:
        send(pid, signal.SIGSTOP)
        time.sleep(generator.uniform(0, 0.3))
        send(pid, signal.SIGCONT)


@pytest.mark.parametrize("seed", [1, 2])
def test_helpers_end_at_any_moment(lab, servers, seed):
    generator = random.Random(seed)
    flag = lab.path("flag")
    flag.touch()

    def text(weight):
        return [instance(priority=150, advert_int="0.1"), block("global_defs", "script_user root"),
                virtual_server(*(real_server(server, f"weight {weight}") for server in servers[:3]),
                               real_server(servers[3], check=misc(lab, flag)))]
    node = Pools(lab, "node-a", *text(1)).start_active()
    other = Xbeatd(lab, "node-b", instance(advert_int="0.1")).start()
    other.wait_state("backup")
    node.wait_checked(*servers)
    mark = other.last_event()
    end = time.monotonic() + SECONDS
    while time.monotonic() < end:
        action = generator.randrange(4)
        server = generator.choice(servers[:3])
        if action == 0:
            node.reload(*text(generator.randrange(1, 100)))
        elif action == 1 and server.process.running():
            server.stop()
        elif action == 2 and not server.process.running():
            server.start()
        else:
            disturb(node, generator)
        flag.touch() if generator.random() < 0.5 else flag.unlink(missing_ok=True)
        time.sleep(generator.uniform(0, 0.2))
    assert not [event for event in other.events_since(mark) if event["kind"] == "vrrp"], "adverts came on time"
    flag.touch()
    for server in servers[:2]:
        if not server.process.running():
            server.start()
    if servers[2].process.running():
        servers[2].stop()
    for server, state in zip(servers, ("up", "up", "down", "up")):
        node.wait_server(server, state)


def test_many_reloads_leave_nothing(lab, servers):
    """Of xbeatd and its checker."""
    def text(turn):
        return [virtual_server(*(real_server(server, f"weight {turn + 1}", check=tcp(f"retry {turn % 3}"))
                                 for server in servers[turn % 2:]))]

    def held(pid):
        return len(os.listdir(f"/proc/{pid}/fd"))

    def kib(pid):
        return int(next(line for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines()
                        if line.startswith("VmRSS")).split()[1])
    node = Pools(lab, "node-a", *text(0)).start()
    node.wait_checked(*servers)
    for turn in range(10):
        node.reload(*text(turn))
    pids = [node.process.pid, node.pools()["checker"]["pid"]]
    before = [(held(pid), kib(pid)) for pid in pids]
    for turn in range(RELOADS):
        node.reload(*text(turn))
    node.reload(*text(9))
    node.wait_checked(*servers[1:])
    assert node.pools()["checker"]["pid"] == pids[1]
    for pid, (descriptors, memory) in zip(pids, before):
        wait_until(lambda: held(pid) <= descriptors + 1, lambda: f"{held(pid)} descriptors, {descriptors} before")
        assert kib(pid) - memory < GROWTH_KIB_MAX


def test_xbeatd_is_killed_at_any_moment(lab, servers):
    """Also while it reads a configuration. A drain stays, and what was down gets no connection."""
    generator = random.Random(3)

    def text(weight):
        return [virtual_server(*(real_server(server, f"weight {weight}") for server in servers))]
    node = Pools(lab, "node-a", *text(1)).start()
    node.wait_checked(*servers)
    drained, down, *others = servers
    node.ask("pool_mode", server=drained.address, mode="drain")
    down.stop()
    node.wait_server(down, "down")
    for _ in range(15):
        node.configure(*text(generator.randrange(1, 100)))
        reload = node.command("reload")
        time.sleep(generator.uniform(0, 0.1))
        node.kill()
        reload.wait()
        node.start()
        states = [node.server(server)["state"] for server in (drained, down)]
        assert states == ["drain", "down"] and not node.server(down)["present"]
    down.start()
    node.wait_server(down, "up")
    assert [node.server(server)["state"] for server in others] == ["up", "up"]
    assert node.server(drained)["mode"] == "drain"
