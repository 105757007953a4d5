/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the pools get from the daemon. */
#ifndef XBEAT_POOLS_ENTRIES_SETUP_H
#define XBEAT_POOLS_ENTRIES_SETUP_H

#include "user/config/model/config.h"
#include "user/lib/event/event_log.h"
#include "user/runner/runner.h"
#include <event2/event.h>
#include <jansson.h>

struct pools_setup {
	struct event_base *base;
	const char *daemon_name;
	struct starter *starter;
	struct runner *runner;
	const struct config *config;
	struct event_log *event_log;
	const json_t *saved; /* pools_saved_json() of the daemon before; NULL: none */
	bool continues; /* that daemon ended for this one to go on */
	/* The result of a vrrp_check has changed. */
	void (*probe_changed)(void *context, const char *name, bool up, const char *reason);
	void *context;
};

#endif
