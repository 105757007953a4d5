/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Durations as text and back; see duration.h. */
#include "user/lib/text/duration.h"
#include "user/lib/array.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NS_PER_MINUTE (60 * NS_PER_SECOND)
#define NS_PER_HOUR (60 * NS_PER_MINUTE)
#define NS_PER_DAY (24 * NS_PER_HOUR)
#define PARSED_NS_MAX (10000 * NS_PER_DAY)

/* The first row whose limit is above the duration applies. */
static const struct scale {
	uint64_t below_ns;
	uint64_t unit_ns;
	const char *unit;
	uint64_t minor_ns; /* 0: a decimal instead of a second unit */
	const char *minor;
} scales[] = {
	{NS_PER_US, 1, "ns", 0, NULL},
	{NS_PER_MS, NS_PER_US, "us", 0, NULL},
	{NS_PER_SECOND, NS_PER_MS, "ms", 0, NULL},
	{NS_PER_MINUTE, NS_PER_SECOND, "s", 0, NULL},
	{NS_PER_HOUR, NS_PER_MINUTE, "min", NS_PER_SECOND, "s"},
	{NS_PER_DAY, NS_PER_HOUR, "h", NS_PER_MINUTE, "min"},
	{UINT64_MAX, NS_PER_DAY, "d", NS_PER_HOUR, "h"},
};

static const struct {
	const char *name;
	uint64_t ns;
} parsed_units[] = {
	{"ms", NS_PER_MS},	{"s", NS_PER_SECOND}, {"m", NS_PER_MINUTE},
	{"min", NS_PER_MINUTE}, {"h", NS_PER_HOUR},   {"d", NS_PER_DAY},
};

static const struct scale *find_scale(uint64_t duration_ns)
{
	const struct scale *scale = scales;

	while (duration_ns >= scale->below_ns && scale->below_ns != UINT64_MAX)
		scale++;
	return scale;
}

const char *duration_format(uint64_t duration_ns, char text[static DURATION_TEXT_BYTES])
{
	const struct scale *scale = find_scale(duration_ns);
	unsigned whole = (unsigned)(duration_ns / scale->unit_ns);
	uint64_t rest_ns = duration_ns % scale->unit_ns;
	unsigned minor = (unsigned)(scale->minor_ns ? rest_ns / scale->minor_ns
						    : 10 * rest_ns / scale->unit_ns);

	if (minor > 0 && scale->minor_ns)
		snprintf(text, DURATION_TEXT_BYTES, "%u %s %u %s", whole, scale->unit, minor,
			 scale->minor);
	else if (minor > 0 && whole < 10)
		snprintf(text, DURATION_TEXT_BYTES, "%u.%u %s", whole, minor, scale->unit);
	else
		snprintf(text, DURATION_TEXT_BYTES, "%u %s", whole, scale->unit);
	return text;
}

struct duration_text duration_text(uint64_t duration_ns)
{
	static const struct {
		double ns;
		const char *name;
	} units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "µs"}};
	double value = (double)duration_ns;
	struct duration_text out;
	size_t unit = 0;
	int decimals;

	while (unit < 2 && value < units[unit].ns)
		unit++;
	value /= units[unit].ns;
	decimals = value < 10 ? 2 : value < 100 ? 1 : 0;
	snprintf(out.text, sizeof(out.text), "%.*f %s", decimals, value, units[unit].name);
	return out;
}

bool duration_parse(const char *text, uint64_t *duration_ns)
{
	size_t digits = strspn(text, "0123456789");
	uint64_t value = strtoull(text, NULL, 10);

	if (digits == 0 || value == 0)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(parsed_units); i++) {
		if (strcmp(text + digits, parsed_units[i].name) != 0)
			continue;
		if (value > PARSED_NS_MAX / parsed_units[i].ns)
			return false;
		*duration_ns = value * parsed_units[i].ns;
		return true;
	}
	return false;
}
