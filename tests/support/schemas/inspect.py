# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON of the verbs that look into a node."""

from tests.support.schemas.kinds import FLAG, NS, TEXT, list_of, one_of, record

HEALTH = record({"healthy": FLAG, "problems": list_of(record(
    {"severity": one_of("error", "warning", "info"), "kind": TEXT, "subject": TEXT, "text": TEXT, "remedy": TEXT},
    age_ns=NS))})
