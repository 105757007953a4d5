// SPDX-License-Identifier: GPL-2.0-or-later
/* Counts and times for people: see units.h. */
#include "user/ctl/show/units.h"
#include "user/lib/time.h"
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

/* The first row whose limit is above the count applies. */
static const struct scale {
	uint64_t below;
	uint64_t unit;
	const char *name;
} scales[] = {
	{UINT64_C(1000000), 1, ""},
	{UINT64_C(1000000000), UINT64_C(1000000), "M"},
	{UINT64_C(1000000000000), UINT64_C(1000000000), "G"},
	{UINT64_MAX, UINT64_C(1000000000000), "T"},
};

const char *units_count(uint64_t count, char text[static UNITS_TEXT_BYTES])
{
	const struct scale *scale = scales;
	uint64_t whole, tenths;

	while (count >= scale->below && scale->below != UINT64_MAX)
		scale++;
	whole = count / scale->unit;
	tenths = 10 * (count % scale->unit) / scale->unit;
	if (tenths > 0 && whole < 10)
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 ".%" PRIu64 "%s", whole, tenths,
			 scale->name);
	else
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 "%s", whole, scale->name);
	return text;
}

const char *units_local_time(uint64_t unix_ns, char text[static UNITS_TIME_BYTES])
{
	time_t seconds = (time_t)(unix_ns / NS_PER_SECOND);
	unsigned milliseconds = (unsigned)(unix_ns % NS_PER_SECOND / NS_PER_MS);
	struct tm local;
	char date[UNITS_TIME_BYTES - 4];

	if (!localtime_r(&seconds, &local) || !strftime(date, sizeof(date), "%F %T", &local))
		snprintf(text, UNITS_TIME_BYTES, "-");
	else
		snprintf(text, UNITS_TIME_BYTES, "%s.%03u", date, milliseconds);
	return text;
}
