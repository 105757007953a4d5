// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that fill the terminal. */
#include "user/ctl/screen/screen.h"
#include "user/ctl/verbs/verbs.h"

const struct verb verbs_screen[] = {
	{
		.name = "top",
		.arguments = "",
		.summary = "nodes, instances, events on a screen, updated",
		.help = "Fills the terminal with this node, the most severe problem, a line about server pools, the other nodes, the instances and the last events, and asks again every second. Keys: q ends, the arrows select a node or an instance, d explains it (d or q returns), s sorts by name, by state (the worst first) or by age. It goes on when xbeatd is restarted.",
		.example =
			"$ xbeatctl top\n"
			"node-a: running, up for 2 h 5 min, version 0.1.0   2026-03-01 12:00:00\n"
			"warning: node-b is down: nothing is heard from it\n"
			"\n"
			"NODE    VERDICT   FOR    P50     P99  LOST  REASON\n"
			"node-b  down     31 s  92 us  140 us     3  silent for 30.1 ms on 1 ...\n",
		.accepts = VERB_ACCEPTS_INTERVAL,
		.run = screen_top,
		.answer_timeout_ms = 1000,
	},
	{
		.name = "watch",
		.arguments = "VERB [ARGUMENT...]",
		.summary = "another verb again and again; marks changes",
		.help = "Repeats a verb that shows something every 2 s, or in the interval of -n, and marks what has changed since the last time. Options of watch stand before VERB. Keys: q ends, the arrows scroll. It goes on when xbeatd is restarted.",
		.example = "$ xbeatctl watch -n 1s peers\n",
		.accepts = VERB_ACCEPTS_INTERVAL | VERB_ACCEPTS_COMMAND,
		.arguments_min = 1,
		.arguments_max = VERB_NAMES_MAX,
		.run = screen_watch,
	},
	{0},
};
