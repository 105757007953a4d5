// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs about other programs on the same interfaces. */
#include "user/ctl/share/share.h"
#include "user/ctl/verbs/verbs.h"
#include "user/ctl/view/cells.h"

static const char chain_help[] =
	"Shows the next program of each interface: what xbeat's XDP program passes is handed to it, and its verdict counts. chain add hands packets to an XDP program that is loaded: the path of its pin, its id, or its name; without INTERFACE if xbeatd uses only one. The kernel wants it to be written as SEC(\"xdp.frags\"). It stays while xbeatd restarts or dies, and ends when xbeatd stops, or with chain remove. If something else removes it, packets pass without it. Only root may change it.";

static const struct brief chain_brief = {
	.parts = {{"",
		   {{.member = "interface"},
		    {.member = "program"},
		    {.member = "program_id", .kind = BRIEF_COUNT},
		    {.make = cell_runs}}}},
};

const struct verb verbs_share[] = {
	{
		.name = "chain",
		.arguments = "[show|add|remove ...]",
		.completes = "show INTERFACE... | add FILE INTERFACE | remove INTERFACE",
		.summary = "the XDP program that gets what xbeat passes",
		.help = chain_help,
		.example = "$ xbeatctl chain add /sys/fs/bpf/filter eth0\n"
			   "INTERFACE  PROGRAM  ID  STATUS\n"
			   "eth0       filter   81  gets what passes\n"
			   "$ xbeatctl chain remove eth0\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_BRIEF | VERB_ACCEPTS_DETAIL,
		.arguments_max = VERB_NAMES_MAX,
		.shows_alone = true,
		.run = share_chain,
		.print = share_show_chain,
		.brief = &chain_brief,
	},
	{0},
};
