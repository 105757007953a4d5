// SPDX-License-Identifier: GPL-2.0-or-later
/* Verbs that show packets. */
#include "user/ctl/capture/capture.h"
#include "user/ctl/verbs/verbs.h"

const struct verb verbs_wire[] = {
	{
		.name = "capture",
		.arguments = "",
		.summary = "packets that are answered, taken, refused (pcapng)",
		.help = "Writes what the XDP program answers, takes and refuses as a pcapng file, each packet with the verdict on it as a comment. tcpdump sees none of it. Ends after TIME (60s by default, at most 1h), COUNT packets, or Ctrl-C. At most 10000 packets a second are captured; others are counted.",
		.example = "$ xbeatctl capture | wireshark -k -i -\n"
			   "$ xbeatctl capture -w lan.pcapng -t 10s\n"
			   "2016 packets captured, 0 more not captured\n"
			   "$ tshark -r lan.pcapng -Y 'frame.comment contains \"refused\"' \\\n"
			   "    -T fields -e frame.comment\n"
			   "PROBE from node-b refused: bad_tag (authentication tag is wrong:\n"
			   "    another key, or forged)\n",
		.accepts = VERB_ACCEPTS_FILE | VERB_ACCEPTS_COUNT | VERB_ACCEPTS_DURATION,
		.run = capture_run,
		.answer_timeout_ms = 60000, /* the kernel verifies programs first */
	},
	{0},
};
