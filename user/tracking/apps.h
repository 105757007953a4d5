/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applications that prove their own progress (xbeat/app.h): who may open the page of one, and the
 * state of each. The socket XB_APP_SOCKET is open to every user, but serves only app_open and beat,
 * and only to root, xbeatd's own user, and the users and groups that the configuration names. It
 * exists while the configuration has applications.
 */
#ifndef XBEAT_TRACKING_APPS_H
#define XBEAT_TRACKING_APPS_H

#include "user/control/control.h"
#include "user/kernel/maps/app_pages.h"
#include "user/tracking/app_notify.h"
#include "user/tracking/tracking.h"

/* The process that last opened an application, or that sends its beats. */
struct app_opener {
	char name[XB_NAME_BYTES]; /* of the application; "": none */
	uid_t uid;
	pid_t pid; /* in this process's PID namespace; 0: not in it */
};

struct apps {
	struct event_base *base;
	struct kernel *kernel;
	const struct config *config; /* borrowed */
	char path[108];
	struct control socket;
	struct app_opener openers[XB_APPS_MAX];
	struct app_notifies notifies;
};

/* Makes the pages that are missing for config. Waits for the kernel, so after the start another
 * thread calls it. Returns 0 or a negative errno. */
int apps_prepare(struct kernel *kernel, const struct config *config);

/* Prepares and uses them, and listens at path while there are any. Returns 0 or a negative errno,
 * which is logged. */
int apps_start(struct apps *apps, struct event_base *base, struct kernel *kernel,
	       const struct config *config, const char *path);

/* Uses the applications of a configuration for which pages were prepared. The old configuration may
 * be freed. */
void apps_use(struct apps *apps, const struct config *config);

/* Safe if it never started. */
void apps_stop(struct apps *apps);

/* Returns the access of user/tracking to them. */
struct tracking_apps apps_tracking(struct apps *apps);

/* Methods: opens an application for a caller who may; one beat of such a caller; all applications as
 * JSON. */
json_t *apps_call_open(struct apps *apps, struct control_call *call);
json_t *apps_call_beat(struct apps *apps, struct control_call *call);
json_t *apps_json(const struct apps *apps);

#endif
