# SPDX-License-Identifier: GPL-2.0-or-later
"""auth_hmac's keys at the running daemon: from files and credentials, changed by reloads, and wrong ones,
which never make an instance run unsigned; and marks across reloads without auth_hmac."""

import os

import pytest

from tests.net.vrrp.test_signed import Peer, receive, refusals, signing, text_of
from tests.support.configuration import block
from tests.support.laboratory import wait_until
from tests.support.signed import KEYS, TRAILER_BYTES, auth_hmac, is_right
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
PLAIN_BYTES = 12  # of an advert with one address


def from_file(path):
    return block("auth_hmac", f"key 7 file:{path}", "active_key 7")


def write_key(lab, number=7):
    return lab.write("vrrp.key", f"hex:{KEYS[number]}\n")


def open_to_all(lab):
    path = write_key(lab)
    path.chmod(0o644)
    return path


def in_an_open_directory(lab):
    folder = lab.path("open")
    folder.mkdir(exist_ok=True)
    path = write_key(lab).rename(folder / "vrrp.key")
    folder.chmod(0o777)
    return path


BAD_FILES = {
    "missing": lambda lab: lab.path("none"), "open to all": open_to_all, "replaceable": in_an_open_directory,
    "short": lambda lab: lab.write("vrrp.key", "hex:0011\n"), "empty": lambda lab: lab.write("vrrp.key", ""),
    "a directory": lambda lab: lab.directory}


@pytest.mark.parametrize("kind", BAD_FILES)
def test_a_bad_file_is_an_error(lab, kind):
    """At a reload nothing changes; at a start nothing is sent."""
    daemon = Xbeatd(lab, "node-a", text_of("node-a", from_file(write_key(lab)))).start_active()
    text = text_of("node-a", from_file(BAD_FILES[kind](lab)))
    line = text.splitlines().index(next(line for line in text.splitlines() if "key 7" in line)) + 1
    reason = daemon.refused_reload(text)
    assert f":{line}:" in reason, reason
    assert signing(daemon)["mode"] == "enforce" and is_right(receive(lab, "node-a"), lab.address("node-a"))
    daemon.stop()
    done = lab.run("node-a", *daemon.argv(), check=False)
    assert done.returncode == os.EX_CONFIG and f":{line}:" in done.stderr, done.stderr


def test_a_credential(lab):
    folder = lab.path("credentials")
    folder.mkdir(mode=0o500)
    write_key(lab).rename(folder / "vrrp").chmod(0o400)
    text = text_of("node-a", from_file("${_ENV CREDENTIALS_DIRECTORY}/vrrp"))
    daemon = Xbeatd(lab, "node-a", text)
    daemon.start("env", f"CREDENTIALS_DIRECTORY={folder}").wait_state("active")
    assert is_right(receive(lab, "node-a"), lab.address("node-a"))


def test_a_file_that_changes(lab):
    """A reload reads it again; before it nothing changes."""
    text = text_of("node-a", from_file(write_key(lab)))
    daemon = Xbeatd(lab, "node-a", text).start_active()
    write_key(lab, 9)
    assert is_right(receive(lab, "node-a"), lab.address("node-a"))
    daemon.reload(text)
    wait_until(lambda: is_right(receive(lab, "node-a"), lab.address("node-a"), {7: KEYS[9]}), "the other key signs")
    assert daemon.vrrp()["transitions"] == 2


def test_without_auth_hmac_in_between(lab):
    """What was received is remembered, and the numbers go on."""
    daemon = Xbeatd(lab, "node-a", text_of("node-a", auth_hmac("time_window 300"))).start_active()
    with Peer(lab) as peer:
        recorded = peer.payload(priority=10)
        peer.send(recorded)
        wait_until(lambda: signing(daemon)["accepted"] == 1, "a true advert")
        sent = signing(daemon)["sent_sequence"]
        daemon.reload(text_of("node-a"))
        wait_until(lambda: len(receive(lab, "node-a")) == PLAIN_BYTES, "it does not sign")
        daemon.reload(text_of("node-a", auth_hmac("time_window 300")))
        wait_until(lambda: len(receive(lab, "node-a")) == PLAIN_BYTES + TRAILER_BYTES, "it signs")
        assert signing(daemon)["sent_sequence"] > sent
        peer.send(recorded)
        wait_until(lambda: refusals(daemon).get("replay"), "a replay")
    assert daemon.vrrp()["transitions"] == 2
