// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that need no daemon. */
#include "user/ctl/file/local.h"
#include "user/ctl/verbs/verbs.h"

const struct verb verbs_local[] = {
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
		.accepts = VERB_ACCEPTS_JSON,
		.arguments_min = 1,
		.arguments_max = 1,
		.run = local_check,
	},
	{
		.name = "import",
		.arguments = "[FILE]",
		.summary = "what xbeatd makes of another program's file",
		.help = "Shows what xbeatd makes of a configuration of keepalived: what works, what is different and why, a heartbeat block for its nodes, and the steps to change over. Of the backends of HAProxy it prints virtual_server blocks, of the probes of a Kubernetes Pod or Deployment vrrp_check blocks; each setting that is lost is a comment with the reason. Exit status 0 if xbeatd runs it, 1 if not. Changes nothing.",
		.example = "$ xbeatctl import\n"
			   "file       /etc/keepalived/keepalived.conf\n"
			   "result     xbeatd runs it as it is.\n"
			   "works      1 VRRP instance: VI_1\n",
		.accepts = VERB_ACCEPTS_JSON | VERB_ACCEPTS_FROM,
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
	{0},
};
