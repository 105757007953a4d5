# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON of the verbs that show what a daemon knows."""

import re

from tests.support.laboratory import ROOT
from tests.support.schemas.kinds import (ANY_TEXT, COUNT, DIGITS, FLAG, ID, NS, NUMBER, PERCENT_LIKE, SIGNED, TEXT,
                                         TEXTS, TRUE, UNIX_NS, list_of, one_of, record)

VERDICT = one_of("up", "hung", "fenced", "released", "one-way", "unreachable", "down")
NODE_STATE = one_of("starting", "running", "draining", "stopping", "dead", "restarting")
STATE = one_of("initialize", "backup", "active")
FOREIGN = list_of(record({"instance": TEXT, "address": TEXT, "interface": TEXT}))
INHIBITOR = record({"kind": TEXT, "text": TEXT})
ROUTERS = {"routers": one_of("nodes", "any"), "routers_reason": TEXT}
ROUTERS_HELD = {"routers_held": FLAG, "routers_unheld_reason": TEXT}
NOTE = record({"kind": TEXT, "source": TEXT, "key": COUNT, "clock_ahead_s": SIGNED, "age_ns": NS, "text": TEXT})
DISAGREEMENT = record({"subject": TEXT, "what": TEXT, "own": ANY_TEXT, "location": ANY_TEXT, "nodes": TEXTS,
                       "text": TEXT}, other=ANY_TEXT, instance=TEXT)

FOREIGN_PROGRAMS = list_of(record({"interface": TEXT, "hook": one_of("xdp", "tc"), "before_ours": FLAG, "text": TEXT},
                                  kind=TEXT, priority=COUNT, name=TEXT, program_id=ID, program=TEXT))
INTERFACE = record(
    {"name": TEXT, "mode": one_of("native", "generic", "none"), "attached_by": one_of("link", "netlink", "dispatcher", "others"),
     "program_id": ID, "reattached_count": COUNT, "vlan_tags": one_of("visible", "tc", "none", "unknown")},
    answers=one_of("redirect", "tc", "none"), evidence_age_ns=NS, mode_reason=TEXT, detached_reason=TEXT, foreign_programs=FOREIGN_PROGRAMS)
CHAIN = list_of(record({"interface": TEXT, "program_id": ID, "runs": FLAG}, program=TEXT))
STATUS = record(
    {"epoch": COUNT, "pid": ID, "configuration_file": TEXT, "instance": TEXT, "version": TEXT, "state": NODE_STATE,
     "uptime_ns": NS, "event_sequence": COUNT, "interfaces": list_of(INTERFACE),
     "waiting_interfaces": list_of(record({"interface": TEXT, "reason": TEXT, "age_ns": NS})),
     "chain": CHAIN, "foreign_addresses": FOREIGN,
     "routers": list_of(record({"instance": TEXT, **ROUTERS}, **ROUTERS_HELD)),
     "auth_hmac": list_of(record({"instance": TEXT, "mode": TEXT, "active_key": COUNT, "notes": list_of(NOTE)})),
     "restored_pins_count": COUNT,
     "scheduling": record({"policy": one_of("deadline", "fifo", "other"), "memory_locked": FLAG}, priority=COUNT,
                          runtime_ns=NS, period_ns=NS, reason=TEXT),
     "runner": record({"pid": COUNT, "service": FLAG}),
     "refused": record({"connections": COUNT, "requests": COUNT, "gone": COUNT, "fifos": COUNT}),
     "reloads": record({"ok": COUNT, "refused": COUNT})},
    loop=record({"tick_count": COUNT, "late_ns": NS, "stall_count": COUNT, "stalled_ns": NS}),
    pools=record({"pools": ID, "quorum": COUNT, "servers": COUNT, "up": COUNT}),
    guard_refused_reason=TEXT, reloading=TRUE, restarting=TRUE,
    node=record({"id": ID, "name": TEXT}, witness=TRUE),
    heartbeat=record({"name": TEXT, "interval_ns": NS, "daemon_timeout_ns": NS}, multiplier=COUNT,
                     detection_time_ns=NS, detection_min_ns=NS, detection_max_ns=NS),
    links=list_of(record({"interface": TEXT, "bad": FLAG, "reason": ANY_TEXT}, waiting_for=TEXT)),
    disagreements=list_of(DISAGREEMENT), isolated=TRUE, isolated_age_ns=NS, isolated_reason=TEXT)

VIEWS = list_of(record({"node": TEXT, "asked_age_ns": NS}, age_ns=NS))
LINK = record(
    {"interface": TEXT, "address": TEXT, "verdict": VERDICT, "verdict_age_ns": NS, "sent": COUNT, "received": COUNT, "lost": COUNT},
    age_ns=NS, heard_age_ns=NS, send_error=TEXT, replies_missing_age_ns=NS, replies_missing_count=COUNT,
    loss_reports=COUNT, routed=TRUE, on_link=FLAG, off_link=COUNT, phi=NUMBER,
    rtt_ns=record({"min": NS, "p50": NS, "p99": NS, "max": NS}),
    rtt_minute_ns=record({"p50": NS, "p99": NS, "max": NS}), rtt_minute_count=ID, rtt_minute_window_ns=NS)
PEER = (
    {"id": ID, "name": TEXT, "verdict": VERDICT, "reason": TEXT, "verdict_age_ns": NS, "links": list_of(LINK),
     "verdict_changes": record({name: COUNT for name in VERDICT["enum"]})},
    {"witness": TRUE, "degraded": TRUE, "daemon_age_ns": NS, "daemon": one_of("running", "restarting", "dead"),
     "fenced": TEXTS, "late_apps": TEXTS, "hears": VIEWS, "heard_by": VIEWS,
     "detection": record({"time_ns": NS}, needed_ns=NS, phi=NUMBER, false_alarm_every_ns=NS, gap_mean_ns=NS,
                         gap_deviation_ns=NS, gap_longest_ns=NS, gap_count=COUNT)})
