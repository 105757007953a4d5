/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See name_index.h. */
#include "user/pools/entries/name_index.h"
#include <stdlib.h>

#define PRIME 0x100000001b3u

struct slot {
	uint64_t hash;
	uint32_t number;
};

struct name_index {
	size_t mask;
	struct slot slots[];
};

struct name_index *name_index_new(size_t count)
{
	size_t size = 16;
	struct name_index *index;

	while (size < count * 2)
		size *= 2;
	index = malloc(sizeof(*index) + size * sizeof(index->slots[0]));
	if (!index)
		return NULL;
	index->mask = size - 1;
	for (size_t i = 0; i < size; i++)
		index->slots[i] = (struct slot){.number = NAME_INDEX_NONE};
	return index;
}

void name_index_free(struct name_index *index)
{
	free(index);
}

uint64_t name_index_hash(uint64_t hash, const void *bytes, size_t length)
{
	const uint8_t *byte = bytes;

	for (size_t i = 0; i < length; i++)
		hash = (hash ^ byte[i]) * PRIME;
	return hash;
}

/* The low bits of FNV-1a alone are weak. */
static size_t home(const struct name_index *index, uint64_t hash)
{
	return (size_t)(hash ^ (hash >> 32)) & index->mask;
}

void name_index_add(struct name_index *index, uint64_t hash, uint32_t number)
{
	size_t at = home(index, hash);

	while (index->slots[at].number != NAME_INDEX_NONE)
		at = (at + 1) & index->mask;
	index->slots[at] = (struct slot){hash, number};
}

uint32_t name_index_find(const struct name_index *index, uint64_t hash, size_t *step)
{
	size_t at = (home(index, hash) + *step) & index->mask;

	for (; index->slots[at].number != NAME_INDEX_NONE; at = (at + 1) & index->mask) {
		++*step;
		if (index->slots[at].hash == hash)
			return index->slots[at].number;
	}
	return NAME_INDEX_NONE;
}
