/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Counts PROBEs that leave between ticks; see extra_probes.h. */
#include "user/core/extra_probes.h"
#include <errno.h>
#include <stdlib.h>

int extra_probes_start(struct extra_probes *extra, size_t tick_count)
{
	*extra = (struct extra_probes){
		.counts = calloc(tick_count, sizeof(*extra->counts)),
		.tick_count = tick_count,
	};
	return extra->counts ? 0 : -ENOMEM;
}

void extra_probes_stop(struct extra_probes *extra)
{
	free(extra->counts);
	*extra = (struct extra_probes){0};
}

void extra_probes_tick(struct extra_probes *extra)
{
	extra->current = (extra->current + 1) % extra->tick_count;
	extra->total -= extra->counts[extra->current];
	extra->counts[extra->current] = 0;
}

void extra_probes_add(struct extra_probes *extra)
{
	extra->counts[extra->current]++;
	extra->total++;
}

uint32_t extra_probes_in(const struct extra_probes *extra, size_t tick_count)
{
	uint32_t count = 0;

	if (!extra->total || tick_count >= extra->tick_count)
		return extra->total;
	for (size_t i = 0; i < tick_count; i++)
		count +=
			extra->counts[(extra->current + extra->tick_count - i) % extra->tick_count];
	return count;
}
