/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Captures of packets (capture/capture.h): when they may begin, and what waits for them. */
#include "user/daemon/daemon.h"

/* One that begins needs the programs as they are, until its own are loaded. */
json_t *daemon_call_capture(void *context, struct control_call *call)
{
	struct daemon *daemon = context;

	if (!daemon->reload && !daemon->successor)
		return capture_call_begin(&daemon->capture, call);
	return control_fail(call, "refused", "a %s is in progress: try again when it is done",
			    daemon->reload ? "reload" : "restart");
}

json_t *daemon_call_capture_end(void *context, struct control_call *call)
{
	struct daemon *daemon = context;

	return capture_call_end(&daemon->capture, call);
}

static void on_capture_loaded(void *context)
{
	struct daemon *daemon = context;
	struct control_promise *promise = daemon->waiting_promise;

	if (!daemon->reload_waits)
		return;
	daemon->reload_waits = false;
	daemon->waiting_promise = NULL;
	daemon_reload(daemon, promise);
}

void daemon_prepare_captures(struct daemon *daemon)
{
	daemon->capture = (struct capture){.kernel = &daemon->kernel,
					   .base = daemon->base,
					   .on_loaded = on_capture_loaded,
					   .context = daemon};
}
