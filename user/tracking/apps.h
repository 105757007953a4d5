/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Applications that prove their own progress (xbeat/app.h): who may have the page of one, and what is known of each.
 * XB_APP_SOCKET is a socket for every user, but it serves app_open alone, and only root, members of the
 * group xbeat, and users of applications; it is there while the configuration has applications.
 */
#ifndef XBEAT_TRACKING_APPS_H
#define XBEAT_TRACKING_APPS_H

#include "user/control/control.h"
#include "user/kernel/app_pages.h"
#include "user/tracking/tracking.h"

/* Who asked last for a page. */
struct app_opener {
	char name[XB_NAME_BYTES]; /* of the application; "": none */
	uid_t uid;
	pid_t pid; /* as this process's namespace has it; 0: not in it */
};

struct apps {
	struct event_base *base;
	struct kernel *kernel;
	const struct config *config; /* whose applications these are */
	char path[108];
	struct control socket;
	gid_t group; /* xbeat, or (gid_t)-1 */
	struct app_opener openers[XB_APPS_MAX];
};

/* Makes the pages that config wants and has not yet; waits for the kernel, so after the start another thread
 * calls it. Returns 0 or a negative errno. */
int apps_prepare(struct kernel *kernel, const struct config *config);

/* Prepares and uses them, and listens at path while there are any. Returns 0 or a negative errno, which is logged. */
int apps_start(struct apps *apps, struct event_base *base, struct kernel *kernel,
	       const struct config *config, const char *path);

/* Uses the applications of a configuration for which pages were prepared. The one before may be freed. */
void apps_use(struct apps *apps, const struct config *config);

/* Safe if it never started. */
void apps_stop(struct apps *apps);

/* For those who watch them. */
struct tracking_apps apps_tracking(struct apps *apps);

/* Methods: a page, for a caller who may have it; all applications as JSON. */
json_t *apps_call_open(struct apps *apps, struct control_call *call);
json_t *apps_json(const struct apps *apps);

#endif
