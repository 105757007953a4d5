/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The choice of the next Active among live Backups. */
#include "user/core/election.h"
#include "user/lib/address.h"
#include <errno.h>

static bool better(const struct election_candidate *a, const struct election_candidate *b)
{
	if (a->priority != b->priority)
		return a->priority > b->priority;
	return address_compare(&a->address, &b->address) > 0;
}

int election_best(const struct election_candidate *candidates, size_t count)
{
	int best = -ENOENT;

	for (size_t i = 0; i < count; i++) {
		if (!candidates[i].live || candidates[i].state != XB_INSTANCE_BACKUP)
			continue;
		if (best < 0 || better(&candidates[i], &candidates[best]))
			best = (int)i;
	}
	return best;
}

const struct xb_instance *election_find(const struct xb_instance *instances, uint8_t vrid,
					uint8_t family)
{
	for (size_t i = 0; i < XB_INSTANCES_MAX; i++)
		if (instances[i].vrid == vrid && instances[i].state != XB_INSTANCE_NONE &&
		    (instances[i].family_flags & XB_INSTANCE_FAMILY_MASK) == family)
			return &instances[i];
	return NULL;
}
