# SPDX-License-Identifier: GPL-2.0-or-later
"""The JSON of server pools: the methods pools, pool_explain, pool_mode and pool_weight, and the member
pools of a snapshot."""

from tests.support.schemas.kinds import COUNT, FLAG, ID, NS, SIGNED, TEXT, TEXTS, TRUE, UNIX_NS, list_of, one_of, record

SERVER_STATE = one_of("up", "down", "drain", "maintenance")
MODE = one_of("ready", "drain", "maintenance")
CHECK_KIND = one_of("tcp", "http", "smtp", "dns", "udp", "ping", "misc", "file", "grpc", "agent", "session", "bfd")

# Of the data plane; missing where it does not count.
COUNTERS = record({}, connections=COUNT, active=COUNT, inactive=COUNT, packets_in=COUNT, packets_out=COUNT,
                  bytes_in=COUNT, bytes_out=COUNT)
CHECK = record(
    {"kind": CHECK_KIND, "target": TEXT, "state": one_of("up", "down"), "reason": {"type": "string"},
     "results": record({"good": COUNT, "bad": COUNT, "stalled": COUNT, "local_error": COUNT})},
    unchecked=TRUE, failed_here=TRUE, suspended=TRUE, held_ns=NS, good_count=COUNT, bad_count=COUNT, rise=ID, fall=ID,
    result_age_ns=NS, duration_ns=NS, last_good_age_ns=NS, weight=SIGNED)
SERVER = record(
    {"address": TEXT, "state": SERVER_STATE, "mode": MODE, "state_age_ns": NS, "reason": {"type": "string"},
     "configured_weight": COUNT, "weight": COUNT, "present": FLAG, "changes": record({"up": COUNT, "down": COUNT}),
     "checks": list_of(CHECK)},
    since_unix_ns=UNIX_NS, backup=TRUE, agent=TEXT, agent_percent=COUNT, drain_left_ns=NS, slow_start_left_ns=NS,
    operator_weight=COUNT, plane_refused_reason=TEXT, counters=COUNTERS, snmp_name=TEXT)
SERVICE = record({"protocol": one_of("tcp", "udp", "sctp", "fwmark")}, address=TEXT, mark=ID, counters=COUNTERS,
                 plane_refused_reason=TEXT)
POOL = record(
    {"name": TEXT, "state": one_of("up", "down"), "state_age_ns": NS, "reason": {"type": "string"},
     "quorum": record({"weight": COUNT, "hysteresis": COUNT, "alive_weight": COUNT}),
     "servers_by_state": record({state: COUNT for state in SERVER_STATE["enum"]}),
     "data_plane": one_of("ipvs", "none"), "scheduler": TEXT, "sorry_active": FLAG,
     "changes": record({"up": COUNT, "down": COUNT}), "services": list_of(SERVICE)},
    since_unix_ns=UNIX_NS, suspended=TRUE, partial=TRUE, sorry=TEXT, servers=list_of(SERVER),
    snmp_name=TEXT)
POOLS = record(
    {"checker": record({"state": one_of("none", "running", "away"), "start_count": COUNT}, pid=ID, reason=TEXT),
     "plane": record({"name": TEXT, "state": one_of("works", "missing")}, reason=TEXT),
     "pools": list_of(POOL)}, next=COUNT)

EXPLAIN = list_of(record({"pool": TEXT, "server": TEXT, "state": SERVER_STATE, "state_age_ns": NS,
                          "reason": {"type": "string"}, "lines": TEXTS}, since_unix_ns=UNIX_NS))
CHANGED = record({"servers": list_of(record({"pool": TEXT, "server": TEXT, "mode": MODE, "weight": COUNT,
                                             "state": SERVER_STATE}, drain_left_ns=NS))},
                 quorums_lost=list_of(record({"pool": TEXT, "alive_weight": COUNT, "quorum": ID, "hysteresis": COUNT},
                                             sorry=TEXT)))
