/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/figures/buckets.h"

json_t *buckets_counts_json(const __u64 *counts, size_t bucket_count)
{
	json_t *array = json_array();

	for (size_t i = 0; i < bucket_count; i++)
		json_array_append_new(array, json_integer((json_int_t)counts[i]));
	return array;
}

json_t *buckets_bounds_json(uint64_t (*start_ns)(unsigned bucket), unsigned bucket_count)
{
	json_t *array = json_array();

	for (unsigned i = 1; i < bucket_count; i++)
		json_array_append_new(array, json_integer((json_int_t)start_ns(i)));
	return array;
}
