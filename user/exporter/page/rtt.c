/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See rtt.h. */
#include "user/exporter/page/rtt.h"
#include <string.h>

#define UNKNOWN (-1)

static const char *text(const json_t *object, const char *name)
{
	const char *value = json_string_value(json_object_get(object, name));

	return value ? value : "";
}

static const json_t *counts_of(const json_t *histograms, const char *peer, const json_t *link)
{
	const json_t *entry;
	size_t index;

	json_array_foreach(json_object_get(histograms, "links"), index, entry)
	{
		if (!strcmp(text(entry, "peer"), peer) &&
		    !strcmp(text(entry, "interface"), text(link, "interface")) &&
		    !strcmp(text(entry, "address"), text(link, "address")))
			return json_object_get(entry, "rtt_counts");
	}
	return NULL;
}

static json_int_t at(const json_t *array, size_t index)
{
	return json_integer_value(json_array_get(array, index));
}

/* Within a bucket times are taken as evenly spread. */
static json_int_t within(const json_t *bounds, size_t bucket, json_int_t part, json_int_t count)
{
	json_int_t low = bucket ? at(bounds, bucket - 1) : 0;
	json_int_t high = bucket < json_array_size(bounds) ? at(bounds, bucket) : low;

	return low + (high - low) * part / count;
}

static json_int_t median(const json_t *bounds, const json_t *before, const json_t *now)
{
	json_int_t total = 0, passed = 0;
	size_t count = json_array_size(now);

	for (size_t i = 0; i < count; i++) {
		if (at(now, i) < at(before, i))
			return UNKNOWN; /* another life of the daemon */
		total += at(now, i) - at(before, i);
	}
	for (size_t i = 0; total && i < count; i++) {
		json_int_t grown = at(now, i) - at(before, i);

		if (2 * (passed + grown) >= total)
			return within(bounds, i, total / 2 - passed, grown);
		passed += grown;
	}
	return UNKNOWN;
}

json_int_t rtt_between(const json_t *before, const json_t *now, const char *peer,
		       const json_t *link)
{
	const json_t *old = counts_of(before, peer, link), *new = counts_of(now, peer, link);

	if (!old || !new || json_array_size(old) != json_array_size(new))
		return UNKNOWN;
	return median(json_object_get(now, "rtt_bounds_ns"), old, new);
}
