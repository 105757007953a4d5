/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See files.h. As in keepalived there are no retries, and a server is fine until a file was read. */
#include "user/pools/files.h"
#include "user/lib/log.h"
#include "user/pools/work.h"

#define PART_FAILED (-(int64_t)INT32_MAX - 1) /* keepalived's IPVS weight that is a failure */

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
