// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that show what the daemon knows. */
#include "user/ctl/show/show.h"
#include "user/ctl/call/parameters.h"
#include "user/ctl/call/run.h"
#include "user/ctl/show/field.h"
#include "user/ctl/verbs/verbs.h"
#include "user/ctl/view/cells.h"

static const char cluster_help[] =
	"Shows the whole cluster as this node knows it: all nodes with their links and round-trip times, all instances with their addresses, the Active node and the others with their priorities, and what differs between the configurations of this node and of others.";

static const char peers_help[] =
	"Shows the verdict on each node with its reason and, for each link, the age of the last evidence, the round-trip times of its replies (median, 99th percentile, maximum) and the number of unanswered probes. While a node is silent, also shows when other nodes last heard it.";

static const char explain_help[] =
	"Explains a VRRP instance: its state and why, which node is Active, what this node waits for, what would make it Active, and how its priority adds up. Explains this node: its condition and its last events. Explains another node: what is known of it and from which node, the verdict, and what would change the verdict.";

static const struct brief status_brief = {
	.parts = {{"",
		   {{.make = cell_node},
		    {.member = "state"},
		    {.member = "uptime_ns", .kind = BRIEF_DURATION},
		    {.member = "version"},
		    {.make = cell_interfaces}}}},
};

static const struct brief cluster_brief = {
	.parts = {{"nodes",
		   {{.member = "name"},
		    {.make = cell_node_state},
		    {.member = "version"},
		    {.make = cell_links}}},
		  {"instances",
		   {{.member = "name"},
		    {.make = cell_owners},
		    {.member = "addresses", .kind = BRIEF_LIST}}}},
};

static const struct brief peers_brief = {
	.parts = {{"",
		   {{.member = "name"},
		    {.make = cell_verdict},
		    {.member = "verdict_age_ns", .kind = BRIEF_DURATION},
		    {.make = cell_links}}}},
};

static const struct brief vrrp_brief = {
	.parts = {{"",
		   {{.member = "name"},
		    {.member = "state"},
		    {.member = "effective_priority", .kind = BRIEF_COUNT},
		    {.make = cell_state_age},
		    {.member = "addresses", .kind = BRIEF_LIST}}}},
};

static const struct brief explain_brief = {
	.parts = {{"",
		   {{.make = cell_explained},
		    {.make = cell_explained_state},
		    {.make = cell_explained_age}}}},
};

static const struct brief tracking_brief = {
	.parts = {{"",
		   {{.member = "kind"},
		    {.member = "name"},
		    {.member = "status"},
		    {.member = "since_unix_ns", .kind = BRIEF_AGE},
		    {.make = cell_value}}}},
};

static const struct brief app_brief = {
	.parts = {{"",
		   {{.member = "name"},
		    {.member = "state"},
		    {.member = "beat_age_ns", .kind = BRIEF_DURATION},
		    {.member = "tracked_by", .kind = BRIEF_LIST}}}},
};

static const struct brief drops_brief = {.members = true};

static const struct brief events_brief = {
	.parts = {{"",
		   {{.member = "time_unix_ns", .kind = BRIEF_TIME},
		    {.member = "kind"},
		    {.member = "subject"},
		    {.make = field_change}}}},
};

static const struct names nodes = {
	.what = "node",
	.parts = {{.list = "", .keys = {"name"}}},
};

static const struct names instances = {
	.what = "instance or address",
	.parts = {{.list = "", .keys = {"name", "addresses"}}},
};

static const struct names tracked = {
	.what = "tracked thing",
	.parts = {{.list = "", .keys = {"name", "kind"}}},
};

static const struct names apps = {
	.what = "vrrp_app",
	.parts = {{.list = "", .keys = {"name"}}},
};

static const struct names subjects = {
	.what = "subject",
	.after_kind = true,
	.ports = true,
	.parts = {{.list = "", .keys = {"subject", "pool"}}},
};

static const struct names reasons = {
	.what = "reason",
	.members = true,
};

static const struct names cluster = {
	.what = "node, instance or address",
	.parts = {{.list = "nodes", .keys = {"name"}},
		  {.list = "instances", .keys = {"name", "addresses"}},
		  {.list = "disagreements", .keys = {"nodes", "subject"}, .follows = true}},
};

