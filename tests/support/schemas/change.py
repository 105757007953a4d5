# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON of the verbs that change something."""

from tests.support.schemas.kinds import COUNT, FLAG, ID, PERCENT_LIKE, TEXT, TEXTS, UNIX_NS, list_of, one_of, record
from tests.support.schemas.show import STATE

FAILOVER = record({"instance": TEXT, "state": STATE, "was_active": FLAG}, successor=TEXT, until_unix_ns=UNIX_NS)
INSTANCES = record({"instances": TEXTS})
PRIORITY = record({"instance": TEXT, "configured": PERCENT_LIKE, "effective": PERCENT_LIKE})
RELOAD = record({"added": TEXTS, "changed": TEXTS, "removed": TEXTS,
                 "renamed": list_of(record({"from": TEXT, "to": TEXT})), "unchanged_count": COUNT, "warnings": TEXTS})
NODE = record({"file": TEXT}, added=TEXT, removed=TEXT)
RESTART = record({"pid": ID}, warnings=TEXT)
STOP = record({"keep": FLAG, "pid": ID})
KEYS = record({"key_file": TEXT, "keys": list_of(record(
    {"id": COUNT, "fingerprint": TEXT, "here": FLAG, "active": FLAG,
     "nodes": list_of(record({"node": TEXT, "verdict": TEXT}, has=FLAG, signs=FLAG))}))})
KEY_CHANGE = record({"key_file": TEXT}, added=COUNT, activated=COUNT, retired=COUNT)
LEVEL = one_of("error", "warning", "notice", "info", "debug")
LOG = record({"level": LEVEL}, before=LEVEL)
