# SPDX-License-Identifier: GPL-2.0-or-later
"""MISC_CHECK and FILE_CHECK: programs and files of the administrator decide."""

import pytest

from tests.support.configuration import block
from tests.support.laboratory import wait_until
from tests.support.pools import Pools, Server, real_server, virtual_server

pytestmark = pytest.mark.laboratory(nodes=2)
GLOBALS = block("global_defs", "script_user root")


@pytest.fixture
def server(lab):
    return Server(lab, "node-b", 8001)  # nothing connects to it


def script(lab, text):
    lab.write("status", "0")
    return lab.write("check.sh", f"#!/bin/sh\n{text}\n", mode=0o755)


def misc(lab, *lines, text=None):
    path = script(lab, text or f"exit $(cat {lab.path('status')})")
    return block("MISC_CHECK", f'misc_path "{path} 1 2"', *(lines or ["misc_timeout 5"]))


def test_the_status_decides(lab, server):
    node = Pools(lab, "node-a", GLOBALS, virtual_server(real_server(server, check=misc(lab)))).start()
    node.wait_checked(server)
    assert node.server(server)["state"] == "up"
    lab.write("status", "1")
    down = node.wait_server(server, "down")
    assert "status 1" in down["reason"], down
    lab.write("status", "0")
    node.wait_server(server, "up")


def test_a_dynamic_weight(lab, server):
    """Status 2 to 255: weight 0 to 253."""
    node = Pools(lab, "node-a", GLOBALS,
                 virtual_server(real_server(server, "weight 5", check=misc(lab, "misc_timeout 5", "misc_dynamic")))).start()
    node.wait_checked(server)
    assert node.server(server)["weight"] == 5
    lab.write("status", "12")
    wait_until(lambda: node.server(server)["weight"] == 10, lambda: node.server(server))
    lab.write("status", "2")
    wait_until(lambda: node.server(server)["weight"] == 0, lambda: node.server(server))
    node.wait_quorum("down")
    lab.write("status", "0")
    wait_until(lambda: node.server(server)["weight"] == 5, lambda: node.server(server))


def test_a_program_that_hangs(lab, server):
    node = Pools(lab, "node-a", GLOBALS, virtual_server(real_server(
        server, check=misc(lab, "misc_timeout 1", text="sleep 60")))).start()
    down = node.wait_server(server, "down")
    assert "did not end within" in down["reason"], down


def test_a_program_that_cannot_be_started(lab, server):
    """keepalived drops such a check, and the server counts as fine. Here it does not."""
    path = script(lab, "exit 0")
    node = Pools(lab, "node-a", GLOBALS, virtual_server(real_server(
        server, check=block("MISC_CHECK", f"misc_path {path}")))).start()
    node.wait_checked(server)
    path.chmod(0o644)
    node.wait_server(server, "down")
    assert "cannot be started" in node.process.output()
    path.chmod(0o755)
    node.wait_server(server, "up")


def test_a_reload_while_a_program_runs(lab, server):
    """Its end still counts."""
    check = misc(lab, "misc_timeout 30", text=f"echo run >> {lab.path('runs')}; while [ ! -e {lab.path('end')} ]; do sleep 0.02; done; exit 1")
    node = Pools(lab, "node-a", GLOBALS, virtual_server(real_server(server, check=check))).start()
    wait_until(lambda: lab.path("runs").exists(), "the program runs")
    node.reload(GLOBALS, virtual_server(real_server(server, "weight 3", check=check)))
    assert node.server(server)["state"] == "up"
    lab.write("end", "")
    node.wait_server(server, "down")


def file_check(*lines):
    return block("FILE_CHECK", "track_file load", *lines)


def start_file(lab, server, *lines, value):
    lab.write("load", str(value))
    node = Pools(lab, "node-a", GLOBALS, block("track_file load", f"file {lab.path('load')}"),
                 virtual_server(real_server(server, "weight 5", check=file_check(*lines)))).start()
    return node


def test_a_file_changes_the_weight(lab, server):
    node = start_file(lab, server, "weight 2", value=3)
    wait_until(lambda: node.server(server)["weight"] == 11, lambda: node.server(server))
    lab.write("load", "-2")
    wait_until(lambda: node.server(server)["weight"] == 1, lambda: node.server(server))
    lab.write("load", "-2000000000")
    node.wait_server(server, "down")
    lab.write("load", "0")
    node.wait_server(server, "up")
    assert node.server(server)["weight"] == 5


def test_a_file_fails_a_server(lab, server):
    node = start_file(lab, server, "weight 0", value=1)
    down = node.wait_server(server, "down")
    assert "file load" in down["reason"], down
    node.reload(GLOBALS, block("track_file load", f"file {lab.path('load')}"),
                virtual_server(real_server(server, "weight 6", check=file_check("weight 0"))))
    assert node.server(server)["state"] == "down"
    lab.write("load", "0")
    node.wait_server(server, "up")
