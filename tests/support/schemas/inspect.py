# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON of the verbs that inspect a node."""

from tests.support.schemas.kinds import COUNT, FLAG, ID, NS, TEXT, TEXTS, UNIX_NS, list_of, one_of, record

HEALTH = record({"healthy": FLAG, "problems": list_of(record(
    {"severity": one_of("error", "warning", "info"), "kind": TEXT, "subject": TEXT, "text": TEXT, "remedy": TEXT},
    age_ns=NS, reason=TEXT))})
INTERFACES = record(
    {"interfaces": list_of(record(
        {"name": TEXT, "mode": TEXT, "attached_by": TEXT, "program_id": ID, "vlan_tags": TEXT,
         "reattached_count": COUNT, "instances": TEXTS,
         "links": list_of(record({"node": TEXT, "address": TEXT, "verdict": TEXT}))},
        mode_reason=TEXT, answers=TEXT, detached_reason=TEXT, next_program_id=ID))},
    programs=list_of(record({"id": ID, "name": TEXT, "type": TEXT},
                            measured_ns=NS, run_count=COUNT, run_time_ns=NS, run_mean_ns=NS)))
MAPS = list_of(record({"id": ID, "name": TEXT, "type": TEXT, "max_entries_count": COUNT},
                      entries_count=COUNT, memory_bytes=COUNT, pin=TEXT))
# Of what other verbs answer only that it is there.
ANY = {}
DUMP = record(
    {"xbeatctl_version": TEXT, "made_unix_ns": UNIX_NS, "made_unix_ns_text": TEXT, "configuration": TEXT, "snapshot": ANY,
     "health": HEALTH, "events": ANY, "log": ANY,
     "machine": record({"kernel": TEXT, "kernel_version": TEXT, "architecture": TEXT, "processors_count": ID},
                       distribution=TEXT),
     "process": record({"pid": ID, "limits": list_of(record({"name": TEXT, "soft": TEXT, "hard": TEXT}))},
                       memory=TEXT, locked_memory=TEXT, threads=TEXT, capabilities=TEXT, seccomp=TEXT)},
    keys=ANY, programs=ANY, maps=MAPS)
