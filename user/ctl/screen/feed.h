/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the daemon knows now: asked again and again, also after it was restarted. */
#ifndef XBEAT_CTL_SCREEN_FEED_H
#define XBEAT_CTL_SCREEN_FEED_H

#include "user/ctl/call/command.h"
#include <jansson.h>
#include <stdint.h>

#define FEED_EVENTS_MAX 200

struct feed {
	const struct command *command;
	json_t *snapshot; /* the last; NULL: none yet */
	json_t *events; /* the last ones, oldest first */
	json_int_t sequence; /* of the newest event */
	uint64_t lost_ns; /* since when the daemon does not answer; 0: it does */
};

/* Asks for the first time. Returns COMMAND_OK, or logs why there is no answer. */
enum command_status feed_open(struct feed *feed, const struct command *command);

/* Asks again; what was known stays if there is no answer. */
void feed_refresh(struct feed *feed);

void feed_close(struct feed *feed);

#endif
