/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * An application proves its own progress: it opens its vrrp_app once, and beats whenever it has really done something,
 * more often than the timeout that the configuration of xbeatd gives it. A beat is a store into memory that the kernel
 * reads when it answers heartbeats; it costs some 30 ns and can neither block nor fail for lack of anything.
 *
 *	struct xbeat_app *app = xbeat_app_open(NULL, "web", NULL);
 *
 *	while (work()) {
 *		if (xbeat_app_beat(app) == -ESTALE && a_second_has_passed()) {
 *			xbeat_app_close(app);
 *			app = xbeat_app_open(NULL, "web", NULL);
 *		}
 *	}
 *	xbeat_app_close(app);
 *
 * Beat where the work is done, not from a timer or a thread of its own: that would live on beside a hung application.
 * See libxbeat(3).
 */
#ifndef XBEAT_APP_H
#define XBEAT_APP_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct xbeat_app;

/*
 * Asks the xbeatd of an instance (NULL: "default") for the page of an application. May block for up to 5 s.
 * Returns NULL on failure, with a negative errno in *error unless error is NULL:
 * -ECONNREFUSED  no such xbeatd is running, or (for ordinary users) its configuration has no applications
 * -ENOENT        its configuration has no vrrp_app of this name
 * -EPERM         this user may not open it
 * -EINVAL        this cannot be the name of an instance or of an application
 * -ETIMEDOUT     xbeatd does not answer
 * -EPROTO        its answer is not understood: xbeatd and this library are of different versions
 * or what a system call said: -EMFILE, -ENOMEM, ...
 */
struct xbeat_app *xbeat_app_open(const char *instance, const char *name, int *error);

/*
 * Says that the application makes progress now. From any thread, several at once too, and from signal handlers.
 * Returns 0, or -ESTALE: xbeatd has ended, or its configuration has this application no more, and nobody looks
 * at this page again; or app is NULL, so that a program need not know whether it could be opened. Then open anew,
 * now and then, until that succeeds; the old handle is to be closed.
 */
int xbeat_app_beat(struct xbeat_app *app);

/* Returns how old a beat may become before the application is late, as it was when it was opened, in ns.
 * NULL: 0. */
uint64_t xbeat_app_timeout_ns(const struct xbeat_app *app);

/* Gives the page back; from then on the application is late. No other thread may use it meanwhile. NULL is fine. */
void xbeat_app_close(struct xbeat_app *app);

#ifdef __cplusplus
}
#endif

#endif
