# SPDX-License-Identifier: GPL-2.0-or-later
"""The table of events' kinds: it is complete, and the manual has it."""

import re

from tests.support.journal import ROOT, message_ids


def test_the_manual_lists_the_kinds():
    manual = (ROOT / "docs/xbeatd.8.scd").read_text()
    assert dict(re.findall(r"^\|  _(\w+)_\n:  ([0-9a-f]{32})$", manual, re.M)) == message_ids()


def test_each_event_has_a_kind_of_the_table():
    """Another name would have no MESSAGE_ID."""
    used = {kind for path in (ROOT / "user").rglob("*.c")
            for kind in re.findall(r'event_log_add\(\s*[^,]+,\s*"(\w+)"', path.read_text())}
    assert used == set(message_ids()), "a row in user/lib/event_kinds.h and in docs/xbeatd.8.scd, LOG"
    assert len(set(message_ids().values())) == len(message_ids()), "no id twice"
