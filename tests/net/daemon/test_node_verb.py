# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl node add and remove: one line of the configuration file, and what xbeatd makes of it."""

import json
import socket
import stat
import subprocess

import pytest

from tests.support.cluster import Cluster
from tests.support.configuration import Settings, heartbeat
from tests.support.laboratory import BUILD, NEVER_SECONDS, wait_until

COMMENT = "# kept as it is"


@pytest.fixture
def pair(lab):
    """node-a and node-b of a laboratory of three, each with a comment in its file."""
    cluster = Cluster(lab, Settings(multiplier=10, daemon_timeout="2s", members=["node-a", "node-b"]))
    for node in cluster.settings.members:
        cluster.daemon(node, COMMENT + "\n")
        cluster[node].configuration.chmod(0o640)
        cluster[node].start()
    cluster.wait_up()
    return cluster


def node_lines(daemon):
    return [line.strip() for line in daemon.configuration.read_text().splitlines()
            if line.strip().startswith("node ")]


def test_node_is_added_and_removed(lab, pair):
    address = lab.address("node-c")
    daemon = pair["node-a"]
    before = daemon.configuration.read_text()
    daemon.configuration.with_name(f"{daemon.configuration.name}.new").touch()  # of one that was killed
    text = daemon.text("node", "add", "node-c", "id", "3", "address", address)
    line = f"node 3 node-c {address}"
    assert line in text and str(daemon.configuration) in text and "xbeatctl reload" in text
    assert node_lines(daemon)[-1] == line and COMMENT in daemon.configuration.read_text()
    assert stat.S_IMODE(daemon.configuration.stat().st_mode) == 0o640
    assert daemon.verdict("node-c") == "down" and daemon.verdict("node-b") == "up"
    assert pair["node-b"].json("node", "add", "node-c", "id", "3", "address", address)["added"] == line
    pair.settings.members = None
    pair.daemon("node-c").start()
    pair.wait_up()
    assert pair["node-c"].stop() == 0
    for other in ("node-a", "node-b"):
        assert line in pair[other].text("node", "remove", "node-c")
        assert len(pair[other].json("peers")) == 1
    assert daemon.configuration.read_text() == before


@pytest.mark.parametrize("arguments, status, reason", [
    ("add node-c address 10.77.0.3", 2, "node add NAME id N address A"),
    ("add node-c id 3", 2, "node add NAME id N address A"),
    ("swap node-c", 2, "node remove NAME"),
    ("add node-c id 2 address 10.77.0.3", 1, "2"),
    ("add node-c id 3 address 10.77.0.2", 1, "10.77.0.2"),
    ("add node-c id 3 address nowhere", 1, "nowhere"),
    ("add node-c id 3 address 10.77.0.3 address 10.77.1.3", 1, "interface"),
    ("remove node-x", 1, "no node node-x"),
    ("remove node-b", 1, "fewer than 2"),
], ids=["no id", "no address", "other word", "id twice", "address twice", "no address of IP", "too many",
        "unknown", "last one"])
def test_what_is_wrong_changes_nothing(lab, pair, arguments, status, reason):
    daemon = pair["node-a"]
    before = daemon.configuration.read_text()
    done = daemon.ctl("node", *arguments.split(), check=False)
    assert done.returncode == status and reason in done.stderr, done
    assert daemon.configuration.read_text() == before
    assert sorted(path.name for path in daemon.configuration.parent.glob("*.new")) == []
    assert daemon.verdict("node-b") == "up"


def test_what_xbeatd_refuses_is_put_back(lab, pair):
    daemon = pair["node-a"]
    daemon.json("node", "add", "node-c", "id", "3", "address", lab.address("node-c"))
    before = daemon.configuration.read_text()
    done = daemon.ctl("node", "remove", "node-a", check=False)
    assert done.returncode == 1 and "the running configuration is kept" in done.stderr, done
    assert daemon.configuration.read_text() == before and daemon.verdict("node-b") == "up"


def test_block_in_an_included_file(lab, pair):
    """The file that has the nodes is changed."""
    daemon = pair["node-a"]
    included = lab.write("block.conf", heartbeat(lab, pair.settings, pair.key_file))
    rest = daemon.configuration.read_text().partition("vrrp_instance")
    daemon.reload(f"include {included}\n", rest[1] + rest[2])
    main = daemon.configuration.read_text()
    text = daemon.text("node", "add", "node-c", "id", "3", "address", lab.address("node-c"))
    assert str(included) in text and "node 3 node-c" in included.read_text()
    assert daemon.configuration.read_text() == main
    wait_until(lambda: daemon.verdict("node-c") == "down", "node-c is known")


def answer_next(listener, make_answer):
    """Of a daemon: reads one request."""
    client, _ = listener.accept()
    with client:
        while not client.recv(4096).endswith(b"\0"):
            pass
        client.sendall(json.dumps(make_answer()).encode() + b"\0")


@pytest.mark.parametrize("arguments, remedy", [
    ("add node-d id 4 address 10.77.0.99", 'remove the line "node 4 node-d 10.77.0.99"'),
    ("remove node-c", 'add the line "node 3 node-c '),
], ids=["add", "remove"])
def test_what_cannot_be_put_back_is_named(lab, arguments, remedy):
    """A daemon refuses the file, and the old one cannot be written again: a directory is in its way."""
    path = Cluster(lab, Settings()).daemon("node-a").configuration
    address = str(lab.path("refusing"))

    def refuse():
        path.with_name(f"{path.name}.new").mkdir()
        return {"error": "refused", "message": "not this one"}

    with socket.socket(socket.AF_UNIX) as listener:
        listener.settimeout(NEVER_SECONDS)
        listener.bind(address)
        listener.listen()
        with subprocess.Popen([BUILD / "xbeatctl", "-s", address, "node", *arguments.split()], text=True,
                              stderr=subprocess.PIPE) as asking:
            answer_next(listener, lambda: {"result": {"configuration_file": str(path)}})
            answer_next(listener, refuse)
            errors = asking.communicate(timeout=NEVER_SECONDS)[1]
    assert asking.returncode == 1 and "not this one" in errors and remedy in errors, errors
