/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See files.h. As in keepalived there are no retries, and a server is fine until a file was read. */
#include "user/pools/files.h"
#include "user/lib/log.h"
#include "user/pools/work.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PART_FAILED (-(int64_t)INT32_MAX - 1) /* keepalived's IPVS weight that is a failure */

struct watched_file {
	const struct config_file *config;
	struct pools *pools;
	uint32_t first_user; /* an index of checks; POOLS_NONE: none */
	uint32_t number; /* the runner's; 0: it is not watched */
};

int files_find(struct pools_prepared *table)
{
	const struct config *config = table->config;

	table->files = calloc(config->file_count + 1, sizeof(*table->files));
	if (!table->files)
		return -ENOMEM;
	table->file_count = config->file_count;
	for (size_t i = 0; i < table->file_count; i++)
		table->files[i] = (struct watched_file){.config = &config->files[i],
							.first_user = POOLS_NONE};
	for (uint32_t i = 0; i < table->probe_first; i++) {
		struct check_entry *entry = &table->checks[i];

		if (entry->config->kind != CONFIG_CHECK_FILE)
			continue;
		for (size_t j = 0; j < table->file_count; j++)
			if (!strcmp(table->files[j].config->name, entry->config->file)) {
				entry->next_user = table->files[j].first_user;
				table->files[j].first_user = i;
			}
	}
	return 0;
}

/* What the value means to a check. Returns whether it is a failure. */
static bool judge(const struct config_check *config, int32_t value, int64_t *part)
{
	int64_t weight = config->file_reverse ? -(int64_t)config->file_weight : config->file_weight;

	*part = 0;
	if (!config->file_weight)
		return (value != 0) != config->file_reverse;
	*part = value * weight;
	return *part <= PART_FAILED;
}

static void on_seen(void *context, const struct runner_sighting *sighting)
{
	const struct watched_file *file = context;
	struct pools_prepared *table = file->pools->table;

	for (uint32_t i = file->first_user; i != POOLS_NONE; i = table->checks[i].next_user) {
		struct check_entry *entry = &table->checks[i];
		int64_t part;
		bool failed = judge(entry->config, sighting->value, &part);

		entry->has_run = true;
		pools_because(file->pools, "file %s: %s", file->config->name, sighting->reason);
		work_weighed(entry, !failed, false, failed ? 0 : part);
	}
}

void files_watch(struct pools *pools)
{
	struct pools_prepared *table = pools->table;

	for (size_t i = 0; i < table->file_count; i++) {
		struct watched_file *file = &table->files[i];

		if (file->first_user == POOLS_NONE)
			continue;
		file->pools = pools;
		file->number = runner_watch_file(pools->setup.runner, file->config, on_seen, file);
		if (!file->number)
			log_error("out of memory: file %s is not watched", file->config->name);
	}
}

void files_unwatch(struct pools *pools)
{
	const struct pools_prepared *table = pools->table;

	for (size_t i = 0; i < table->file_count; i++)
		if (table->files[i].number)
			runner_unwatch(pools->setup.runner, table->files[i].number);
}

void files_free(struct pools_prepared *table)
{
	free(table->files);
}
