// SPDX-License-Identifier: GPL-2.0-or-later
/* The verb about server pools. */
#include "user/ctl/pool/pool.h"
#include "user/ctl/verbs/verbs.h"

static const char pool_help[] =
	"Shows the pools (virtual_server) and why servers get no connections; pool show also shows each server with its checks, pool explain one server in plain words. pool drain lets a server keep its connections and gives it no new ones; what is left after TIME is cut. pool disable takes it out at once; pool enable ends both. pool weight sets its weight. SERVER is an address or ADDRESS:PORT, in all pools or only in POOL. What an operator asked for stays over reloads, restarts and takeovers. Changes are only for root.";

const struct verb verbs_pool[] = {
	{
		.name = "pool",
		.arguments = "[POOL...] | drain ...",
		.completes =
			"POOL|SERVER... | list POOL... | show POOL|SERVER... | explain SERVER POOL | drain SERVER POOL | enable SERVER POOL | disable SERVER POOL | weight SERVER default POOL",
		.summary = "server pools: state, drain, enable, weight",
		.help = pool_help,
		.example =
			"$ xbeatctl pool\n"
			"POOL               STATE  SERVERS UP  WEIGHT  QUORUM  SORRY  SINCE\n"
			"10.0.0.100:80/tcp  up         2 of 3       2       1  none    31 s\n"
			"    10.0.0.13:80 down for 4.1 s: http 503 after 12 ms, 3 of 3; last good\n"
			"    4.4 s ago\n"
			"$ xbeatctl pool show 10.0.0.100:80/tcp\n"
			"$ xbeatctl pool explain 10.0.0.13\n"
			"$ xbeatctl pool drain 10.0.0.12 -t 10m\n"
			"$ xbeatctl pool enable 10.0.0.12\n"
			"$ xbeatctl pool weight 10.0.0.12:80 5\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL |
			   VERB_ACCEPTS_DURATION,
		.arguments_max = VERB_NAMES_MAX,
		.changes = "drain enable disable weight",
		.run = pool_run,
	},
	{0},
};
