/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which URL of HTTP_GET a run checks: one each, in turn, as keepalived. A URL that fails is checked
 * until it succeeds. The server comes back when all succeeded in a row, from the first. Pure.
 */
#ifndef XBEAT_CHECKER_HTTP_URLS_H
#define XBEAT_CHECKER_HTTP_URLS_H

#include <stdbool.h>
#include <stddef.h>

struct urls {
	size_t index; /* of the next run */
	size_t good_count; /* in a row, from the first, while the server is down */
	bool all_were_checked; /* since the start */
};

/* What follows from the success of a URL. */
enum urls_next {
	URLS_COUNTS, /* it is the check's success */
	URLS_MORE, /* no result yet: there are more to check */
};

/* up: the check's state before this success. count: of URLs, at least 1. */
enum urls_next urls_good(struct urls *urls, size_t count, bool up);

void urls_bad(struct urls *urls);

#endif
