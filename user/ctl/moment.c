// SPDX-License-Identifier: GPL-2.0-or-later
/* Durations, times and dates as a moment: see moment.h. */
#include "user/ctl/moment.h"
#include "user/lib/array.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include <ctype.h>
#include <string.h>
#include <time.h>

#define FRACTION_DIGITS_MAX 9

static const char *const formats[] = {
	"%H:%M:%S",	     "%H:%M",	       "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
	"%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d",
};

/* ".031": the nanoseconds after a second. Returns false if text is anything else, unless it is "". */
static bool parse_fraction(const char *text, uint64_t *ns)
{
	uint64_t unit = NS_PER_SECOND;

	*ns = 0;
	if (!*text)
		return true;
	if (*text++ != '.' || !*text || strlen(text) > FRACTION_DIGITS_MAX)
		return false;
	for (; isdigit((unsigned char)*text); text++) {
		unit /= 10;
		*ns += unit * (uint64_t)(*text - '0');
	}
	return !*text;
}

static bool parse_local(const char *text, const char *format, time_t now, uint64_t *unix_ns)
{
	bool seconds_last = format[strlen(format) - 1] == 'S';
	struct tm local;
	const char *rest;
	uint64_t fraction_ns;
	time_t seconds;

	if (!localtime_r(&now, &local))
		return false;
	local.tm_hour = local.tm_min = local.tm_sec = 0;
	local.tm_isdst = -1;
	rest = strptime(text, format, &local);
	if (!rest || (!seconds_last && *rest) || !parse_fraction(rest, &fraction_ns))
		return false;
	seconds = mktime(&local);
	if (seconds < 0)
		return false;
	*unix_ns = (uint64_t)seconds * NS_PER_SECOND + fraction_ns;
	return true;
}

bool moment_parse(const char *text, uint64_t now_unix_ns, uint64_t *unix_ns)
{
	uint64_t before_ns;

	if (duration_parse(text, &before_ns)) {
		*unix_ns = time_since_ns(now_unix_ns, before_ns);
		return true;
	}
	for (size_t i = 0; i < ARRAY_SIZE(formats); i++)
		if (parse_local(text, formats[i], (time_t)(now_unix_ns / NS_PER_SECOND), unix_ns))
			return true;
	return false;
}
