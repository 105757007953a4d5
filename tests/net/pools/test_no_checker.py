# SPDX-License-Identifier: GPL-2.0-or-later
"""The checker cannot run: each view of the pools names this and why, and one event reports it."""

import json
import os
import shutil
import subprocess

import pytest

from tests.support import schemas
from tests.support.laboratory import BUILD, wait_until
from tests.support.pools import Pools, Server, real_server, tcp, virtual_server
from tests.support.schemas import pools as pool_schemas

pytestmark = pytest.mark.laboratory(nodes=2)


def build_with(lab, mode):
    """A folder of programs whose xbeat-checker has this mode; None: it is missing."""
    folder = lab.path("build")
    folder.mkdir()
    for directory in (lab.directory, folder):
        os.chmod(directory, 0o755)
    for program in ("xbeatd", "xbeatctl", "xbeat-checker"):
        shutil.copy(BUILD / program, folder)
    if mode is None:
        (folder / "xbeat-checker").unlink()
    else:
        os.chmod(folder / "xbeat-checker", mode)
    return folder


def checker(node):
    return node.pools()["checker"]


@pytest.mark.parametrize("mode, user, why", [
    (None, "nobody", "it is missing next to xbeatd; install it there"),
    (0o644, "nobody", "it is not executable; install it again"),
    (0o755, "nosuch", 'no user "nosuch": create it, or name another one with checker_user'),
], ids=["missing", "not_executable", "unknown_user"])
def test_why_is_named(lab, mode, user, why):
    server = Server(lab, "node-b", 8001).start()
    globals_of = "global_defs {{\n checker_user {}\n}}\n".format
    node = Pools(lab, "node-a", globals_of(user), virtual_server(real_server(server)),
                 build=build_with(lab, mode)).start()
    wait_until(lambda: why in checker(node).get("reason", ""), lambda: f"it is named: {checker(node)}")
    schemas.check(node.pools(), pool_schemas.POOLS, "pools")
    assert checker(node)["state"] == "away" and checker(node)["start_count"] == 0
    for words in (["pool"], ["pool", "explain", server.address], ["health"]):
        shown = subprocess.run(node.ctl_argv(*words), text=True, stdout=subprocess.PIPE).stdout
        assert why in " ".join(shown.split()), shown
    event, = node.of_kind("checker")
    assert (event["from"], event["to"]) == ("", "ended") and why in event["reason"]
    if mode != 0o755:
        shutil.copy(BUILD / "xbeat-checker", node.build / "new")
        os.rename(node.build / "new", node.build / "xbeat-checker")
    else:
        node.reload(globals_of("nobody"), virtual_server(real_server(server)))
    wait_until(lambda: checker(node)["state"] == "running", "another one runs")
    assert "reason" not in checker(node)
    wait_until(lambda: [event["to"] for event in node.of_kind("checker")] == ["ended", "running"], node.events)


def test_why_a_check_has_no_result_is_named(lab):
    """An error of this machine is no result of the server, and must not be hidden by that."""
    server = Server(lab, "node-b", 8001).start()
    node = Pools(lab, "node-a", virtual_server(real_server(server, check=tcp("bindto 10.77.0.99")))).start()
    wait_until(lambda: node.server(server)["checks"][0]["results"]["local_error"], "it was tried")
    assert node.server(server)["checks"][0]["unchecked"] and node.server(server)["state"] == "up"
    for words in (["pool", "show"], ["pool", "explain", server.address]):
        shown = " ".join(node.text(*words).split())
        assert "no result that counts yet: bindto: Cannot assign requested address; the address is not" in shown, shown
    health = json.loads(node.ctl("health", check=False).stdout)
    problem, = [problem for problem in health["problems"] if problem["kind"] == "check"]
    assert "cannot check 1 server of pool" in problem["text"] and "bindto" in problem["reason"], problem