PEERS = list_of(record(PEER[0], **PEER[1]))

OWN_NODE = record({"id": ID, "name": TEXT, "self": TRUE, "state": NODE_STATE, "version": TEXT}, witness=TRUE)
OTHER_NODE = record({**PEER[0], "comparison": one_of("compared", "not yet", "no answer")},
                    **PEER[1], version=TEXT, state=NODE_STATE)
ROLE = record({"node": TEXT}, state=STATE, priority=PERCENT_LIKE, fenced=TRUE, name=TEXT,
              configured_priority=PERCENT_LIKE)
CLUSTER = record(
    {"heartbeat": TEXT, "nodes": list_of({"anyOf": [OWN_NODE, OTHER_NODE]}),
     "instances": list_of(record({"name": TEXT, "vrid": ID, "family": one_of(4, 6), "addresses": TEXTS,
                                  "nodes": list_of(ROLE)})),
     "disagreements": list_of(DISAGREEMENT)})

SIGNING = record(
    {"mode": TEXT, "anti_replay": one_of("monotonic", "time"), "active_key": COUNT, "keys": list_of(COUNT),
     "accepted": COUNT,
     "refused": record(dict.fromkeys(["missing", "malformed", "unknown_key", "invalid_hmac", "stale", "replay"],
                                     COUNT)),
     "notes": list_of(NOTE),
     "senders": list_of(record({"address": TEXT, "key": COUNT, "sequence": TEXT, "age_ns": NS,
                                "clock_ahead_ns": SIGNED}))},
    time_window_s=COUNT, sent_sequence=TEXT)
CAUSED = {"cause": TEXT, "count": ID}
VRRP = list_of(record(
    {"name": TEXT, "vrid": ID, "family": one_of("ipv4", "ipv6"), "interface": TEXT, "version": one_of(2, 3),
     "state": STATE, "priority": PERCENT_LIKE, "effective_priority": PERCENT_LIKE, "since_unix_ns": UNIX_NS,
     "state_age_ns": NS, "reason": ANY_TEXT, "addresses": TEXTS,
     "adverts": record({"sent": COUNT, "received": COUNT, "release_sent": COUNT, "release_received": COUNT},
                       failing_ns=NS, failure=TEXT),
     "transitions": COUNT, "keepalived_state": TEXT,
     "keepalived_addresses": list_of(record({"ip_address": TEXT, "intf": TEXT})), "became_active_count": COUNT, "left_active_count": COUNT,
     "takeovers": list_of(record({**CAUSED, "total_ns": NS, "last_ns": NS})), "releases": list_of(record(CAUSED)),
     "fences": list_of(record(CAUSED)), **ROUTERS, "refuted_count": COUNT, "overtaken_count": COUNT},
    **ROUTERS_HELD, active_address=TEXT, cause=TEXT, refuted_source=TEXT, refuted_priority=PERCENT_LIKE,
    refuted_age_ns=NS, destination=TEXT, unicast_peers=TEXTS, group=TEXT, virtual_mac_interface=TEXT,
    pinned_priority=PERCENT_LIKE, until_unix_ns=UNIX_NS, stays_away=one_of("operator", "drained"),
    obstacles=list_of(INHIBITOR), fault=INHIBITOR, guard=record({"timeout_ns": NS, "due_in_ns": NS, "fenced": FLAG}),
    auth_hmac=SIGNING, foreign_addresses=FOREIGN, owners=TEXTS, owners_since_unix_ns=UNIX_NS,
    owners_reason=TEXT))

EXPLAIN_INSTANCE = record(
    {"instance": TEXT, "state": STATE, "since_unix_ns": UNIX_NS, "state_age_ns": NS, "reason": ANY_TEXT,
     "lines": TEXTS, "configured_priority": PERCENT_LIKE, "effective_priority": PERCENT_LIKE,
     "priority_parts": list_of(record({"what": TEXT, "weight": SIGNED, "fault": FLAG, "reason": ANY_TEXT}))},
    obstacles=list_of(INHIBITOR), active=record({"address": TEXT, "priority": PERCENT_LIKE}, node=TEXT))
EXPLAIN_PEER = record({**PEER[0], "peer": TEXT, "lines": TEXTS}, **PEER[1])
EXPLAIN_SELF = record({"node": TEXT, "state": NODE_STATE, "lines": TEXTS, "lately": TEXTS})

TRACKING = list_of(record({"kind": TEXT, "name": TEXT, "status": one_of("up", "down", "unknown"),
                           "reason": ANY_TEXT}, value=SIGNED, since_unix_ns=UNIX_NS))
APP = list_of(record({"name": TEXT, "place": COUNT, "state": one_of("beating", "late", "unopened"),
                      "timeout_ns": NS, "tracked_by": TEXTS}, user=TEXT, group=TEXT, notify_socket=TEXT,
                     status=ANY_TEXT, beat_age_ns=NS, opened_unix_ns=UNIX_NS, opened_by_uid=COUNT,
                     opened_by_pid=COUNT))
DROPS = record({name: COUNT for name in re.findall(
    r"^\s+X\(\w+, (\w+),", (ROOT / "include/xbeat/drop.h").read_text(), re.M)})
EVENT = record({"time_unix_ns": UNIX_NS, "sequence": ID, "kind": TEXT, "subject": TEXT, "from": ANY_TEXT,
                "to": ANY_TEXT, "reason": ANY_TEXT}, count=COUNT, first_unix_ns=UNIX_NS, earlier=TRUE,
               pool=TEXT)
