/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See attempts.h. */
#include "user/exporter/http/attempts.h"
#include "user/lib/time.h"
#include <stdio.h>
#include <string.h>

#define SPACING_NS NS_PER_SECOND
#define ALL_SPACING_NS (250 * NS_PER_MS)

static void refill(struct attempts_left *left, unsigned max, uint64_t spacing_ns, uint64_t now_ns)
{
	uint64_t more = time_since_ns(now_ns, left->since_ns) / spacing_ns;

	left->since_ns += more * spacing_ns;
	if (more > max - left->count)
		more = max - left->count;
	left->count += (unsigned)more;
}

/* The entry of an address; a new one takes the place of the one that was refilled longest ago. */
static struct attempts_left *find(struct attempts *attempts, const char *address, uint64_t now_ns)
{
	struct attempts_address *oldest = &attempts->addresses[0];

	for (size_t i = 0; i < ATTEMPTS_ADDRESSES; i++) {
		struct attempts_address *one = &attempts->addresses[i];

		if (!strcmp(one->text, address))
			return &one->left;
		if (one->left.since_ns < oldest->left.since_ns)
			oldest = one;
	}
	snprintf(oldest->text, sizeof(oldest->text), "%s", address);
	oldest->left = (struct attempts_left){ATTEMPTS_MAX, now_ns};
	return &oldest->left;
}

void attempts_start(struct attempts *attempts, uint64_t now_ns)
{
	*attempts = (struct attempts){.all = {ATTEMPTS_ALL_MAX, now_ns}};
}

bool attempts_take(struct attempts *attempts, const char *address, uint64_t now_ns)
{
	struct attempts_left *own = find(attempts, address, now_ns);

	refill(own, ATTEMPTS_MAX, SPACING_NS, now_ns);
	refill(&attempts->all, ATTEMPTS_ALL_MAX, ALL_SPACING_NS, now_ns);
	if (!own->count || !attempts->all.count)
		return false;
	own->count--;
	attempts->all.count--;
	return true;
}
