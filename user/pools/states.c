/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See states.h. */
#include "user/pools/states.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/files/file.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/pools/entries/name_index.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xbeat/paths.h>

#define MAGIC "xbeat checks 2\n"

struct file_header {
	char magic[16];
};

enum file_state { STATE_UNCHECKED, STATE_DOWN, STATE_UP };

struct file_entry {
	uint64_t identity;
	uint64_t state;
};

static void path_of(const struct pools *pools, const char *suffix, char path[static PATH_MAX])
{
	snprintf(path, PATH_MAX, XB_CHECKS_FILE "%s", pools->setup.daemon_name, suffix);
}

/* With a state that it has, and not the initial one, it takes `fall` failures to bring it down. */
static void preset(struct pools *pools, const struct check_entry *entry, bool up)
{
	const struct check_state state = {.up = up, .has_run = true, .changed_ns = clock_now_ns()};

	if (entry->check != POOLS_NONE)
		checker_set_preset(pools->table->set, entry->check, &state);
}

/* What tracks a probe gets its first result all the same. */
static void begin(struct pools *pools, struct check_entry *entry, bool up)
{
	if (entry->server) {
		server_entry_core(entry->server)->failed_count += entry->up - up;
		entry->has_run = true;
	}
	entry->up = up;
	preset(pools, entry, up);
}

static void apply(struct pools *pools, const struct name_index *states)
{
	struct pools_prepared *table = pools->table;
	size_t count = 0;

	for (size_t i = 0; i < table->check_count; i++) {
		struct check_entry *entry = &table->checks[i];
		size_t step = 0;
		uint32_t state = name_index_find(states, entry->identity, &step);

		if (state == NAME_INDEX_NONE)
			continue;
		begin(pools, entry, state == STATE_UP);
		count += state == STATE_DOWN;
	}
	if (count)
		log_notice("%zu checks begin as the daemon before left them: down", count);
}

/* Returns the states by identity; NULL: there is none. */
static struct name_index *parse(const char *bytes, size_t length)
{
	size_t count = length < sizeof(struct file_header)
			       ? 0
			       : (length - sizeof(struct file_header)) / sizeof(struct file_entry);
	struct name_index *states;

	if (!count || memcmp(bytes, MAGIC, sizeof(MAGIC)) != 0)
		return NULL;
	states = name_index_new(count);
	for (size_t i = 0; states && i < count; i++) {
		struct file_entry entry;

		memcpy(&entry, bytes + sizeof(struct file_header) + i * sizeof(entry),
		       sizeof(entry));
		if (entry.state == STATE_DOWN || entry.state == STATE_UP)
			name_index_add(states, entry.identity, (uint32_t)entry.state);
	}
	return states;
}

void states_restore(struct pools *pools)
{
	_cleanup_free_ char *bytes = NULL;
	struct name_index *states;
	char path[PATH_MAX];
	size_t length;

	path_of(pools, "", path);
	if (file_read(path, &bytes, &length))
		return;
	states = parse(bytes, length);
	if (states)
		apply(pools, states);
	name_index_free(states);
}

static off_t offset_of(size_t number)
{
	return (off_t)(sizeof(struct file_header) + number * sizeof(struct file_entry));
}

static struct file_entry entry_of(const struct check_entry *entry)
{
	uint64_t state = !entry->up ? STATE_DOWN : entry->has_run ? STATE_UP : STATE_UNCHECKED;

	return (struct file_entry){.identity = entry->identity, .state = state};
}

/* Returns a descriptor or a negative errno. */
static int make_file(const struct pools *pools, const char *path)
{
	static const struct file_header header = {MAGIC};
	const struct pools_prepared *table = pools->table;
	size_t bytes = (size_t)offset_of(table->check_count);
	_cleanup_free_ uint8_t *image = malloc(bytes);
	int fd = image ? open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) : -1;

	if (fd < 0)
		return image ? -errno : -ENOMEM;
	memcpy(image, &header, sizeof(header));
	for (size_t i = 0; i < table->check_count; i++) {
		const struct file_entry entry = entry_of(&table->checks[i]);

		memcpy(image + offset_of(i), &entry, sizeof(entry));
	}
	if (write(fd, image, bytes) == (ssize_t)bytes)
		return fd;
	close(fd);
	return -ENOSPC;
}

void states_write(struct pools *pools)
{
	char path[PATH_MAX], made[PATH_MAX];
	int fd;

	if (pools->states_fd >= 0)
		close(pools->states_fd);
	pools->states_fd = -1;
	path_of(pools, "", path);
	path_of(pools, ".new", made);
	if (!pools->table->check_count) {
		unlink(path);
		return;
	}
	fd = make_file(pools, made);
	if (fd >= 0 && !rename(made, path)) {
		pools->states_fd = fd;
		return;
	}
	log_warning("cannot write %s: %s; after a crash of xbeatd servers begin as up", path,
		    limits_strerror(fd < 0 ? -fd : errno));
	if (fd >= 0)
		close(fd);
}

void states_note(struct pools *pools, const struct check_entry *entry)
{
	const struct file_entry written = entry_of(entry);

	if (pools->states_fd >= 0 &&
	    pwrite(pools->states_fd, &written, sizeof(written),
		   offset_of((size_t)(entry - pools->table->checks))) != sizeof(written))
		log_warning("cannot write the states of checks: %s", limits_strerror(errno));
}

void states_stop(struct pools *pools, bool keep)
{
	char path[PATH_MAX];

	if (pools->states_fd >= 0)
		close(pools->states_fd);
	path_of(pools, "", path);
	if (!keep)
		unlink(path);
}
