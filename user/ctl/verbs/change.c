// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that change what the daemon does. */
#include "user/ctl/call/parameters.h"
#include "user/ctl/call/run.h"
#include "user/ctl/file/local.h"
#include "user/ctl/inspect/inspect.h"
#include "user/ctl/show/show.h"
#include "user/ctl/verbs/verbs.h"
#include "user/ctl/view/cells.h"
#include <xbeat/wire.h>

/* Above the time limit of programs that run at a reload. */
#define RELOAD_TIMEOUT_MS 60000
/* Above the daemon's patience with a new one. */
#define RESTART_TIMEOUT_MS 60000
/* shutdown_script runs at a stop. */
#define STOP_TIMEOUT_MS 60000

static const char failover_help[] =
	"Gives up the Active role of a VRRP instance cleanly: the best Backup takes over at once. This node then stays out of elections for the instance until resume, or for TIME (30s, 10m, 2h). Refused if no live Backup is known, or if the instance is not Active here; --force does it all the same. Only for root.";

static const char node_help[] =
	"node add NAME id N address A [address B]... [witness] adds a node to the heartbeat block of this node's configuration file, with an address for each of its interfaces; node remove NAME removes one. xbeatd reads the file at once; what stays is not disturbed. Prints the line that the other nodes need, or must lose. If anything is wrong, the file is as before. Only for root.";

static const char keys_help[] =
	"Shows the keys of heartbeats and which nodes have them and sign with them. To change keys without a lost heartbeat: keys add makes a new key, which all nodes need in their key file; keys activate, on every node, signs with it, and is refused while a node that is up is not known to have it; keys retire, on every node, removes the old one, and is refused while a node uses it. --force does it all the same. What xbeatd refuses is put back. Changes are only for root.";

static const char restart_help[] =
	"Starts xbeatd again, from the file that is installed now, and with the configuration file as it is now. The running one goes on until the new one has loaded everything; then they change over. Verdicts, roles and connections stay. If the new one finds an error or ends, the running one goes on, and the error is printed. Only for root.";

static const char stop_help[] =
	"Stops xbeatd and waits for its end. It gives up its instances, as at SIGTERM. With --keep the addresses and all else stay for the next xbeatd, which goes on if it starts within restart_grace: no instance moves, and no connection breaks. Otherwise the kernel fences the addresses, and another node takes over. Only for root.";

static const struct brief keys_brief = {
	.parts = {{"keys",
		   {{.member = "id", .kind = BRIEF_COUNT},
		    {.member = "fingerprint"},
		    {.make = cell_key_state},
		    {.make = cell_key_nodes}}}},
};

static const struct names keys = {
	.what = "key",
	.parts = {{.list = "keys", .keys = {"id", "fingerprint"}}},
};

