# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON of the verbs that look into a node."""

from tests.support.schemas.kinds import COUNT, FLAG, ID, NS, TEXT, TEXTS, list_of, one_of, record

HEALTH = record({"healthy": FLAG, "problems": list_of(record(
    {"severity": one_of("error", "warning", "info"), "kind": TEXT, "subject": TEXT, "text": TEXT, "remedy": TEXT},
    age_ns=NS))})
INTERFACES = record(
    {"interfaces": list_of(record(
        {"name": TEXT, "mode": TEXT, "attached_by": TEXT, "program_id": ID, "vlan_tags": TEXT,
         "reattached_count": COUNT, "instances": TEXTS,
         "links": list_of(record({"node": TEXT, "address": TEXT, "verdict": TEXT}))},
        mode_reason=TEXT, answers=TEXT, detached_reason=TEXT))},
    programs=list_of(record({"id": ID, "name": TEXT, "type": TEXT},
                            measured_ns=NS, run_count=COUNT, run_time_ns=NS, run_mean_ns=NS)))
MAPS = list_of(record({"id": ID, "name": TEXT, "type": TEXT, "max_entries_count": COUNT},
                      entries_count=COUNT, memory_bytes=COUNT, pin=TEXT))
