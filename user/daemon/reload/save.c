// SPDX-License-Identifier: GPL-2.0-or-later
/* config_save_dir; see save.h. */
#include "user/daemon/reload/save.h"
#include "user/daemon/daemon.h"
#include "user/daemon/files/private_file.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/thread.h"
#include "user/vrrp/report/dump.h"
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define STACK_BYTES (128 * 1024)

struct save {
	unsigned number; /* of the reload */
	char *directory; /* NULL: nothing is saved */
	char *state; /* before the reload, then after it; NULL: unknown */
};

static int make_directory(const char *directory)
{
	int error = mkdir(directory, 0700) && errno != EEXIST ? -errno : 0;

	if (error)
		log_error("nothing saved: cannot make config_save_dir %s: %s", directory,
			  limits_strerror(-error));
	return error;
}

static int write_file(const char *directory, const char *name, unsigned number, const char *suffix,
		      const char *text)
{
	char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/%s.%d.%u%s", directory, name, (int)getpid(), number,
		 suffix);
	return private_file_write("config_save_dir", path, text);
}

static int save_files(const char *directory, unsigned number, const char *inputs)
{
	int error = make_directory(directory);

	return error ? error : write_file(directory, "keepalived.conf", number, "", inputs);
}

void save_start(const struct config *config, const char *inputs)
{
	if (config->config_save_dir)
		save_files(config->config_save_dir, 0, inputs);
}

static char *make_state(const struct daemon *daemon)
{
	return dump_state(door_enter(daemon->vrrp));
}

struct save *save_begin(struct daemon *daemon)
{
	struct save *save = calloc(1, sizeof(*save));

	if (!save)
		limits_out_of_memory();
	save->number = ++daemon->reloads_count;
	if (!daemon->config->config_save_dir)
		return save;
	save->directory = text_copy(daemon->config->config_save_dir);
	save->state = make_state(daemon);
	return save;
}

static void drop(char **text)
{
	free(*text);
	*text = NULL;
}

void save_inputs(struct save *save, const struct config *config, const char *inputs)
{
	if (config && config->config_save_dir) {
		free(save->directory);
		save->directory = text_copy(config->config_save_dir);
	}
	if (!save->directory)
		return;
	/* A failure is logged once, not for each file. */
	if (save_files(save->directory, save->number, inputs))
		drop(&save->directory);
	else if (save->state)
		write_file(save->directory, "keepalived_vrrp", save->number, ".pre", save->state);
	drop(&save->state);
}

void save_free(struct save *save)
{
	if (!save)
		return;
	free(save->directory);
	free(save->state);
	free(save);
}

/* The thread. A stop does not wait for it. */
static void *write_after(void *context)
{
	struct save *save = context;

	write_file(save->directory, "keepalived_vrrp", save->number, ".post", save->state);
	save_free(save);
	return NULL;
}

void save_end(struct save *save, const struct daemon *daemon)
{
	pthread_t thread;
	int error;

	if (!save->directory) {
		save_free(save);
		return;
	}
	save->state = make_state(daemon);
	error = thread_start_ordinary(&thread, "xbeat-save", STACK_BYTES, write_after, save);
	if (!error) {
		pthread_detach(thread);
		return;
	}
	log_error("state after the reload not saved: cannot start a thread: %s",
		  limits_strerror(-error));
	save_free(save);
}
