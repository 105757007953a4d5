// SPDX-License-Identifier: GPL-2.0-or-later
/* The table of verbs, with their help texts. */
#include "user/ctl/verb.h"
#include "user/ctl/local.h"
#include "user/ctl/output.h"
#include "user/ctl/parameters.h"
#include "user/ctl/run.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/text.h"
#include "user/lib/log.h"
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <xbeat/paths.h>
#include <xbeat/wire.h>

/* Above the time limit of programs that run at a reload. */
#define RELOAD_TIMEOUT_MS 60000
/* Above the daemon's patience with a new one. */
#define RESTART_TIMEOUT_MS 60000
/* shutdown_script runs at a stop. */
#define STOP_TIMEOUT_MS 60000

static const char cluster_help[] =
	"Shows the whole cluster as this node knows it: all nodes with their links and round-trip times, all instances with their addresses, the Active node and the others with their priorities, and what differs between the configurations of this node and of others.";

static const char explain_help[] =
	"Explains a VRRP instance: its state and why, which node is Active, what this node waits for, what would make it Active, and how its priority adds up. Explains this node: its condition and its last events. Explains another node: what is known of it and from which node, the verdict, and what would change the verdict.";

static const char peers_help[] =
	"Shows the verdict on each node with its reason and, for each link, the age of the last evidence, the round-trip times of its replies (median, 99th percentile, maximum) and the number of unanswered probes. While a node is silent, also shows when other nodes last heard it.";

static const char failover_help[] =
	"Gives up the Active role of a VRRP instance cleanly: the best Backup takes over at once. This node then stays out of elections for the instance until resume, or for TIME (30s, 10m, 2h). Refused if no live Backup is known, or if the instance is not Active here; --force does it all the same. Only for root.";

static const char node_help[] =
	"node add NAME id N address A [address B]... [witness] adds a node to the heartbeat block of this node's configuration file, with an address for each of its interfaces; node remove NAME removes one. xbeatd reads the file at once; what stays is not disturbed. Prints the line that the other nodes need, or must lose. If anything is wrong, the file is as before. Only for root.";

static const char restart_help[] =
	"Starts xbeatd again, from the file that is installed now, and with the configuration file as it is now. The running one goes on until the new one has loaded everything; then they change over. Verdicts, roles and connections stay. If the new one finds an error or ends, the running one goes on, and the error is printed. Only for root.";

static const char stop_help[] =
	"Stops xbeatd and waits for its end. It gives up its instances, as at SIGTERM. With --keep the addresses and all else stay for the next xbeatd, which goes on if it starts within restart_grace: no instance moves, and no connection breaks. Otherwise the kernel fences the addresses, and another node takes over. Only for root.";

