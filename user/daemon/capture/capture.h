/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The life of a capture: a thread loads the programs, because the kernel's verifier takes time; the
 * loop has them take the place of the running ones, and hands the descriptor of their ring buffer
 * to the client, which reads it by itself: packets cost the loop nothing. The capture ends when the
 * client asks for it or disconnects, when its time is over, and before anything else replaces the
 * programs; then the client is disconnected, and may begin another one.
 */
#ifndef XBEAT_DAEMON_CAPTURE_CAPTURE_H
#define XBEAT_DAEMON_CAPTURE_CAPTURE_H

#include "user/control/control.h"
#include "user/kernel/kernel.h"

struct capture_session;

struct capture {
	struct kernel *kernel;
	struct event_base *base;
	/* After the programs were loaded, or could not be: what had to wait for it. */
	void (*on_loaded)(void *context);
	void *context;
	struct capture_session *session; /* NULL: no capture runs */
};

/* The methods "capture" and "capture_end". */
json_t *capture_call_begin(struct capture *capture, struct control_call *call);
json_t *capture_call_end(struct capture *capture, struct control_call *call);

/* Whether a thread loads the programs: meanwhile the running ones must not be replaced. */
bool capture_is_loading(const struct capture *capture);

/* Ends a capture, and disconnects its client; but not one whose programs a thread still loads. why:
 * for the log. */
void capture_stop(struct capture *capture, const char *why);

/* After capture_stop(): waits for such a thread, which takes the verifier's time. */
void capture_finish(struct capture *capture);

#endif
