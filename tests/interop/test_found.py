# SPDX-License-Identifier: GPL-2.0-or-later
"""Configurations after the kinds that are found in the wild (tests/interop/found): keepalived runs
them, and so does xbeat.

A file has "== KIND" before each configuration. Lines in it list messages:

    #= xbeat's warning
    #- xbeat's error: it refuses the configuration, for a reason that xbeat.conf(5) gives
    #: keepalived's complaint; it runs the configuration all the same
"""

import pathlib
import re
import subprocess

import pytest

from tests.support.keepalived_check import check_all
from tests.support.laboratory import BUILD, ROOT

FOLDER = pathlib.Path(__file__).with_name("found")
KINDS = {f"{path.stem}_{number}": part.split("\n", 1) for path in sorted(FOLDER.glob("*.txt"))
         for number, part in enumerate(path.read_text().split("\n== ")[1:])}
KINDS_MIN = 60
REFUSED_MAX = 5
INTERFACES = ("eth0", "eth1", "eth2", "bond0", "br-mgmt", "br-ex", "vmbr0", "wlan0", "ens192", "dummy0",
              "ha-1234abcd-5e", "qr-aaaa0000-01", "qg-bbbb0000-02")
# keepalived's exit status: no message, or only about the security or absence of scripts.
CONTENT = {0, 4, 6}
COMPLAINS = 5
# What depends on the machine and not on the text: programs and paths that are missing here.
MACHINE = re.compile(r"does not exist or is not executable|of SSL does not exist|is run by root|root would run")
# xbeat's errors among the kinds, and what xbeat.conf(5) says of them.
REASONS = {"unknown keyword": "unknown keyword or value", "unknown state": "unknown keyword or value",
           "cannot be advertised": "\\*virtual_ipaddress\\* of both families"}


@pytest.fixture(scope="module")
def directory(tmp_path_factory):
    directory = tmp_path_factory.mktemp("found")
    for name, (_kind, text) in KINDS.items():
        (directory / f"{name}.conf").write_text(text)
    check_all(directory, INTERFACES)
    return directory


def listed(mark, text):
    return re.findall(f"^#{mark} (.*)$", text, re.MULTILINE)


def assert_all(expected, lines):
    """Each expected text is in a line, and no line is unexpected."""
    assert len(lines) == len(expected), lines
    assert all(any(text in line for line in lines) for text in expected), lines


@pytest.mark.parametrize("name", KINDS, ids=[f"{name}-{kind}" for name, (kind, _text) in KINDS.items()])
def test_kind(directory, name):
    path = directory / f"{name}.conf"
    text = path.read_text()
    complaints = listed(":", text)
    said = (directory / f"{name}.conf.said").read_text()
    code = int((directory / f"{name}.conf.code").read_text())
    assert code == COMPLAINS if complaints else code in CONTENT, said
    assert all(complaint in said for complaint in complaints), said
    done = subprocess.run([BUILD / "xbeatd", "-t", "-c", path], capture_output=True, text=True)
    lines = [line for line in done.stderr.splitlines() if not MACHINE.search(line)]
    assert_all(listed("=", text), [line for line in lines if " warning: " in line])
    assert_all(listed("-", text), [line for line in lines if " error: " in line])
    assert done.returncode == int(bool(listed("-", text))), done.stderr


def test_few_are_refused():
    manual = (ROOT / "docs/xbeat.conf.5.scd").read_text()
    texts = [text for _kind, text in KINDS.values()]
    refused = [error for text in texts for error in listed("-", text)]
    assert len(set(texts)) == len(KINDS) >= KINDS_MIN
    assert len(refused) <= REFUSED_MAX
    for error in refused:
        reason, = [given for found, given in REASONS.items() if found in error]
        assert re.search(reason, manual), error
