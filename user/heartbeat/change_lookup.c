/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which peer goes on as which; see change.h. */
#include "user/heartbeat/change.h"
#include "user/lib/address.h"
#include <stdint.h>
#include <string.h>

static bool is_same_node(const struct config_node *a, const struct config_node *b)
{
	return a->id == b->id &&
	       (!strcmp(a->name, b->name) || address_equal(&a->addresses[0], &b->addresses[0]));
}

size_t peers_change_lookup(const struct peer *list, size_t count, const struct config_node *node)
{
	size_t i = 0;

	while (i < count && !is_same_node(list[i].node, node))
		i++;
	return i;
}

const struct peer *peers_change_find(const struct peers_change *change, const struct peer *before)
{
	const struct peers *peers = change->peers;
	size_t i = before ? peers_change_lookup(peers->list, peers->count, before->node)
			  : peers->count;

	return i < peers->count ? &peers->list[i] : NULL;
}

size_t peers_change_index(const struct peers_change *change, const struct peer *now)
{
	size_t i = peers_change_lookup(change->list, change->count, now->node);

	return i < change->count ? i : SIZE_MAX;
}
