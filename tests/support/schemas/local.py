# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON of the verbs that need no daemon."""

from tests.support.schemas.kinds import COUNT, FLAG, ID, TEXT, TEXTS, ANY_TEXT, list_of, one_of, record
from tests.support.schemas.show import FOREIGN_PROGRAMS

LOCATION = record({"file": TEXT}, line=ID, column=ID)
CHECK = record(
    {"file": TEXT, "accepted": FLAG,
     "diagnostics": list_of(record({"file": TEXT, "severity": one_of("error", "warning"), "text": TEXT}, line=ID,
                                   column=ID))},
    foreign_programs=FOREIGN_PROGRAMS,
    instance_count=COUNT, address_count=COUNT, pool_count=COUNT, server_count=COUNT,
    heartbeat=record({"name": TEXT, "node_count": COUNT, "interface_count": COUNT}))
GROUPS = list_of(record({"text": TEXT, "locations": list_of(LOCATION)}))
IMPORT = record(
    {"file": TEXT, "result": one_of("works", "works_with_differences", "refused"), "errors": GROUPS,
     "differences": GROUPS, "next": list_of(record({"text": TEXT}, command=TEXT))},
    works=list_of(record({"kind": TEXT, "count": COUNT, "text": TEXT}, names=TEXTS)),
    heartbeat=record({"reason": TEXT}, complete=FLAG, block=TEXT, interface=TEXT, instances=TEXTS, replace=TEXTS,
                     nodes=list_of(record({"id": ID, "name": TEXT, "address": TEXT}))))
VERSION = record({"version": TEXT})
HELP = list_of(record({"name": TEXT, "arguments": ANY_TEXT, "summary": TEXT, "help": TEXT, "options": TEXTS}))
