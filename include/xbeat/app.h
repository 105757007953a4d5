/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * An application proves its own progress: it opens its vrrp_app once, and beats whenever it has
 * completed some work, more often than its timeout in the configuration of xbeatd. A beat is a
 * store into memory that the kernel reads when it answers heartbeats. It takes about 30 ns, and
 * never blocks or fails for lack of a resource.
 *
 * 	struct xbeat_app *app = xbeat_app_open(NULL, "web", NULL);
 *
 * 	while (work()) {
 * 		if (xbeat_app_beat(app) == -ESTALE && a_second_has_passed()) {
 * 			xbeat_app_close(app);
 * 			app = xbeat_app_open(NULL, "web", NULL);
 * 		}
 * 	}
 * 	xbeat_app_close(app);
 *
 * Beat where the work is done, not from a timer or a separate thread, which would continue to beat
 * in a hung application. See libxbeat(3).
 */
#ifndef XBEAT_APP_H
#define XBEAT_APP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xbeat_app;

/*
 * Requests the page of an application from the xbeatd with a daemon name (its option -i; NULL:
 * "default"). May block for up to 5 s.
 * Returns NULL on failure, with a negative errno in *error unless error is NULL:
 * -ECONNREFUSED  no such xbeatd is running, or (for ordinary users) its configuration has no
 *                applications
 * -ENOENT        its configuration has no vrrp_app of this name
 * -EPERM         this user may not open it
 * -EINVAL        not a valid daemon name or application name
 * -ETIMEDOUT     xbeatd does not answer
 * -EPROTO        cannot parse its answer: xbeatd and this library have different versions
 * or the error of a system call: -EMFILE, -ENOMEM, ...
 */
struct xbeat_app *xbeat_app_open(const char *daemon, const char *name, int *error);

/*
 * Reports that the application makes progress now. Any number of threads and signal handlers may
 * call it. Returns 0, or -ESTALE: xbeatd has stopped, or its configuration no longer has this
 * application, and the page is not read any more; or app is NULL, so that a program need not check
 * whether the open failed. Then close the handle, and open again at intervals until that succeeds.
 */
int xbeat_app_beat(struct xbeat_app *app);

/*
 * Returns the age in ns at which a beat makes the application late, as configured when it was
 * opened. NULL: 0.
 */
uint64_t xbeat_app_timeout_ns(const struct xbeat_app *app);

/*
 * Releases the page; the application is late when its timeout has passed. No other thread may use
 * app during or after the call. NULL is allowed.
 */
void xbeat_app_close(struct xbeat_app *app);

#ifdef __cplusplus
}
#endif

#endif
