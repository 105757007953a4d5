/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See restarts.h. */
#include "user/lib/process/restarts.h"

void restarts_started(struct restarts *restarts, uint64_t now_ns)
{
	uint64_t spacing_ns = 2 * restarts->spacing_ns;

	if (!spacing_ns || time_since_ns(now_ns, restarts->started_ns) >= RESTARTS_STEADY_NS)
		spacing_ns = RESTARTS_MIN_NS;
	restarts->spacing_ns = spacing_ns < RESTARTS_MAX_NS ? spacing_ns : RESTARTS_MAX_NS;
	restarts->started_ns = now_ns;
}

void restarts_made_none(struct restarts *restarts, uint64_t now_ns)
{
	*restarts = (struct restarts){.started_ns = now_ns, .spacing_ns = RESTARTS_MIN_NS};
}

void restarts_forget(struct restarts *restarts)
{
	*restarts = (struct restarts){0};
}
