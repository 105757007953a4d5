/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All that was added is found, also with equal hashes and a full table. */
#include "user/pools/entries/name_index.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define COUNT 5000

static void test_all_are_found(void **state)
{
	struct name_index *index = name_index_new(COUNT);

	(void)state;
	for (uint32_t i = 0; i < COUNT; i++)
		name_index_add(index, name_index_hash(NAME_INDEX_SEED, &i, sizeof(i)), i);
	for (uint32_t i = 0; i < COUNT; i++) {
		size_t step = 0;

		assert_int_equal(name_index_find(index,
						 name_index_hash(NAME_INDEX_SEED, &i, sizeof(i)),
						 &step),
				 i);
	}
	for (uint32_t i = COUNT; i < 2 * COUNT; i++) {
		size_t step = 0;

		assert_int_equal(name_index_find(index,
						 name_index_hash(NAME_INDEX_SEED, &i, sizeof(i)),
						 &step),
				 NAME_INDEX_NONE);
	}
	name_index_free(index);
}

/* Home slots at the end of the table continue at its beginning. */
static void test_equal_hashes(void **state)
{
	struct name_index *index = name_index_new(20);
	uint32_t found = 0;
	size_t step = 0;

	(void)state;
	for (uint32_t i = 0; i < 20; i++)
		name_index_add(index, 63, i);
	while (name_index_find(index, 63, &step) != NAME_INDEX_NONE)
		found++;
	assert_int_equal(found, 20);
	name_index_free(index);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_all_are_found),
		cmocka_unit_test(test_equal_hashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
