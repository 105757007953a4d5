# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeatctl keys: which nodes have which key, and another key without a lost heartbeat."""

import os
import shutil
import stat
import subprocess

import pytest

from tests.support.configuration import KEY, KEY_ID
from tests.support.laboratory import wait_until

COMMENT = "# of the laboratory"
REFUSED = ("bad_tag", "unknown_key")
NEW = KEY_ID + 1
USER = 4711


@pytest.fixture
def nodes(lab, cluster):
    """Running daemons, each with a key file of its own."""
    for node in lab.nodes:
        cluster.key_file = lab.write(f"{node}.key", f"{COMMENT}\n{KEY_ID} {KEY.hex()}\n")
        cluster.daemon(node).start()
    cluster.wait_up()
    return {node: cluster[node] for node in lab.nodes}


def key_file(lab, node):
    return lab.path(f"{node}.key")


def keys(daemon):
    """By id."""
    return {key["id"]: key for key in daemon.json("keys")["keys"]}


def holders(daemon, key, field="has"):
    """The other nodes of which the field is true."""
    return {node["node"] for node in keys(daemon)[key]["nodes"] if node.get(field)}


def refused(daemon, *arguments):
    done = daemon.ctl("keys", *arguments, check=False)
    assert done.returncode == 1, done
    return done.stderr


def test_another_key_without_a_lost_heartbeat(lab, nodes):
    a, b, c = nodes.values()
    everybody = set(nodes)
    wait_until(lambda: holders(a, KEY_ID, "signs") == everybody - {a.node}, "all nodes sign with the key")
    refusals = {(daemon, reason): daemon.drops(reason) for daemon in nodes.values() for reason in REFUSED}
    sequences = {daemon: daemon.events()[-1]["sequence"] for daemon in nodes.values()}

    assert a.json("keys", "add") == {"added": NEW, "key_file": str(key_file(lab, a.node))}
    assert keys(a)[NEW]["here"] and not keys(a)[NEW]["active"]
    assert "not known to have this key: node-b, node-c" in refused(a, "activate", str(NEW))
    for daemon in (b, c):
        shutil.copy(key_file(lab, a.node), key_file(lab, daemon.node))
        daemon.json("reload")
    for daemon in nodes.values():  # each waits until it knows what the others have
        assert daemon.json("keys", "activate", str(NEW))["activated"] == NEW
        assert keys(daemon)[NEW]["active"]
    wait_until(lambda: holders(a, NEW, "signs") == everybody - {a.node}, "all nodes sign with the other key")
    for daemon in nodes.values():
        wait_until(lambda daemon=daemon: not holders(daemon, KEY_ID, "signs"), "no node signs with the old key")
        assert daemon.json("keys", "retire", str(KEY_ID))["retired"] == KEY_ID
        assert list(keys(daemon))[0] == NEW and not keys(daemon).get(KEY_ID, {}).get("here")

    assert refusals == {(daemon, reason): daemon.drops(reason) for daemon, reason in refusals}
    for daemon, sequence in sequences.items():
        assert not [event for event in daemon.events()
                    if event["sequence"] > sequence and event["kind"] in ("peer", "compare", "vrrp")]
        reasons = [event["reason"] for event in daemon.events()
                   if event["sequence"] > sequence and event["reason"].startswith("key file changed: ")]
        for reason, signs, before, accepted in zip(reasons, (KEY_ID, NEW, NEW), (KEY_ID, KEY_ID, NEW),
                                                   (f"also key {NEW}", f"also key {KEY_ID}", "no other key"), strict=True):
            assert f"signs with key {signs} " in reason and f"before: key {before}," in reason, reasons
            assert reason.endswith(f"accepts {accepted}"), reasons
    text = key_file(lab, a.node).read_text()
    assert text.startswith(COMMENT) and KEY.hex() not in text
    assert stat.S_IMODE(key_file(lab, a.node).stat().st_mode) == 0o600
    assert {key_file(lab, node).read_text() for node in nodes} == {text}


def test_what_would_silence_a_node_is_refused(lab, nodes):
    """Unless it is forced: then no node hears this one, but for its answers."""
    a, b, _ = nodes.values()
    before = key_file(lab, a.node).read_text()
    for arguments, reason in (
            (("retire", str(KEY_ID)), "the only key"),
            (("activate", str(KEY_ID)), "active already"),
            (("activate", "9"), "no key of this id"),
            (("add", str(KEY_ID)), "in use")):
        assert reason in refused(a, *arguments)
    for arguments in (("add", "256"), ("add", "x"), ("activate",), ("swap", "1")):
        assert a.ctl("keys", *arguments, check=False).returncode == 2
    assert key_file(lab, a.node).read_text() == before

    a.json("keys", "add", "7")
    assert "two keys already" in refused(a, "add")
    assert "signs with this key" in refused(a, "retire", str(KEY_ID))
    a.json("keys", "activate", "7", "--force")
    wait_until(lambda: a.verdict(b.node) == "one-way", "it signs with a key that no other node has")
    assert "in use by" in refused(a, "retire", str(KEY_ID))
    assert not keys(b).get(7, {}).get("here")


def test_a_member_of_the_group_cannot_change_keys(nodes):
    """Who may ask xbeatd still may not read its key file."""
    daemon = nodes["node-a"]
    os.chown(daemon.socket, 0, USER)
    daemon.socket.chmod(0o660)
    for arguments in ((), ("add",), ("activate", str(NEW)), ("retire", str(KEY_ID))):
        done = subprocess.run(["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups",
                               *daemon.ctl_argv("keys", *arguments)], capture_output=True, text=True, check=False)
        assert done.returncode == (4 if arguments else 0), done
        assert not arguments or "not permitted to read the key file" in done.stderr and "run this as root" in done.stderr


def test_no_key_is_shown(lab, nodes):
    """Nor in the fingerprint; and what xbeatd refuses is put back."""
    daemon = nodes["node-a"]
    daemon.json("keys", "add")
    text = daemon.text("keys")
    secrets = [line.split()[1] for line in key_file(lab, daemon.node).read_text().splitlines()[1:]]
    assert len(secrets) == 2 and all(secret[:8] not in text + daemon.ctl("keys").stdout for secret in secrets)
    before = key_file(lab, daemon.node).read_text()
    daemon.configure("nonsense")
    assert "nonsense" in refused(daemon, "retire", str(NEW))
    assert key_file(lab, daemon.node).read_text() == before
