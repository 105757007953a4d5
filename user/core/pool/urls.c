/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Several URLs in turn, as one check; see urls.h. */
#include "user/core/pool/urls.h"

/* Goes on to the next URL; after the one that failed, to the first, unless it was the first itself.
 * Returns whether that was the last one of a series. */
static bool advance(struct check_urls *urls, const struct check_urls_rules *urls_rules)
{
	bool failed = urls->failed;

	urls->failed = false;
	if (failed && urls->next) {
		urls->next = 0;
		return false;
	}
	urls->next = urls->next + 1 < urls_rules->count ? urls->next + 1 : 0;
	return !urls->next;
}

/* A success that proves nothing before the URLs after it have succeeded, too. */
static struct check_verdict part(const struct check_rules *rules, uint64_t now_ns)
{
	return (struct check_verdict){.next_ns = now_ns + rules->interval_ns};
}

static struct check_verdict succeed(struct check_urls *urls,
				    const struct check_urls_rules *urls_rules,
				    struct check_state *state, const struct check_rules *rules,
				    uint64_t began_ns, uint64_t now_ns)
{
	bool last = advance(urls, urls_rules);
	struct check_verdict verdict;

	if (last)
		urls->passed = true;
	if (state->up || last)
		verdict = check_result(state, rules, CHECK_GOOD, began_ns, now_ns);
	else
		verdict = part(rules, now_ns);
	if (!urls->passed && urls_rules->fast_recovery)
		verdict.next_ns = now_ns;
	return verdict;
}

struct check_verdict check_urls_result(struct check_urls *urls,
				       const struct check_urls_rules *urls_rules,
				       struct check_state *state, const struct check_rules *rules,
				       enum check_outcome outcome, uint64_t began_ns,
				       uint64_t now_ns)
{
	struct check_verdict verdict;

	if (outcome == CHECK_GOOD)
		return succeed(urls, urls_rules, state, rules, began_ns, now_ns);
	verdict = check_result(state, rules, outcome, began_ns, now_ns);
	if (outcome == CHECK_BAD && !state->up) {
		urls->failed = true;
		urls->passed = false;
	}
	return verdict;
}
