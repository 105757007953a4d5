/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Histograms as JSON: what each bucket counted, and the bounds between the buckets. */
#ifndef XBEAT_FIGURES_BUCKETS_H
#define XBEAT_FIGURES_BUCKETS_H

#include <jansson.h>
#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

/* Returns a new array with the count of each bucket, not cumulative. */
json_t *buckets_counts_json(const __u64 *counts, size_t bucket_count);

/* Returns a new array: where each bucket but the last ends, which has no end. start_ns: where
 * bucket n starts. */
json_t *buckets_bounds_json(uint64_t (*start_ns)(unsigned bucket), unsigned bucket_count);

#endif
