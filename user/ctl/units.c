// SPDX-License-Identifier: GPL-2.0-or-later
/* Quantities for people: see units.h. */
#include "user/ctl/units.h"
#include "user/lib/time.h"
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define NS_PER_MINUTE (60 * NS_PER_SECOND)
#define NS_PER_HOUR (60 * NS_PER_MINUTE)
#define NS_PER_DAY (24 * NS_PER_HOUR)
#define PARSED_NS_MAX (10000 * NS_PER_DAY)
#define COUNT_PLAIN_LIMIT UINT64_C(1000000)

struct scale {
	uint64_t below; /* the first row whose limit is above the value is taken */
	uint64_t unit;
	const char *name;
	uint64_t minor_unit; /* 0: a decimal instead */
	const char *minor_name;
};

static const struct scale duration_scales[] = {
	{NS_PER_US, 1, " ns", 0, NULL},
	{NS_PER_MS, NS_PER_US, " us", 0, NULL},
	{NS_PER_SECOND, NS_PER_MS, " ms", 0, NULL},
	{NS_PER_MINUTE, NS_PER_SECOND, " s", 0, NULL},
	{NS_PER_HOUR, NS_PER_MINUTE, " min", NS_PER_SECOND, " s"},
	{NS_PER_DAY, NS_PER_HOUR, " h", NS_PER_MINUTE, " min"},
	{UINT64_MAX, NS_PER_DAY, " d", NS_PER_HOUR, " h"},
};

static const struct {
	const char *name;
	uint64_t ns;
} parsed_units[] = {
	{"ms", NS_PER_MS},	{"s", NS_PER_SECOND}, {"m", NS_PER_MINUTE},
	{"min", NS_PER_MINUTE}, {"h", NS_PER_HOUR},   {"d", NS_PER_DAY},
};

static const struct scale count_scales[] = {
	{COUNT_PLAIN_LIMIT, 1, "", 0, NULL},
	{UINT64_C(1000000000), UINT64_C(1000000), "M", 0, NULL},
	{UINT64_C(1000000000000), UINT64_C(1000000000), "G", 0, NULL},
	{UINT64_MAX, UINT64_C(1000000000000), "T", 0, NULL},
};

static const struct scale *find_scale(const struct scale *scales, uint64_t value)
{
	while (value >= scales->below && scales->below != UINT64_MAX)
		scales++;
	return scales;
}

static const char *format_scaled(const struct scale *scale, uint64_t value,
				 char text[static UNITS_TEXT_BYTES])
{
	uint64_t whole = value / scale->unit;
	uint64_t rest = value % scale->unit;
	uint64_t minor = scale->minor_unit ? rest / scale->minor_unit : 10 * rest / scale->unit;

	if (minor > 0 && scale->minor_unit)
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 "%s %" PRIu64 "%s", whole, scale->name,
			 minor, scale->minor_name);
	else if (minor > 0 && whole < 10)
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 ".%" PRIu64 "%s", whole, minor,
			 scale->name);
	else
		snprintf(text, UNITS_TEXT_BYTES, "%" PRIu64 "%s", whole, scale->name);
	return text;
}

const char *units_duration(uint64_t duration_ns, char text[static UNITS_TEXT_BYTES])
{
	return format_scaled(find_scale(duration_scales, duration_ns), duration_ns, text);
}

bool units_parse_duration(const char *text, uint64_t *duration_ns)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t value = strtoull(text, NULL, 10);

	if (digits == 0 || value == 0)
		return false;
	for (size_t i = 0; i < sizeof(parsed_units) / sizeof(parsed_units[0]); i++) {
		if (strcmp(text + digits, parsed_units[i].name) != 0)
			continue;
		if (value > PARSED_NS_MAX / parsed_units[i].ns)
			return false;
		*duration_ns = value * parsed_units[i].ns;
		return true;
	}
	return false;
}

const char *units_count(uint64_t count, char text[static UNITS_TEXT_BYTES])
{
	return format_scaled(find_scale(count_scales, count), count, text);
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
