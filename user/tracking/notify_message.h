/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Messages of sd_notify(3): lines of NAME=VALUE. What they mean for an application. */
#ifndef XBEAT_TRACKING_NOTIFY_MESSAGE_H
#define XBEAT_TRACKING_NOTIFY_MESSAGE_H

#include <stdbool.h>

#define NOTIFY_STATUS_BYTES 128

struct notify_message {
	bool beats; /* WATCHDOG=1, or READY=1, after which a service manager expects beats */
	bool stops; /* STOPPING=1, or WATCHDOG=trigger: it makes no progress any more */
	bool has_status;
	char status[NOTIFY_STATUS_BYTES]; /* STATUS=, what fits of it */
};

/* Reads a message. Unknown lines are ignored, as by a service manager. */
void notify_message_read(const char *text, struct notify_message *message);

#endif
