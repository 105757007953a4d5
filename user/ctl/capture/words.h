/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The verdict on a captured packet in words: "PROBE from node-b answered", "refused: bad_tag". */
#ifndef XBEAT_CTL_CAPTURE_WORDS_H
#define XBEAT_CTL_CAPTURE_WORDS_H

#include <jansson.h>
#include <xbeat/capture.h>

#define WORDS_BYTES 400

/* What the daemon calls nodes and instances; each NULL if unknown. Results of "status", "peers" and
 * "vrrp". */
struct words_names {
	json_t *status, *peers, *vrrp;
};

/* Writes the verdict into text and returns it. */
const char *words_verdict(const struct words_names *names, const struct xb_captured *record,
			  char text[static WORDS_BYTES]);

#endif