const struct verb verbs_change[] = {
	{
		.name = "failover",
		.arguments = "INSTANCE",
		.summary = "hand an instance over to the best Backup",
		.help = failover_help,
		.example =
			"$ xbeatctl failover VI_1 -t 10m\n"
			"VI_1 is now initialize on this node; node-b takes over\n"
			"    out of elections until 2026-03-01 12:10:00.031, or until: xbeatctl\n"
			"    resume VI_1\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_DURATION | VERB_ACCEPTS_FORCE,
		.arguments_min = 1,
		.arguments_max = 1,
		.run = run_method,
		.parameters = parameters_failover,
		.print = show_failover,
	},
	{
		.name = "resume",
		.arguments = "[INSTANCE]",
		.summary = "rejoin elections after failover or drain",
		.help = "Lets a VRRP instance that was handed over take part in elections again; without INSTANCE, all instances of the node, also after drain. Refused for one instance that a drain, or a failover in its sync group, keeps away. Only for root.",
		.example = "$ xbeatctl resume\n"
			   "resumed: VI_1 VI_2\n",
		.accepts = VERB_ACCEPTS_JSON,
		.arguments_max = 1,
		.run = run_method,
		.parameters = parameters_instance,
		.print = show_resume,
	},
	{
		.name = "drain",
		.arguments = "",
		.summary = "give up all instances, before maintenance",
		.help = "Gives up every VRRP instance cleanly, and reports to the other nodes that this node is draining. It stays out of elections until resume. Refused if no live Backup is known for one of them; --force gives them up all the same. Only for root.",
		.example = "$ xbeatctl drain\n"
			   "given up: VI_1 VI_2\n"
			   "    out of elections until: xbeatctl resume\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_FORCE,
		.run = run_method,
		.parameters = parameters_drain,
		.print = show_drain,
	},
	{
		.name = "priority",
		.arguments = "INSTANCE N|default",
		.summary = "set an instance's priority until the next change",
		.help = "Gives a VRRP instance the priority N, 1 to 254, instead of the configured one; default restores the configured priority. Only for root.",
		.example = "$ xbeatctl priority VI_1 200\n"
			   "VI_1: priority 200 (configured: 100)\n",
		.accepts = VERB_ACCEPTS_JSON,
		.arguments_min = 2,
		.arguments_max = 2,
		.run = run_method,
		.parameters = parameters_priority,
		.print = show_priority,
	},
	{
		.name = "reload",
		.arguments = "",
		.summary = "read the configuration again",
		.help = "Reads the configuration file again. Instances whose configuration is unchanged are not touched. A file with errors changes nothing, and each error is printed with its source location. Only for root.",
		.example = "$ xbeatctl reload\n"
			   "changed  VI_1\n"
			   "reloaded: 0 added, 1 changed, 0 removed, 99 unchanged\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = run_method,
		.print = show_reload,
		.answer_timeout_ms = RELOAD_TIMEOUT_MS,
	},
	{
		.name = "node",
		.arguments = "add|remove NAME [...]",
		.completes = "remove NODE | add NAME id N address|witness...",
		.summary = "add a node to the cluster, or remove one",
		.help = node_help,
		.example =
			"$ xbeatctl node add node-c id 3 address 10.0.0.3\n"
			"added      node 3 node-c 10.0.0.3\n"
			"file       /etc/xbeat/xbeat.conf\n"
			"next       add this line on the other nodes, then there: xbeatctl reload;\n"
			"           node-c needs the whole block in its file\n",
		.accepts = VERB_ACCEPTS_JSON,
		.arguments_min = 2,
		.arguments_max = 5 + 2 * XB_LINKS_MAX,
		.run = local_node,
		.answer_timeout_ms = RELOAD_TIMEOUT_MS,
	},
	{
		.name = "keys",
		.arguments = "[show|add|activate|retire ID]",
		.completes = "show ID... | add | activate ID | retire ID",
		.summary = "the keys of heartbeats, and changes of them",
		.help = keys_help,
		.example =
			"$ xbeatctl keys\n"
			"KEY  FINGERPRINT       STATE     HAVE IT         SIGN WITH IT\n"
			"  1  5c8d7f3a91b2e604  active    node-b, node-c  node-b, node-c\n"
			"  2  0e77a19b3c5d2f48  accepted  node-b          none\n"
			"    not on node-c: copy the key file there, then there: xbeatctl reload\n"
			"key file /etc/xbeat/lan.key\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL |
			   VERB_ACCEPTS_FORCE,
		.arguments_max = VERB_NAMES_MAX,
		.shows_alone = true,
		.run = local_keys,
		.print = show_keys,
		.names = &keys,
		.brief = &keys_brief,
		.answer_timeout_ms = RELOAD_TIMEOUT_MS,
	},
	{
		.name = "log",
		.arguments = "[LEVEL]",
		.completes = "error|warning|notice|info|debug",
		.summary = "what xbeatd logs, until it starts again",
		.help = "Shows the level of xbeatd's log: lines that are less important are not written. With LEVEL (error, warning, notice, info or debug) it changes the level until xbeatd starts again, also by restart. Only root may change it.",
		.example = "$ xbeatctl log debug\n"
			   "debug, before: info\n",
		.accepts = VERB_ACCEPTS_JSON,
		.arguments_max = 1,
		.shows_alone = true,
		.run = inspect_log,
	},
	{
		.name = "restart",
		.arguments = "",
		.summary = "another xbeatd goes on, without a gap",
		.help = restart_help,
		.example = "$ xbeatctl restart\n"
			   "process 934 goes on\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = run_restart,
		.print = show_restart,
		.answer_timeout_ms = RESTART_TIMEOUT_MS,
	},
	{
		.name = "stop",
		.arguments = "",
		.summary = "stop xbeatd; --keep: another one goes on",
		.help = stop_help,
		.example =
			"$ xbeatctl stop --keep\n"
			"stopped; its addresses stay until restart_grace or guard_timeout has passed\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_KEEP,
		.run = run_stop,
		.parameters = parameters_stop,
		.print = show_stop,
		.answer_timeout_ms = STOP_TIMEOUT_MS,
	},
	{0},
};
