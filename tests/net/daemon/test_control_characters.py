# SPDX-License-Identifier: GPL-2.0-or-later
"""Text of a script and of the configuration never controls the reader's terminal."""

import os
import pty
import re
import subprocess

import pytest

from tests.support.configuration import block, instance
from tests.support.laboratory import BUILD
from tests.support.xbeatd import Xbeatd

pytestmark = pytest.mark.laboratory(nodes=1)
NODE = "node-a"
NAME = "VI_\u202e\u009b1"
# A title for the window, C1 as UTF-8 and as a byte, a bidirectional override.
OUTPUT = b"\x1b]0;root\x07 \xc2\x9b31m \x9b31m \xe2\x80\xaeok \xd8\x9c"
SAID = r"\x1b]0;root\x07 \u009b31m \x9b31m \u202eok \u061c"
CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def on_terminal(argv):
    """Returns what a program writes to its terminal."""
    master, slave = pty.openpty()
    with subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave) as process:
        os.close(slave)
        written = b""
        try:
            while data := os.read(master, 1 << 16):
                written += data
        except OSError:  # the program has closed it
            pass
    os.close(master)
    assert process.returncode == 0, written
    return written.replace(b"\r\n", b"\n").decode()


@pytest.fixture
def router(lab):
    lab.path("output").write_bytes(OUTPUT)
    script = lab.write("check", f"#!/bin/sh\ncat {lab.path('output')}\nexit 1\n", mode=0o755)
    router = Xbeatd(lab, NODE, block("vrrp_script check", f"script {script}", "interval 1"),
                    instance(NAME, track_script=["check"])).start()
    router.wait_tracked("check", "down")
    return router


@pytest.mark.parametrize("verb", [
    ["tracking"], ["vrrp"], ["explain", NAME], ["events"], ["status"], ["config"],
    ["-j", "tracking"], ["-j", "vrrp"], ["-j", "explain", NAME], ["-j", "events"],
    ["-j", "config"]], ids=" ".join)
def test_no_control_character_reaches_a_terminal(router, verb):
    written = on_terminal(router.ctl_argv(*verb))
    assert not CONTROLS.search(written), written
    if verb == ["tracking"]:
        assert SAID.split(" ")[0] in written.replace("\n", " "), written


def test_json_keeps_the_text(router):
    assert router.tracked("check")["reason"].endswith(SAID)
    assert router.vrrp(NAME)["name"] == NAME
    assert NAME in router.text("config"), "a file gets the configuration as it is"


def test_no_control_character_reaches_the_log(router):
    log = router.process.output()
    assert SAID in log and r"VI_\u202e\u009b1" in log
    assert not CONTROLS.search(log), log


def test_no_control_character_of_a_bad_configuration_reaches_a_terminal(lab):
    path = lab.write("bad.conf", "vrrp_instance a {\n\u202e\u0085word\n}\n")
    done = lab.run(NODE, BUILD / "xbeatd", "-t", "-c", path, check=False)
    assert done.returncode == 1 and r"\u202e\u0085word" in done.stderr
    assert not CONTROLS.search(done.stderr)
