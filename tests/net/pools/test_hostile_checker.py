# SPDX-License-Identifier: GPL-2.0-or-later
"""A checker that a hostile server has taken over: tests/tools/hostile_checker.py in its place. The
daemon stays right: its memory is bounded, its adverts come on time, and its events are readable."""

import os
import re
import shutil
import time

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import BUILD, ROOT, wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=2)
ATTACK_SECONDS = 3
GROWTH_KIB_MAX = 16 << 10


def hostile_build(lab, attack):
    """A folder with xbeatd, and the attacker as its checker."""
    folder = lab.path("hostile")
    folder.mkdir()
    for directory in (lab.directory, folder):
        os.chmod(directory, 0o755)
    for program in ("xbeatd", "xbeatctl"):
        shutil.copy(BUILD / program, folder)
    shutil.copy(ROOT / "tests" / "tools" / "hostile_checker.py", folder / "xbeat-checker")
    os.chmod(folder / "xbeat-checker", 0o755)
    (folder / "attack").write_text(attack)
    protocol = (ROOT / "user" / "checker" / "protocol" / "protocol.h").read_text()
    (folder / "layout").write_text(re.search(r"#define CHECKER_LAYOUT (\d+)", protocol)[1])
    return folder


def start(lab, attack, *servers, advert="0.05"):
    node = Pools(lab, "node-a", instance(priority=150, advert_int=advert), virtual_server(*servers),
                 build=hostile_build(lab, attack))
    node.start_active()
    return node


def check_servers(lab, count=200):
    return [real_server(Server(lab, "node-b", 1000 + number)) for number in range(count)]


def wait_attack(node):
    wait_until(lambda: node.pools()["checker"]["state"] == "running", "the attacker runs")
    before = node.memory_kib()
    time.sleep(ATTACK_SECONDS)
    return before


@pytest.mark.parametrize("attack", ["greet_for_ever", "ask_for_programs", "log_for_ever", "write_garbage",
                                    "change_for_ever"])
def test_the_daemon_stays_right(lab, attack):
    other = Xbeatd(lab, "node-b", instance(advert_int="0.05")).start()
    node = start(lab, attack, *check_servers(lab))
    other.wait_state("backup")
    mark = other.last_event()
    own = node.last_event()
    before = wait_attack(node)
    assert node.memory_kib() - before < GROWTH_KIB_MAX
    assert not [event for event in other.events_since(mark) if event["kind"] == "vrrp"], "adverts came on time"
    assert node.state() == "active"
    answer = node.pools()
    for server in answer["pools"][0]["servers"]:
        for check in server["checks"]:
            assert all(int(value) >= 0 for value in check["results"].values())
            assert all(int(value) >= 0 for name, value in check.items() if name.endswith("_ns")), check
    assert "\x1b" not in node.process.output()
    events = node.events_since(own)
    assert len([event for event in events if event["kind"] == "checker"]) < 10
    assert len(node.process.output().splitlines()) < 2000


def test_one_that_closes_its_socket_and_stays(lab):
    """It is killed, and others are started, further and further apart: after 1, 3 and 7 s."""
    node = start(lab, "close_and_stay", *check_servers(lab, 1))
    wait_until(lambda: node.pools()["checker"]["start_count"] >= 4, lambda: f"others are started: {node.pools()['checker']}")
    events = node.of_kind("checker")
    runs = [event["time_unix_ns"] for event in events if event["to"] == "running"]  # no event of the first
    assert runs[2] - runs[0] > 4e9, events
    ends = [event["reason"] for event in events if event["to"] == "ended"]
    assert all(re.search("states stay, another one is started( in [0-9.]+ s)?$", reason) for reason in ends), ends