const struct verb verbs_show[] = {
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
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.run = run_method,
		.print = show_status,
		.brief = &status_brief,
	},
	{
		.name = "cluster",
		.arguments = "[NODE|INSTANCE...]",
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
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.arguments_max = VERB_NAMES_MAX,
		.run = run_method,
		.print = show_cluster,
		.names = &cluster,
		.brief = &cluster_brief,
	},
	{
		.name = "peers",
		.arguments = "[NODE...]",
		.summary = "the other nodes: the verdict on each, and why",
		.help = peers_help,
		.example =
			"$ xbeatctl peers\n"
			"NODE    VERDICT  LINK  ADDRESS    HEARD    P50     P99     MAX  LOST\n"
			"node-b  up       eth0  10.0.0.2  4.1 ms  92 us  140 us  1.2 ms     3\n"
			"    for 31 s: evidence was 0.1 ms old, its daemon had made progress 1.4 ms\n"
			"    before\n"
			"    its daemon made progress 2 ms ago\n"
			"    eth0: last minute P50 90 us, P99 131 us, MAX 163 us\n"
			"    on-link, held to TTL 255: eth0\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.arguments_max = VERB_NAMES_MAX,
		.run = run_method,
		.print = show_peers,
		.names = &nodes,
		.brief = &peers_brief,
	},
	{
		.name = "vrrp",
		.arguments = "[INSTANCE...]",
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
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.arguments_max = VERB_NAMES_MAX,
		.run = run_method,
		.print = show_vrrp,
		.names = &instances,
		.brief = &vrrp_brief,
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
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.arguments_min = 1,
		.arguments_max = 1,
		.run = run_method,
		.parameters = parameters_instance,
		.print = show_explain,
		.brief = &explain_brief,
	},
	{
		.name = "tracking",
		.arguments = "[NAME...]",
		.summary = "tracked scripts, interfaces, files; their status",
		.help = "Shows everything that instances track: its status, since when, and why.",
		.example = "$ xbeatctl tracking\n"
			   "KIND       NAME       STATUS  VALUE  SINCE\n"
			   "script     chk_nginx  down            31 s\n"
			   "    exited with status 1 after 6 ms, 1 of 1 times\n"
			   "interface  eth0       up                 -\n"
			   "    is up\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.arguments_max = VERB_NAMES_MAX,
		.run = run_method,
		.print = show_tracking,
		.names = &tracked,
		.brief = &tracking_brief,
	},
	{
		.name = "app",
		.arguments = "[APP...] | beat APP",
		.summary = "applications that send beats",
		.help = "Shows each vrrp_app: its state, the age of its last beat and its timeout, which process opened it, and which instances track it. app beat NAME sends one beat, for scripts and cron jobs; the user named in the vrrp_app may do this as well.",
		.example = "$ xbeatctl app\n"
			   "NAME  STATE    LAST BEAT  TIMEOUT  OPENED  TRACKED BY\n"
			   "web   beating      12 ms   200 ms    31 s  VI_1\n"
			   "    opened by process 812 of user 33\n"
			   "$ xbeatctl app beat backup\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.arguments_max = VERB_NAMES_MAX,
		.changes = "beat",
		.run = run_app,
		.print = show_apps,
		.names = &apps,
		.brief = &app_brief,
	},
	{
		.name = "drops",
		.arguments = "[REASON...]",
		.summary = "refused packets, by reason",
		.help = "Shows the number of packets refused for each reason, whether a healthy cluster counts a few of these, and what the reason means.",
		.example = "$ xbeatctl drops\n"
			   "COUNT  REASON   NORMAL  MEANING\n"
			   "   12  bad_tag  never   authentication tag is wrong: another key, or\n"
			   "                        forged\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.arguments_max = VERB_NAMES_MAX,
		.run = run_method,
		.print = show_drops,
		.names = &reasons,
		.brief = &drops_brief,
	},
	{
		.name = "events",
		.arguments = "[SUBJECT...]",
		.summary = "recent changes with time and reason; -f follows",
		.help = "Shows the recent changes, oldest first: verdicts on nodes, their daemons and applications, and states of VRRP instances, each with its reason. Names of nodes, links, instances, pools, servers, applications and tracked things select theirs; that of a pool selects the events of its servers, too. With -f it continues and shows each new event as it happens.",
		.example =
			"$ xbeatctl events -f\n"
			"2026-03-01 12:00:00.031  peer  node-b  up -> down\n"
			"    silent for 30.2 ms on 1 link, limit 30.0 ms; node-c and judge last heard\n"
			"    it 26.1 ms ago\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL |
			   VERB_ACCEPTS_FOLLOW | VERB_ACCEPTS_KIND | VERB_ACCEPTS_SINCE,
		.arguments_max = VERB_NAMES_MAX,
		.run = run_events,
		.print = show_event,
		.names = &subjects,
		.brief = &events_brief,
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
	{0},
};
