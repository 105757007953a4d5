// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that examine a node: is it well, what does it have in the kernel, what is reported. */
#include "user/ctl/inspect/inspect.h"
#include "user/ctl/verbs/verbs.h"
#include "user/ctl/view/cells.h"

static const struct names interfaces = {
	.what = "interface",
	.method = "status",
	.parts = {{.list = "interfaces", .keys = {"name"}}},
};

static const struct brief interfaces_brief = {
	.parts = {{"interfaces",
		   {{.member = "name"},
		    {.make = cell_mode},
		    {.member = "program_id", .kind = BRIEF_COUNT},
		    {.member = "instances", .kind = BRIEF_LIST}}}},
};

static const struct names maps = {
	.what = "map",
	.parts = {{.list = "", .keys = {"name"}}},
};

static const struct brief maps_brief = {
	.parts =
		{{"",
		  {{.member = "name"}, {.member = "id", .kind = BRIEF_COUNT}, {.member = "type"}}}},
};

static const struct brief health_brief = {
	.parts = {{"problems",
		   {{.member = "severity"},
		    {.member = "kind"},
		    {.member = "subject"},
		    {.member = "age_ns", .kind = BRIEF_DURATION}}}},
};

const struct verb verbs_inspect[] = {
	{
		.name = "health",
		.arguments = "",
		.summary = "what is wrong, and what to do; -w waits",
		.help = "Shows what is wrong, the most severe first, since when, and what to do about it. Exit status 0 if there is no error and no warning, else 1. With -w it waits until that is so, at most TIME, also for an xbeatd that does not run yet.",
		.example =
			"$ xbeatctl health\n"
			"warning  node-b is released: its xbeatd was stopped (for 31 s); on node-b\n"
			"         run: systemctl start xbeatd\n"
			"         when that began: it announced 0.1 ms ago that it stops\n"
			"$ xbeatctl health -w -t 1m && deploy\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL |
			   VERB_ACCEPTS_DURATION | VERB_ACCEPTS_WAIT,
		.run = inspect_health,
		.print = inspect_show_health,
		.brief = &health_brief,
	},
	{
		.name = "interfaces",
		.arguments = "[INTERFACE...]",
		.summary = "what is attached where; -t measures programs",
		.help = "Shows each interface: how the XDP program is attached, the links of other nodes over it, and the instances on it. Root also sees the BPF programs. With -t root sees how often they ran in this time, and how long a run took; meanwhile the kernel counts the runs of all programs of the machine, which costs each run some nanoseconds.",
		.example =
			"$ xbeatctl interfaces -t 1s\n"
			"INTERFACE  MODE    ATTACHED BY  PROGRAM  VLAN TAGS  LINKS  UP  INSTANCES\n"
			"eth0       native  link              12  visible        2   2  VI_1\n"
			"\n"
			"PROGRAM  NAME        TYPE        RUNS    TIME   A RUN\n"
			"     12  xbeat       xdp          412  160 us  388 ns\n"
			"     15  xbeat_exit  tracepoint     3    1 us  410 ns\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL |
			   VERB_ACCEPTS_DURATION,
		.arguments_max = VERB_NAMES_MAX,
		.run = inspect_interfaces,
		.print = inspect_show_interfaces,
		.brief = &interfaces_brief,
		.names = &interfaces,
	},
	{
		.name = "maps",
		.arguments = "[MAP...]",
		.summary = "the BPF maps: entries, memory, pins",
		.help = "Shows the BPF maps of the daemon as the kernel has them: type, entries in use where they come and go, the most that fit, what the kernel charges for them, and where they are pinned. Only for root.",
		.example = "$ xbeatctl maps\n"
			   "MAP             ID  TYPE      ENTRIES    OF  BYTES  PINNED\n"
			   "xb_guard_slots  42  hash            1  4096  66520  yes\n"
			   "xb_networks     44  lpm_trie        6  1024    270  yes\n"
			   "...\n"
			   "pins  /sys/fs/bpf/xbeat/default\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.arguments_max = VERB_NAMES_MAX,
		.run = inspect_maps,
		.print = inspect_show_maps,
		.brief = &maps_brief,
		.names = &maps,
	},
	{
		.name = "dump",
		.arguments = "",
		.summary = "all of the above for a bug report, as JSON",
		.help = "Prints one JSON document for a bug report: the machine, the daemon's process and limits, its snapshot with histograms, health, events, configuration, keys by their fingerprints, BPF programs and maps. Passwords, keys and the arguments of programs are left out. Names of nodes, addresses and texts of scripts are in it: read it before you send it. Only for root.",
		.example = "$ xbeatctl dump > xbeat-node-a.json\n",
		.accepts = VERB_ACCEPTS_JSON,
		.run = inspect_dump,
	},
	{0},
};
