/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Notifications: which command and which word belong to an event, and in which order: first the
 * event's own command, then "notify", both started without waiting; then a line to each FIFO, and a
 * mail. Only FIFOs keep the order of changes: programs that are started one after the other may
 * overtake each other.
 */
#include "user/vrrp/notify/notify.h"
#include "user/config/model/command.h"
#include "user/lib/cleanup.h"
#include "user/lib/log.h"
#include "user/notify/fifo.h"
#include "user/vrrp/notify/mail.h"
#include <stdio.h>
#include <string.h>

/* At most PIPE_BUF: longer lines could be split. */
#define LINE_BYTES 512
#define FIFO_COUNT 2

struct notify {
	struct runner *runner;
	const struct config *config;
	struct notify_fifo fifos[FIFO_COUNT]; /* notify_fifo, vrrp_notify_fifo */
	struct notify_mails mails;
	unsigned refused_count;
};

/* The names of events, and the commands that they run; every event goes to the FIFOs. */
static const struct {
	const char *name;
	int own; /* enum config_notify_kind; -1: none */
	bool any; /* "notify", too */
} events[] = {
	[NOTIFY_MASTER] = {"MASTER", CONFIG_NOTIFY_MASTER, true},
	[NOTIFY_BACKUP] = {"BACKUP", CONFIG_NOTIFY_BACKUP, true},
	[NOTIFY_FAULT] = {"FAULT", CONFIG_NOTIFY_FAULT, true},
	[NOTIFY_STOP] = {"STOP", CONFIG_NOTIFY_STOP, true},
	[NOTIFY_DELETED] = {"DELETED", CONFIG_NOTIFY_DELETED, true},
	[NOTIFY_MASTER_RX_LOWER_PRI] = {"MASTER_RX_LOWER_PRI", CONFIG_NOTIFY_MASTER_RX_LOWER_PRI,
					false},
	[NOTIFY_MASTER_PRIORITY] = {"MASTER_PRIORITY", -1, false},
	[NOTIFY_BACKUP_PRIORITY] = {"BACKUP_PRIORITY", -1, false},
};

struct fifo_config {
	const char *path; /* NULL: none */
	const struct config_command *owner; /* user and group alone */
	const struct config_command *script;
};

static struct fifo_config fifo_config(const struct config *config, size_t index)
{
	if (index == 0)
		return (struct fifo_config){config->notify_fifo, &config->notify_fifo_owner,
					    &config->notify_fifo_script};
	return (struct fifo_config){config->vrrp_notify_fifo, &config->vrrp_notify_fifo_owner,
				    &config->vrrp_notify_fifo_script};
}

static bool same_fifo(struct fifo_config one, struct fifo_config other)
{
	return one.path && other.path && !strcmp(one.path, other.path) &&
	       command_equal(one.script, other.script) && one.owner->uid == other.owner->uid &&
	       one.owner->gid == other.owner->gid;
}

/* A FIFO without a configured owner belongs to its script's user, who must be able to read it. */
static void open_fifo(struct notify *notify, size_t index)
{
	struct fifo_config fifo = fifo_config(notify->config, index);
	bool of_script = !fifo.owner->user[0] && fifo.script->arguments;

	if (fifo.path && !notify_fifo_open(&notify->fifos[index], notify->runner, fifo.path,
					   fifo.script, of_script ? fifo.script : fifo.owner))
		notify->refused_count++;
}

unsigned notify_refused_count(const struct notify *notify)
{
	return notify->refused_count;
}

struct notify *notify_start(struct event_base *base, struct runner *runner,
			    const struct config *config)
{
	struct notify *notify = calloc(1, sizeof(*notify));

	(void)base;
	if (!notify) {
		log_error("out of memory: notifications disabled");
		return NULL;
	}
	notify->runner = runner;
	notify->config = config;
	for (size_t i = 0; i < FIFO_COUNT; i++)
		open_fifo(notify, i);
	return notify;
}

void notify_reload(struct notify *notify, const struct config *config)
{
	const struct config *old = notify->config;

	notify->config = config;
	notify_mails_keep(&notify->mails, config);
	for (size_t i = 0; i < FIFO_COUNT; i++) {
		if (notify->fifos[i].path && same_fifo(fifo_config(old, i), fifo_config(config, i)))
			continue;
		notify_fifo_close(&notify->fifos[i]);
		open_fifo(notify, i);
	}
}

void notify_stop(struct notify *notify)
{
	if (!notify)
		return;
	for (size_t i = 0; i < FIFO_COUNT; i++)
		notify_fifo_close(&notify->fifos[i]);
	notify_mails_free(&notify->mails);
	free(notify);
}

static void write_fifos(struct notify *notify, const char *type, const char *name,
			const char *state, unsigned priority)
{
	char line[LINE_BYTES];
	int length = snprintf(line, sizeof(line), "%s \"%s\" %s %u\n", type, name, state, priority);

	if (length >= (int)sizeof(line)) {
		log_warning("%s %.40s...: the name is too long for a line of a FIFO", type, name);
		return;
	}
	for (size_t i = 0; i < FIFO_COUNT; i++)
		notify_fifo_write(&notify->fifos[i], line, (size_t)length);
}

static void run(const struct notify *notify, const struct config_command *command,
		const char *const *appended)
{
	const struct runner_job job = {.command = command, .appended = appended};

	if (command->arguments)
		runner_run(notify->runner, &job, NULL, NULL);
}

static void notify_all(struct notify *notify, const struct config_notify *config,
		       enum notify_event event, const char *type, const char *name,
		       unsigned priority)
{
	/* keepalived notifies of DELETED only where notify_deleted is configured, and runs no
	 * notify_fault for it. */
	bool as_fault = event == NOTIFY_DELETED && !config->deleted;
	const char *state = events[as_fault ? NOTIFY_FAULT : event].name;
	char number[16];
	const char *const appended[] = {type, name, state, number, NULL};

	snprintf(number, sizeof(number), "%u", priority);
	if (events[event].own >= 0)
		run(notify, &config->commands[events[event].own], NULL);
	if (events[event].any)
		run(notify, &config->commands[CONFIG_NOTIFY_ANY], appended);
	write_fifos(notify, type, name, state, priority);
	if (config->mail)
		notify_mail(&notify->mails, notify->runner, notify->config, !strcmp(type, "GROUP"),
			    name, state);
}

void notify_instance(struct notify *notify, const struct config_instance *instance,
		     enum notify_event event, uint8_t priority)
{
	bool is_priority = event == NOTIFY_MASTER_PRIORITY || event == NOTIFY_BACKUP_PRIORITY;

	if (is_priority && !instance->notify.priority_changes)
		return;
	notify_all(notify, &instance->notify, event, "INSTANCE", instance->name, priority);
}

void notify_group(struct notify *notify, const struct config_group *group, enum notify_event event)
{
	notify_all(notify, &group->notify, event, "GROUP", group->name, 0);
}

void notify_instance_line(struct notify *notify, const struct config_instance *instance,
			  enum notify_event event, uint8_t priority)
{
	write_fifos(notify, "INSTANCE", instance->name, events[event].name, priority);
}

void notify_group_line(struct notify *notify, const struct config_group *group,
		       enum notify_event event)
{
	write_fifos(notify, "GROUP", group->name, events[event].name, 0);
}
