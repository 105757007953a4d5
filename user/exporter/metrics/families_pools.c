// SPDX-License-Identifier: GPL-2.0-or-later
/* Metrics of server pools, their servers and checks; and what the data plane counts of them, also
 * under the names of keepalived_exporter (github.com/gen2brain/keepalived_exporter). */
#include "user/exporter/metrics/families.h"

const struct family families_pools[] = {
	FAMILY("xbeat_checker_up", GAUGE, pool_workers, is, "checker.state",
	       "Whether xbeat-checker runs.", "running"),
	FAMILY("xbeat_checker_starts", COUNTER, pool_workers, number, "checker.start_count",
	       "How often xbeat-checker was started.", NULL),
	FAMILY("xbeat_data_plane_up", GAUGE, pool_workers, is, "plane.state",
	       "Whether the data plane forwards connections.", "works"),
	FAMILY("xbeat_pool_up", GAUGE, pools, is, "state", "Whether a pool has its quorum.", "up"),
	FAMILY("xbeat_pool_changes", COUNTER, pools, each, "changes",
	       "How often a pool gained (up) or lost (down) its quorum.", "state"),
	FAMILY("xbeat_pool_alive_weight", GAUGE, pools, number, "quorum.alive_weight",
	       "The weight of the servers that are alive.", NULL),
	FAMILY("xbeat_pool_quorum_weight", GAUGE, pools, number, "quorum.weight",
	       "The weight that a pool needs.", NULL),
	FAMILY("xbeat_pool_servers", GAUGE, pools, each, "servers_by_state",
	       "How many servers of a pool are in this state.", "state"),
	FAMILY("xbeat_pool_sorry_active", GAUGE, pools, flag, "sorry_active",
	       "Whether the sorry server of a pool is in use.", NULL),
	FAMILY("xbeat_pool_suspended", GAUGE, pools, flag, "suspended",
	       "Whether a pool is not checked, because its address is elsewhere.", NULL),
	FAMILY("xbeat_server_state", GAUGE, servers, state, "state",
	       "Whether a server is in this state.", "up", "down", "drain", "maintenance"),
	FAMILY("xbeat_server_changes", COUNTER, servers, each, "changes",
	       "How often a server became up or down.", "state"),
	FAMILY("xbeat_server_weight", GAUGE, servers, number, "weight",
	       "The weight of a server in the data plane.", NULL),
	FAMILY("xbeat_server_configured_weight", GAUGE, servers, number, "configured_weight",
	       "The configured weight of a server.", NULL),
	FAMILY("xbeat_server_refused", GAUGE, servers, present, "plane_refused_reason",
	       "Whether the data plane does not take a server.", NULL),
	FAMILY("xbeat_server_connections", COUNTER, servers, number, "counters.connections",
	       "Connections forwarded to a server.", NULL),
	FAMILY("xbeat_server_active_connections", GAUGE, servers, number, "counters.active",
	       "Connections that are open.", NULL),
	FAMILY("xbeat_server_bytes_received", COUNTER, servers, number, "counters.bytes_in",
	       "Bytes forwarded to a server.", NULL),
	FAMILY("xbeat_server_bytes_sent", COUNTER, servers, number, "counters.bytes_out",
	       "Bytes of its answers, where they pass this node.", NULL),
	FAMILY("xbeat_check_up", GAUGE, checks, is, "state", "Whether a check is up.", "up"),
	FAMILY("xbeat_check_held", GAUGE, checks, present, "held_ns",
	       "Whether a check is held down, because it flaps.", NULL),
	FAMILY("xbeat_check_results", COUNTER, checks, each, "results",
	       "Results of a check; stalled and local_error are of this node and count for nothing.",
	       "result"),
	FAMILY("xbeat_check_result_age_seconds", GAUGE, checks, seconds, "result_age_ns",
	       "How old the last result of a check is.", NULL),
	FAMILY("xbeat_check_duration_seconds", GAUGE, checks, seconds, "duration_ns",
	       "How long the last run of a check took.", NULL),
	{0},
};

/* That exporter has no suffix _total, with which alone these may be counters. */
#define LVS(name, of, help, member)                                                                \
	FAMILY("keepalived_lvs_" name, GAUGE, keepalived_##of, number, "counters." member, help,   \
	       NULL)

const struct family families_lvs[] = {
	LVS("vip_in_packets", services, "Packets to a virtual address.", "packets_in"),
	LVS("vip_out_packets", services, "Packets from it.", "packets_out"),
	LVS("vip_in_bytes", services, "Bytes to it.", "bytes_in"),
	LVS("vip_out_bytes", services, "Bytes from it.", "bytes_out"),
	LVS("vip_conn", services, "Connections to it.", "connections"),
	LVS("rs_in_packets", servers, "Packets to a server.", "packets_in"),
	LVS("rs_out_packets", servers, "Packets from it.", "packets_out"),
	LVS("rs_in_bytes", servers, "Bytes to it.", "bytes_in"),
	LVS("rs_out_bytes", servers, "Bytes from it.", "bytes_out"),
	LVS("rs_conn", servers, "Connections to it.", "connections"),
	{0},
};
