/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifications in keepalived's order: the program is started (not waited for), then a line is
 * written to each FIFO, then a mail is sent. keepalived follows each line with a NUL byte; here
 * lines end with the newline, as those of instances in the same FIFO.
 */
#include "user/pools/notify/notify.h"
#include "user/config/model/command.h"
#include "user/lib/log.h"
#include "user/notify/fifo.h"
#include "user/pools/notify/mail.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINE_BYTES 384 /* less than PIPE_BUF: longer lines could be split */
#define FIFO_COUNT 2

struct pools_notify {
	struct notify_fifo fifos[FIFO_COUNT]; /* notify_fifo, lvs_notify_fifo */
};

struct fifo_config {
	const char *path; /* NULL: none */
	const struct config_command *owner; /* user and group alone */
	const struct config_command *script;
};

/* The instances' room makes notify_fifo, and runs its script. */
static struct fifo_config fifo_config(const struct config *config, size_t index)
{
	static const struct config_command none;

	if (index == 0)
		return (struct fifo_config){config->notify_fifo, &config->notify_fifo_owner, &none};
	return (struct fifo_config){config->pools.notify_fifo, &config->pools.notify_fifo_owner,
				    &config->pools.notify_fifo_script};
}

static bool same_fifo(struct fifo_config one, struct fifo_config other)
{
	return one.path && other.path && !strcmp(one.path, other.path) &&
	       command_equal(one.script, other.script) && one.owner->uid == other.owner->uid &&
	       one.owner->gid == other.owner->gid;
}

/* A FIFO without a configured owner belongs to its script's user, who must be able to read it. */
static void open_fifo(struct pools_notify *notify, const struct pools *pools, size_t index)
{
	struct fifo_config fifo = fifo_config(pools->config, index);
	bool of_script = !fifo.owner->user[0] && fifo.script->arguments;

	if (fifo.path && pools->config->pools.count)
		notify_fifo_open(&notify->fifos[index], pools->setup.runner, fifo.path, fifo.script,
				 of_script ? fifo.script : fifo.owner);
}

struct pools_notify *pools_notify_start(const struct pools *pools)
{
	struct pools_notify *notify = calloc(1, sizeof(*notify));

	for (size_t i = 0; notify && i < FIFO_COUNT; i++)
		open_fifo(notify, pools, i);
	return notify;
}

void pools_notify_reload(struct pools *pools, const struct config *from)
{
	for (size_t i = 0; i < FIFO_COUNT; i++) {
		struct notify_fifo *fifo = &pools->notify->fifos[i];

		if (fifo->path && same_fifo(fifo_config(from, i), fifo_config(pools->config, i)))
			continue;
		notify_fifo_close(fifo);
		open_fifo(pools->notify, pools, i);
	}
}

void pools_notify_stop(struct pools_notify *notify)
{
	for (size_t i = 0; notify && i < FIFO_COUNT; i++)
		notify_fifo_close(&notify->fifos[i]);
	free(notify);
}

static void run(const struct pools *pools, const struct config_command *command)
{
	const struct runner_job job = {.command = command};

	if (command->arguments && !runner_run(pools->setup.runner, &job, NULL, NULL))
		log_warning("%s is not run: the runner cannot be asked", command->arguments[0]);
}

static void write_line(const struct pools *pools, const char *line, int length)
{
	for (size_t i = 0; i < FIFO_COUNT && length < LINE_BYTES; i++)
		notify_fifo_write(&pools->notify->fifos[i], line, (size_t)length);
}

void notify_server(struct server_entry *server, bool up)
{
	const struct pools *pools = server->pool->pools;
	char name[MAIL_NAME_BYTES], pool_name[MAIL_NAME_BYTES], line[LINE_BYTES];

	run(pools, up ? &server->config->notify_up : &server->config->notify_down);
	write_line(pools, line,
		   snprintf(line, sizeof(line), "RS %s %s %s\n", mail_server_name(server, name),
			    mail_pool_name(server->pool, pool_name), up ? "UP" : "DOWN"));
	if (pools->config->pools.no_checker_mails || pools->cause_kind == CONFIG_CHECK_KIND_COUNT)
		mail_server(server, pools->cause_kind, pools->cause_session, up);
}

void notify_quorum(struct pool_entry *pool, bool up)
{
	const struct pools *pools = pool->pools;
	char name[MAIL_NAME_BYTES], line[LINE_BYTES];

	run(pools, up ? &pool->config->quorum_up : &pool->config->quorum_down);
	write_line(pools, line,
		   snprintf(line, sizeof(line), "VS %s %s\n", mail_pool_name(pool, name),
			    up ? "UP" : "DOWN"));
	mail_quorum(pool, up);
}

void notify_check(const struct check_entry *entry, bool up)
{
	const struct pools *pools = entry->server->pool->pools;

	if (!pools->config->pools.no_checker_mails)
		mail_server(entry->server, entry->config->kind, entry->config->text, up);
}
