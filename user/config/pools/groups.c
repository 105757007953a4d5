// SPDX-License-Identifier: GPL-2.0-or-later
/* See groups.h. */
#include "user/config/pools/groups.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

static int compare_groups(const void *left, const void *right)
{
	const struct group_use *a = left, *b = right;
	int order = strcmp(a->group->name, b->group->name);

	return order ? order : (a->group > b->group) - (a->group < b->group);
}

struct group_index group_index_make(struct config_parser *parser)
{
	const struct config_pools *pools = &parser->config->pools;
	struct group_index index = {.count = pools->group_count};

	index.uses = calloc(index.count + 1, sizeof(*index.uses));
	if (!index.uses)
		limits_out_of_memory();
	for (size_t i = 0; i < index.count; i++)
		index.uses[i].group = &pools->groups[i];
	qsort(index.uses, index.count, sizeof(*index.uses), compare_groups);
	for (size_t i = 1; i < index.count; i++) {
		const struct config_server_group *one = index.uses[i - 1].group;
		const struct config_server_group *other = index.uses[i].group;

		if (!strcmp(one->name, other->name))
			config_error(
				parser, other->location,
				"virtual_server_group %s is already defined on %s; give each group its own name",
				other->name, config_location_text(parser, one->location));
	}
	return index;
}

struct group_use *group_index_use(const struct group_index *index, const char *name)
{
	size_t low = 0, high = index->count;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = strcmp(index->uses[middle].group->name, name);

		if (!order)
			return &index->uses[middle];
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NULL;
}

const struct config_server_group *group_index_find(const struct group_index *index,
						   const char *name)
{
	const struct group_use *use = name ? group_index_use(index, name) : NULL;

	return use ? use->group : NULL;
}