const struct verb verbs[] = {
	{
		.name = "status",
		.arguments = "",
		.summary = "the daemon: node, interfaces, scheduling",
		.help = "Shows which node this is, whether it is isolated, the daemon's uptime and configuration file, how the XDP program is attached, and whether the daemon has real-time scheduling and locked memory.",
		.example = "$ xbeatctl status\n"
			   "node           node-a (1), running\n"
			   "...\n"
			   "heartbeat      lan: every 10 ms, detection time 30 ms (3 intervals)\n"
			   "               a daemon is hung after 3 s without progress\n"
			   "interface      eth0: native, program 12\n"
			   "...\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = run_method,
		.print = show_status,
	},
	{
		.name = "cluster",
		.arguments = "",
		.summary = "all nodes, instances and owners; what differs",
		.help = cluster_help,
		.example =
			"$ xbeatctl cluster\n"
			"NODE    ID  VERDICT  VERSION  LINK       ADDRESS   VERDICT    P50     MAX\n"
			"node-a   1  running  0.1.0    this node\n"
			"node-b   2  up       0.1.0    eth0       10.0.0.2  up       92 us  1.2 ms\n"
			"\n"
			"INSTANCE  VRID  ADDRESSES   ACTIVE        OTHERS\n"
			"VI_1        51  10.0.0.100  node-a (150)  node-b (100)\n"
			"\n"
			"differs  guard_timeout: 3 s here (/etc/xbeat/xbeat.conf:7), 1 s on node-b;\n"
			"         write the same on all nodes\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = run_method,
		.print = show_cluster,
	},
	{
		.name = "peers",
		.arguments = "",
		.summary = "the other nodes: the verdict on each, and why",
		.help = peers_help,
		.example =
			"$ xbeatctl peers\n"
			"NODE    VERDICT  LINK  ADDRESS    HEARD    P50     P99     MAX  LOST\n"
			"node-b  up       eth0  10.0.0.2  4.1 ms  92 us  140 us  1.2 ms     3\n"
			"    for 31 s: evidence was 0.1 ms old, its daemon had made progress 1.4 ms\n"
			"    before\n"
			"    its daemon made progress 2 ms ago\n"
			"    on-link, held to TTL 255: eth0\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = run_method,
		.print = show_peers,
	},
	{
		.name = "vrrp",
		.arguments = "",
		.summary = "the VRRP instances: state, Active node, reason",
		.help = "Shows each VRRP instance: its state with the reason of the last change, configured and effective priority, the Active node, its addresses and counters.",
		.example =
			"$ xbeatctl vrrp\n"
			"NAME  STATE   VRID  INTERFACE  PRIORITY  ACTIVE    SINCE\n"
			"VI_1  active    51  eth0            100  10.0.0.1   31 s\n"
			"    Active node-b is down (silent for 30.1 ms on 1 link, limit 30.0 ms;\n"
			"    node-c last heard it 30.1 ms ago)\n"
			"    addresses 10.0.0.100/32\n"
			"...\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = run_method,
		.print = show_vrrp,
	},
	{
		.name = "explain",
		.arguments = "INSTANCE|NODE",
		.summary = "one VRRP instance or node in plain words",
		.help = explain_help,
		.example =
			"$ xbeatctl explain VI_1\n"
			"state      VI_1 is backup, for 31 s\n"
			"reason     started with priority 100, Active_Down_Timer 3.61 s\n"
			"active     node-a, 10.0.0.1, priority 150\n"
			"next       node-a (10.0.0.1) is Active with priority 150; its last advert\n"
			"           arrived 0.807 s ago.\n"
			"           It stays Backup because the Active's priority 150 is higher\n"
			"           than its own 120.\n"
			"           ...\n"
			"priority    100  configured\n"
			"            +20  script chk_nginx: exited with status 0 after 6 ms, 1 of 1\n"
			"                 times\n"
			"            120  in effect\n",
		.accepts = VERB_ACCEPTS_JSON,
		.arguments_min = 1,
		.arguments_max = 1,
		.run = run_method,
		.parameters = parameters_instance,
		.print = show_explain,
	},
	{
		.name = "tracking",
		.arguments = "",
		.summary = "tracked scripts, interfaces, files; their status",
		.help = "Shows everything that instances track: its status, since when, and why.",
		.example = "$ xbeatctl tracking\n"
			   "KIND       NAME       STATUS  VALUE  SINCE\n"
			   "script     chk_nginx  down            31 s\n"
			   "    exited with status 1 after 6 ms, 1 of 1 times\n"
			   "interface  eth0       up                 -\n"
			   "    is up\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = run_method,
		.print = show_tracking,
	},
	{
		.name = "app",
		.arguments = "[beat NAME]",
		.summary = "applications that send beats",
		.help = "Shows each vrrp_app: its state, the age of its last beat and its timeout, which process opened it, and which instances track it. app beat NAME sends one beat, for scripts and cron jobs; the user named in the vrrp_app may do this as well.",
		.example = "$ xbeatctl app\n"
			   "NAME  STATE    LAST BEAT  TIMEOUT  OPENED  TRACKED BY\n"
			   "web   beating      12 ms   200 ms    31 s  VI_1\n"
			   "    opened by process 812 of user 33\n"
			   "$ xbeatctl app beat backup\n",
		.accepts = VERB_ACCEPTS_JSON,
		.arguments_max = 2,
		.run = run_app,
		.print = show_apps,
	},
	{
		.name = "drops",
		.arguments = "",
		.summary = "refused packets, by reason",
		.help = "Shows the number of packets refused for each reason, whether a healthy cluster counts a few of these, and what the reason means.",
		.example = "$ xbeatctl drops\n"
			   "COUNT  REASON   NORMAL  MEANING\n"
			   "   12  bad_tag  never   authentication tag is wrong: another key, or\n"
			   "                        forged\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = run_method,
		.print = show_drops,
	},
	{
		.name = "events",
		.arguments = "[-f]",
		.summary = "recent changes with time and reason; -f follows",
		.help = "Shows the recent changes, oldest first: verdicts on nodes, their daemons and applications, and states of VRRP instances, each with its reason. With -f it continues and shows each new event as it happens.",
		.example =
			"$ xbeatctl events -f\n"
			"2026-03-01 12:00:00.031  peer  node-b  up -> down\n"
			"    silent for 30.2 ms on 1 link, limit 30.0 ms; node-c and judge last heard\n"
			"    it 26.1 ms ago\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_FOLLOW,
		.run = run_events,
	},
	{
		.name = "failover",
		.arguments = "INSTANCE [-t TIME] [--force]",
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
		.arguments = "[--force]",
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
		.run = run_node,
		.answer_timeout_ms = RELOAD_TIMEOUT_MS,
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
		.arguments = "[--keep]",
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
	{
		.name = "config",
		.arguments = "",
		.summary = "the configuration in effect, with defaults",
		.help = "Prints the configuration that xbeatd runs with, defaults included, in the syntax of the configuration file. It contains passwords, so only root may call it.",
		.example = "$ xbeatctl config > now.conf\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = run_method,
		.print = show_config,
	},
	{
		.name = "genkey",
		.arguments = "[ID]",
		.summary = "make a key for a key file",
		.help = "Makes a new random 128-bit key and prints it as a line of a key file. ID is 0 to 255 (default 1). All nodes of a cluster have the same key file; keep it readable only by root.",
		.example = "$ (umask 077; xbeatctl genkey > /etc/xbeat/lan.key)\n",
		.arguments_max = 1,
		.run = local_genkey,
	},
	{
		.name = "check",
		.arguments = "FILE",
		.summary = "check a configuration file",
		.help = "Reads a configuration file as xbeatd does and prints every error and warning with its source location and what would be right. Needs no running daemon.",
		.example =
			"$ xbeatctl check xbeat.conf\n"
			"xbeat.conf:7:5: error: unknown keyword 'prioriti' in vrrp_instance; did you\nmean 'priority'?\n",
		.arguments_min = 1,
		.arguments_max = 1,
		.run = local_check,
	},
	{
		.name = "import",
		.arguments = "[FILE]",
		.summary = "what xbeatd makes of a keepalived configuration",
		.help = "Shows what xbeatd makes of a configuration of keepalived: what works, what is different and why, a heartbeat block for its nodes, and the steps to change over. Exit status 0 if xbeatd runs it, 1 if not. Changes nothing.",
		.example = "$ xbeatctl import\n"
			   "file       /etc/keepalived/keepalived.conf\n"
			   "result     xbeatd runs it as it is.\n"
			   "works      1 VRRP instance: VI_1\n",
		.accepts = VERB_ACCEPTS_JSON,
		.arguments_max = 1,
		.run = local_import,
	},
	{
		.name = "version",
		.arguments = "",
		.summary = "the version of xbeatctl",
		.help = "Prints the version of xbeatctl; status shows the daemon's version.",
		.example = "$ xbeatctl version\nxbeatctl " XBEAT_VERSION "\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = local_version,
	},
	{
		.name = "help",
		.arguments = "[VERB]",
		.summary = "this list, or the help of a verb",
		.help = "Prints the list of verbs, or the help of one verb with an example.",
		.example = "$ xbeatctl help peers\n",
		.arguments_max = 1,
		.run = local_help,
	},
};

const size_t verb_count = sizeof(verbs) / sizeof(verbs[0]);

#define HELP_EXAMPLE_INDENT 4
#define CALL_COLUMNS 27

static bool begins_with(const char *name, const char *beginning)
{
	return strncmp(name, beginning, strlen(beginning)) == 0;
}

/* Returns how many verbs begin with text; *last is the last of them. */
static size_t count_matches(const char *text, const struct verb **last)
{
	size_t count = 0;

	for (size_t i = 0; i < verb_count; i++) {
		if (!begins_with(verbs[i].name, text))
			continue;
		*last = &verbs[i];
		count++;
	}
	return count;
}

/* Lists the names that begin with text as "a, b or c"; "" lists all. */
static void list_candidates(const char *text, char candidates[static VERB_CANDIDATES_BYTES])
{
	const struct verb *unused;
	size_t left = count_matches(text, &unused);
	size_t length = 0;

	candidates[0] = '\0';
	for (size_t i = 0; i < verb_count && length < VERB_CANDIDATES_BYTES; i++) {
		if (!begins_with(verbs[i].name, text))
			continue;
		left--;
		length += (size_t)snprintf(candidates + length, VERB_CANDIDATES_BYTES - length,
					   "%s%s", verbs[i].name,
					   left > 1    ? ", "
					   : left == 1 ? " or "
						       : "");
	}
}

enum verb_match verb_find(const char *text, const struct verb **verb,
			  char candidates[static VERB_CANDIDATES_BYTES])
{
	const struct verb *match = NULL;
	size_t count = *text ? count_matches(text, &match) : 0;

	/* No name is a prefix of another, so a complete name matches only itself. */
	if (count == 1) {
		*verb = match;
		return VERB_FOUND;
	}
	list_candidates(count > 1 ? text : "", candidates);
	return count > 1 ? VERB_AMBIGUOUS : VERB_UNKNOWN;
}

static void print_verb_list(FILE *stream)
{
	fputs("Usage: xbeatctl VERB [-j] [-i DAEMON | -s SOCKET]\n\n", stream);
	for (size_t i = 0; i < verb_count; i++) {
		char call[CALL_COLUMNS + 1];

		snprintf(call, sizeof(call), "%s %s", verbs[i].name, verbs[i].arguments);
		fprintf(stream, "  %-*s %s\n", CALL_COLUMNS, call, verbs[i].summary);
	}
	fputs("\n"
	      "  -j, --json      print JSON\n"
	      "  -i, --instance  daemon name of the xbeatd to ask (default: default)\n"
	      "  -s, --socket    its control socket (" XB_RUN_DIRECTORY "/DAEMON.sock)\n"
	      "  -h, --help      this list; after a verb, the help of the verb\n\n"
	      "Verbs may be shortened: xbeatctl pe. Example: xbeatctl help peers\n"
	      "Exit status: 0 success, 1 failed, 2 wrong usage, 3 xbeatd not running, 4 not permitted\n",
	      stream);
}

static void print_example(const char *example, FILE *stream)
{
	while (*example) {
		int length = (int)strcspn(example, "\n");

		fprintf(stream, "%*s%.*s\n", HELP_EXAMPLE_INDENT, "", length, example);
		example += length;
		if (*example == '\n')
			example++;
	}
}

static void print_verb_help(const struct verb *verb, FILE *stream)
{
	fprintf(stream, "Usage: xbeatctl %s%s%s%s\n\n", verb->name, *verb->arguments ? " " : "",
		verb->arguments, verb->accepts & VERB_ACCEPTS_JSON ? " [-j]" : "");
	text_print_wrapped(stream, 0, verb->help);
	fputs("\nExample:\n\n", stream);
	print_example(verb->example, stream);
}

enum command_status verb_help(const struct verb *verb)
{
	if (verb)
		print_verb_help(verb, stdout);
	else
		print_verb_list(stdout);
	return output_finish();
}

enum command_status local_help(const struct command *command)
{
	char candidates[VERB_CANDIDATES_BYTES];
	const struct verb *verb = NULL;

	if (command->argument_count > 0 &&
	    verb_find(command->arguments[0], &verb, candidates) != VERB_FOUND) {
		log_error("no help for '%s'; verbs are %s", command->arguments[0], candidates);
		return COMMAND_USAGE;
	}
	return verb_help(verb);
}
