// SPDX-License-Identifier: GPL-2.0-or-later
#include "user/checker/http/urls.h"

static void advance(struct urls *urls, size_t count)
{
	urls->index = (urls->index + 1) % count;
	urls->all_were_checked |= !urls->index;
}

enum urls_next urls_good(struct urls *urls, size_t count, bool up)
{
	bool failed_before = urls->index != urls->good_count;

	if (up) {
		advance(urls, count);
		urls->good_count = 0;
		return URLS_COUNTS;
	}
	if (failed_before) {
		urls->index = 0;
		urls->good_count = 0;
		return URLS_MORE;
	}
	advance(urls, count);
	urls->good_count = urls->index;
	return urls->index ? URLS_MORE : URLS_COUNTS;
}

void urls_bad(struct urls *urls)
{
	urls->good_count = 0;
}
