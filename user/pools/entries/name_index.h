/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Finds numbers by hashes of names: open addressing, of a size that is known before. */
#ifndef XBEAT_POOLS_ENTRIES_NAME_INDEX_H
#define XBEAT_POOLS_ENTRIES_NAME_INDEX_H

#include <stddef.h>
#include <stdint.h>

#define NAME_INDEX_NONE UINT32_MAX

struct name_index;

/* count: of the names that will be added. Returns NULL without memory. */
struct name_index *name_index_new(size_t count);
void name_index_free(struct name_index *index);

/* Continues a hash, FNV-1a: names are of the administrator, who attacks nothing. */
uint64_t name_index_hash(uint64_t hash, const void *bytes, size_t length);

#define NAME_INDEX_SEED 0xcbf29ce484222325u

void name_index_add(struct name_index *index, uint64_t hash, uint32_t number);

/* Returns a number with this hash, the next one after *step; NAME_INDEX_NONE: no further one. Begin
 * with *step 0. */
uint32_t name_index_find(const struct name_index *index, uint64_t hash, size_t *step);

#endif
