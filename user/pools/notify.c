/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifications in keepalived's order: the program is started (not waited for), then a line is
 * written to the FIFO, then a mail is sent.
 */
#include "user/pools/notify.h"
#include "user/lib/log.h"

static void run(const struct pools *pools, const struct config_command *command)
{
	const struct runner_job job = {.command = command};

	if (command->arguments && pools->setup.runner &&
	    !runner_run(pools->setup.runner, &job, NULL, NULL))
		log_warning("%s is not run: the runner cannot be asked", command->arguments[0]);
}

void notify_server(struct server_entry *server, bool up)
{
	const struct pools *pools = server->pool->pools;

	run(pools, up ? &server->config->notify_up : &server->config->notify_down);
}

void notify_quorum(struct pool_entry *pool, bool up)
{
	run(pool->pools, up ? &pool->config->quorum_up : &pool->config->quorum_down);
}
