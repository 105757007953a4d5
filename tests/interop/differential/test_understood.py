# SPDX-License-Identifier: GPL-2.0-or-later
"""xbeat understands the kinds of configurations that are found in the wild as keepalived does:
keepalived dumps what xbeat prints of a configuration as it dumps the configuration. "make check" plays
every fifth."""

import difflib
import re
import subprocess

import pytest

from tests.interop.test_found import INTERFACES, KINDS, listed
from tests.support.keepalived_check import dump
from tests.support.laboratory import BUILD

# keepalived 2.2.7 crashes on this at the start where the kernel has no IPVS.
CRASHES = "lvs_sync_daemon"
ACCEPTED = [name for name, (_kind, text) in KINDS.items() if not listed("-", text) and CRASHES not in text]
# Lines that say nothing of how an instance behaves, or that differ in form only.
SAME = re.compile("|".join((
    r"Unicast TTL = 255", r"Notify priority changes = no$",  # the default, given or not
    r"Skip checking advert", r"Flags:", r"Kernel rx buffer", r"Debug level",  # needless in xbeat
    r"Using smtp",  # named in a warning
    r"Using src_ip = fe80",  # chosen at random for the interface
)))
# What else differs: a text of the configuration, what of keepalived's dump is missing, and what is
# there instead.
DIFFERENT = (
    # 0 stands for the interval.
    ("vrrp_script", r"Timeout = 0 sec", r"Timeout = "),
    # The same as a command.
    ("</dev/tcp", r"Command = </dev/tcp", r"Command = '/usr/bin/sh' '-c' '</dev/tcp"),
    # xbeat uses arguments outside quotes, with a warning.
    ('$CHECK="', r"Command = '/usr/bin/true'$", r"Command = '/usr/bin/true' '--port' '443'"),
    # Without garp_master_refresh it has no meaning.
    ("vrrp_min_garp", r"refresh repeat = 0", r"refresh repeat = 1"),
    # keepalived accepts no "to" after the type, which xbeat prints.
    ("blackhole 203", r"Virtual Routes|(blackhole|unreachable|prohibit) 203", r"$^"),
    ("blackhole priority", r"from 0.0.0.0/0 to", r"from all to"),
    # keepalived reads in the file's order, and drops a track_script before its vrrp_script.
    ("vrrp_script chk_redis", r"$^", r"Tracked scripts|chk_redis|VRRP Scripts|^   "),
)


def print_config(path):
    """What xbeat prints of a configuration, in a file beside it."""
    printed = path.with_suffix(".printed.conf")
    printed.write_text(subprocess.run([BUILD / "tools/print_config", path.name], cwd=path.parent, check=True,
                                      capture_output=True, text=True).stdout)
    return printed


def differing(given, printed):
    lines = [[line for line in lines if not SAME.search(line)] for lines in (given, printed)]
    for line in difflib.ndiff(*lines):
        if line[0] in "+-":
            yield line


@pytest.mark.parametrize("name", [pytest.param(name, marks=pytest.mark.whole if number % 5 else ())
                                  for number, name in enumerate(ACCEPTED)])
def test_understood(tmp_path, name):
    path = tmp_path / f"{name}.conf"
    text = KINDS[name][1]
    path.write_text(text)
    given = dump(path, INTERFACES)
    printed = dump(print_config(path), INTERFACES)
    missing, instead = ["|".join([pattern[index] for pattern in DIFFERENT if pattern[0] in text] or ["$^"])
                        for index in (1, 2)]
    wrong = [line for line in differing(given, printed)
             if not re.search(missing if line[0] == "-" else instead, line[2:])]
    assert given and printed and not wrong, "\n".join(wrong)
