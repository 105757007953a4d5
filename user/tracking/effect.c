// SPDX-License-Identifier: GPL-2.0-or-later
/* keepalived's rules of weights and faults, see effect.h; the value of a file is multiplied by its
 * weight. */
#include "user/tracking/effect.h"

#define WEIGHT_MAX 253

static struct track_effect file_effect(const struct config_track *track, int32_t value)
{
	int64_t weight = (int64_t)track->weight * value;

	if (!track->weight)
		return (struct track_effect){.fault = (value != 0) != track->reverse};
	if (track->reverse)
		weight = -weight;
	if (weight < -WEIGHT_MAX)
		return (struct track_effect){.fault = true};
	return (struct track_effect){.weight = weight > WEIGHT_MAX ? WEIGHT_MAX : (int)weight};
}

struct track_effect track_effect(const struct config_track *track, struct track_status status)
{
	if (!status.known)
		return (struct track_effect){.unknown = true};
	if (track->kind == CONFIG_TRACK_FILE)
		return file_effect(track, status.value);
	if (!track->weight)
		return (struct track_effect){.fault = status.up == track->reverse};
	if (status.up != (track->weight > 0))
		return (struct track_effect){0};
	return (struct track_effect){.weight = track->reverse ? -track->weight : track->weight};
}
