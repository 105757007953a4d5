// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that examine a node: is it well, what does it have in the kernel, what is reported. */
#include "user/ctl/inspect/inspect.h"
#include "user/ctl/verbs/verbs.h"

const struct verb verbs_inspect[] = {
	{
		.name = "health",
		.arguments = "[-w [-t TIME]]",
		.summary = "what is wrong, and what to do; -w waits",
		.help = "Shows what is wrong, the most severe first, since when, and what to do about it. Exit status 0 if there is no error and no warning, else 1. With -w it waits until that is so, at most TIME, also for an xbeatd that does not run yet.",
		.example = "$ xbeatctl health\n"
			   "warning  node-b is down: silent for 30.1 ms on 1 link, limit 30.0 ms\n"
			   "         (for 31 s); check its power, its xbeatd and its network\n"
			   "$ xbeatctl health -w -t 1m && deploy\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_DURATION | VERB_ACCEPTS_WAIT,
		.run = inspect_health,
	},
	{0},
};
