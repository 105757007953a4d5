# SPDX-License-Identifier: GPL-2.0-or-later
"""No file of the VRRP room registers a callback past its door (user/vrrp/door.h).

A file that refers to a function that takes a callback could be called without the check of the
guards. By symbols, so that neither a macro nor a forgotten include hides it.
"""

import re
import subprocess

from tests.support.laboratory import BUILD, ROOT

TAKES_CALLBACK = re.compile(r"event_new|event_assign|event_base_once|bufferevent_\w+|runner_(run|watch)\w*"
                            r"|tracking_start|interface_monitor_start|peers_(start|use_asker)")
# The notifications know no instance; the start gives tracking the door's own callback.
MAY_TAKE_ANY = {"vrrp/door.o", "vrrp/notify/notify.o"}
MAY_TAKE = {("vrrp/start.o", "tracking_start")}


def references():
    """Returns (object, symbol) for each function that takes a callback and that the room refers to."""
    # By the sources: the build folder may have objects of files that are gone.
    sources = sorted((ROOT / "user" / "vrrp").rglob("*.c"))
    objects = [BUILD / source.relative_to(ROOT).with_suffix(".o") for source in sources]
    output = subprocess.run(["nm", "-A", "-P", "-u", *objects], capture_output=True, text=True, check=True).stdout
    pairs = [line.split()[:2] for line in output.splitlines()]
    pairs = [(where.split("/user/")[1].rstrip(":"), symbol) for where, symbol in pairs]
    return {(where, symbol) for where, symbol in pairs if TAKES_CALLBACK.fullmatch(symbol)}


def test_only_the_door_registers_callbacks():
    found = references()
    assert ("vrrp/door.o", "event_new") in found, "the search finds nothing"
    assert {pair for pair in found if pair[0] not in MAY_TAKE_ANY} <= MAY_TAKE
