# SPDX-License-Identifier: GPL-2.0-or-later
"""A JSON schema for every verb of xbeatctl, with the command lines that a test checks against it
(tests/net/ctl/test_schemas.py, in this order, on a node of a running cluster).

A new verb needs a line in VERBS, or one in WITHOUT_JSON with the reason. A new member of an answer
needs one in its schema: as required if it is always there, else as optional.
"""

import jsonschema

from tests.support.schemas import change, inspect, local, pools, show
from tests.support.schemas.kinds import list_of

# The verb, its schema, and its arguments: {conf} is the configuration file of the daemon.
VERBS = [
    ("status", show.STATUS, [""]),
    ("cluster", show.CLUSTER, [""]),
    ("peers", show.PEERS, ["", "node-b"]),
    ("vrrp", show.VRRP, ["", "VI_1"]),
    ("explain", show.EXPLAIN_INSTANCE, ["VI_1"]),
    ("explain", show.EXPLAIN_PEER, ["node-b"]),
    ("explain", show.EXPLAIN_SELF, ["node-a"]),
    ("tracking", show.TRACKING, ["", "interface"]),
    ("app", show.APP, ["", "web"]),
    ("pool", pools.POOLS, ["", "list", "show"]),
    ("drops", show.DROPS, [""]),
    ("events", list_of(show.EVENT), ["", "node-b --since 1h"]),
    ("config", local.record({"text": show.TEXT}), [""]),
    ("health", inspect.HEALTH, [""]),
    ("interfaces", inspect.INTERFACES, ["", "-t 1s"]),
    ("maps", inspect.MAPS, [""]),
    ("dump", inspect.DUMP, [""]),
    ("check", local.CHECK, ["{conf}"]),
    ("import", local.IMPORT, ["{conf}"]),
    ("version", local.VERSION, [""]),
    ("help", local.HELP, ["", "peers"]),
    ("failover", change.FAILOVER, ["VI_1 -t 10m --force"]),
    ("resume", change.INSTANCES, [""]),
    ("drain", change.INSTANCES, ["--force"]),
    ("resume", change.INSTANCES, [""]),
    ("priority", change.PRIORITY, ["VI_1 7", "VI_1 default"]),
    ("reload", change.RELOAD, [""]),
    ("node", change.NODE, ["add node-d id 9 address 10.77.0.99", "remove node-d"]),
    ("keys", change.KEYS, [""]),
    ("keys", change.KEY_CHANGE, ["add 2", "retire 2"]),
    ("log", change.LOG, ["", "debug", "info"]),
    ("chain", show.CHAIN, ["", "show"]),
    ("restart", change.RESTART, [""]),
    ("stop", change.STOP, ["--keep"]),
]
WITHOUT_JSON = {
    "top": "fills a terminal; its JSON is that of status, peers, vrrp and events",
    "watch": "fills a terminal with what another verb prints",
    "genkey": "prints a line of a key file, which is for programs",
    "capture": "prints packets in pcapng, which is for programs",
}


def explain_missing(verb):
    return (f"xbeatctl {verb} has no JSON schema: add a line to VERBS in tests/support/schemas/__init__.py, with a "
            "schema in a file beside it; or to WITHOUT_JSON, with the reason")


def check(value, schema, what):
    """Fails with every place where value does not fit the schema."""
    errors = jsonschema.Draft7Validator(schema).iter_errors(value)
    # Of alternatives, why each of them does not fit.
    texts = [f"{what}: {'/'.join(map(str, each.absolute_path))}: {each.message[-300:]}"
             for error in errors for each in error.context or [error]]
    assert not texts, "\n".join(texts)
