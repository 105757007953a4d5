// SPDX-License-Identifier: GPL-2.0-or-later
/* Which HTTP statuses a rule means; see model.h. */
#include "user/ctl/convert/haproxy/model.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include <regex.h>
#include <stdlib.h>
#include <string.h>

static bool take_range(const char *text, size_t length, bool *good)
{
	char range[16], *dash;
	uint64_t first, last;

	if (length >= sizeof(range))
		return false;
	memcpy(range, text, length);
	range[length] = '\0';
	dash = strchr(range, '-');
	if (dash)
		*dash = '\0';
	if (!haproxy_number(range, HAPROXY_STATUS_MIN + HAPROXY_STATUS_COUNT - 1, &first) ||
	    !haproxy_number(dash ? dash + 1 : range, HAPROXY_STATUS_MIN + HAPROXY_STATUS_COUNT - 1,
			    &last) ||
	    first < HAPROXY_STATUS_MIN)
		return false;
	for (uint64_t status = first; status <= last; status++)
		good[status - HAPROXY_STATUS_MIN] = true;
	return true;
}

bool haproxy_status_list(const char *text, bool good[static HAPROXY_STATUS_COUNT])
{
	memset(good, 0, HAPROXY_STATUS_COUNT);
	while (*text) {
		size_t length = strcspn(text, ",");

		if (!take_range(text, length, good))
			return false;
		text += length + (text[length] == ',');
	}
	return true;
}

/* POSIX has no \d, which is what patterns of statuses use of PCRE. To be freed. */
static char *to_posix(const char *pattern)
{
	size_t bytes;
	char *posix;
	FILE *stream = open_memstream(&posix, &bytes);

	if (!stream)
		limits_out_of_memory();
	for (; *pattern; pattern++) {
		bool is_digit = pattern[0] == '\\' && pattern[1] == 'd';

		fputs(is_digit ? "[0-9]" : (char[]){*pattern, '\0'}, stream);
		pattern += is_digit;
	}
	fclose(stream);
	return posix;
}

bool haproxy_status_regex(const char *text, bool good[static HAPROXY_STATUS_COUNT])
{
	_cleanup_free_ char *posix = to_posix(text);
	regex_t regex;

	if (regcomp(&regex, posix, REG_EXTENDED | REG_NOSUB))
		return false;
	for (unsigned i = 0; i < HAPROXY_STATUS_COUNT; i++) {
		char status[8];

		snprintf(status, sizeof(status), "%u", HAPROXY_STATUS_MIN + i);
		good[i] = !regexec(&regex, status, 0, NULL, 0);
	}
	regfree(&regex);
	return true;
}
