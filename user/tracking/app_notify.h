/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The notify_socket of each application that has one: its messages become beats. */
#ifndef XBEAT_TRACKING_APP_NOTIFY_H
#define XBEAT_TRACKING_APP_NOTIFY_H

#include "user/config/model/config.h"
#include "user/kernel/kernel.h"
#include "user/tracking/notify_socket.h"
#include <xbeat/map.h>

/* A message of an application that may send it. */
typedef void app_notified(void *context, const char *name, const struct ucred *sender,
			  const struct notify_message *message);

struct app_notify {
	struct app_notifies *owner;
	char name[XB_NAME_BYTES]; /* of the application; "": unused */
	struct notify_socket socket;
	char status[NOTIFY_STATUS_BYTES]; /* STATUS= of its last message */
};

struct app_notifies {
	struct app_notify list[XB_APPS_MAX];
	app_notified *notified;
	void *context;
};

/* Opens the sockets of these applications that are not open, and closes all others. Goes on after
 * an error. Returns 0 or the first negative errno; each is logged. */
int app_notify_use(struct app_notifies *notifies, struct event_base *base,
		   const struct config *config);

/* Closes all. */
void app_notify_stop(struct app_notifies *notifies);

/* The last STATUS= of an application; NULL: none. */
const char *app_notify_status(const struct app_notifies *notifies, const char *name);

#endif
