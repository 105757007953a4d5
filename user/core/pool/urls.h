/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A check of several steps, of which each run makes one: the URLs of HTTP_GET. While it is up, each
 * run fetches the next URL, and a URL that failed is repeated. Once it is down only the URL that failed
 * is fetched; when that succeeds all are, from the first, and all in a row must succeed (the first
 * itself, if it was that one, counts). With one URL this is check_result(). Pure.
 */
#ifndef XBEAT_CORE_POOL_URLS_H
#define XBEAT_CORE_POOL_URLS_H

#include "user/core/pool/check.h"

struct check_urls_rules {
	uint32_t count; /* from 1 */
	bool fast_recovery; /* no pause between URLs until all have succeeded in a row */
};

/* Zero at first. Not kept when the checker dies: then all are fetched, from the first. */
struct check_urls {
	uint32_t next; /* the URL that the next run fetches */
	bool failed; /* that one brought it down */
	bool passed; /* all have succeeded in a row since the start, or since it was down */
};

/* Takes the result of urls->next; otherwise like check_result(). rules->down_interval_ns is
 * keepalived's max(delay_loop, delay_before_retry). */
struct check_verdict check_urls_result(struct check_urls *urls,
				       const struct check_urls_rules *urls_rules,
				       struct check_state *state, const struct check_rules *rules,
				       enum check_outcome outcome, uint64_t began_ns,
				       uint64_t now_ns);

#endif
