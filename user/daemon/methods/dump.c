// SPDX-License-Identifier: GPL-2.0-or-later
/* Writes the files of SIGUSR1, SIGUSR2 and keepalived's JSON signal. */
#include "user/daemon/methods/dump.h"
#include "user/daemon/daemon.h"
#include "user/daemon/files/private_file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/thread.h"
#include "user/vrrp/report/dump.h"
#include <limits.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xbeat/paths.h>

#define STACK_BYTES (128 * 1024)

static char *make_state(const struct daemon *daemon)
{
	return dump_state(door_enter(daemon->vrrp));
}

static char *make_statistics(const struct daemon *daemon)
{
	return dump_statistics(door_enter(daemon->vrrp));
}

static char *make_json(const struct daemon *daemon)
{
	return dump_json(door_enter(daemon->vrrp), daemon->config->json_version);
}

static const struct kind {
	int number;
	const char *what;
	const char *default_path; /* "%s" is the daemon name */
	size_t path_offset; /* in struct config */
	char *(*make)(const struct daemon *daemon);
} kinds[] = {
	{SIGUSR1, "state", XB_RUN_DIRECTORY "/%s.data", offsetof(struct config, state_dump_file),
	 make_state},
	{SIGUSR2, "statistics", XB_RUN_DIRECTORY "/%s.stats",
	 offsetof(struct config, stats_dump_file), make_statistics},
	{SIGNALS_JSON, "JSON", XB_RUN_DIRECTORY "/%s.json", offsetof(struct config, json_dump_file),
	 make_json},
};

struct dump {
	const struct kind *kind;
	char *text;
	char path[PATH_MAX];
};

/* A bit for each kind: its file is being written. */
static _Atomic unsigned writing;

static const struct kind *find_kind(int number)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].number == number)
			return &kinds[i];
	return NULL;
}

bool dump_is_signal(int number)
{
	return find_kind(number);
}

static unsigned bit_of(const struct kind *kind)
{
	return 1U << (kind - kinds);
}

static void free_dump(struct dump *dump)
{
	atomic_fetch_and(&writing, ~bit_of(dump->kind));
	free(dump->text);
	free(dump);
}

/* The thread. It uses nothing of the daemon: a stop does not wait for it. */
static void *write_dump(void *context)
{
	struct dump *dump = context;

	if (!private_file_write(dump->kind->what, dump->path, dump->text))
		log_notice("%s written to %s", dump->kind->what, dump->path);
	free_dump(dump);
	return NULL;
}

static struct dump *new_dump(const struct daemon *daemon, const struct kind *kind)
{
	const char *path = *(char *const *)((const char *)daemon->config + kind->path_offset);
	struct dump *dump = calloc(1, sizeof(*dump));

	if (!dump)
		limits_out_of_memory();
	dump->kind = kind;
	if (path)
		snprintf(dump->path, sizeof(dump->path), "%s", path);
	else
		snprintf(dump->path, sizeof(dump->path), kind->default_path, daemon->daemon_name);
	dump->text = kind->make(daemon);
	return dump;
}

void dump_on_signal(struct daemon *daemon, int number)
{
	const struct kind *kind = find_kind(number);
	pthread_t thread;
	struct dump *dump;
	int error;

	if (atomic_fetch_or(&writing, bit_of(kind)) & bit_of(kind))
		return; /* one is being written */
	dump = new_dump(daemon, kind);
	error = thread_start_ordinary(&thread, "xbeat-dump", STACK_BYTES, write_dump, dump);
	if (!error) {
		pthread_detach(thread);
		return;
	}
	log_error("%s not written: cannot start a thread: %s", kind->what, limits_strerror(-error));
	free_dump(dump);
}
