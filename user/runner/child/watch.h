/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Processes and files that the runner watches for the loop; only changes are told. */
#ifndef XBEAT_RUNNER_CHILD_WATCH_H
#define XBEAT_RUNNER_CHILD_WATCH_H

#include "user/runner/runner.h"

struct runner_sighting {
	bool up; /* processes: as many as wanted. A file: its value is 0 */
	int32_t value; /* how many processes; what stands in the file */
	char reason[160]; /* with figures */
};

typedef void runner_seen(void *context, const struct runner_sighting *sighting);

/* Watches until runner_unwatch(); seen is called from the loop, first with how it is now. A runner that
 * was killed and started again goes on with its watches. config may be freed afterwards.
 * Returns a number for runner_unwatch(), 0 without memory or if the configuration is too long. */
uint32_t runner_watch_process(struct runner *runner, const struct config_process *config,
			      runner_seen *seen, void *context);
uint32_t runner_watch_file(struct runner *runner, const struct config_file *config,
			   runner_seen *seen, void *context);

void runner_unwatch(struct runner *runner, uint32_t number);

#endif
