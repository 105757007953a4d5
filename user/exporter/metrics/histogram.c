/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Histograms of a snapshot as those of Prometheus, whose buckets count all that is shorter, too.
 * Each bound is at least twice the one before: finer ones would be a series each for little.
 */
#include "user/exporter/metrics/families.h"

/* Nothing that is measured is shorter. */
#define FIRST_BOUND_NS 4096

static uint64_t number_at(const json_t *list, size_t index)
{
	return (uint64_t)json_integer_value(json_array_get(list, index));
}

/* A bucket counts what is less than its bound; as its times are whole ns, that is at most the bound
 * before it. */
static uint64_t write_buckets(const struct metrics_writer *writer, const json_t *counts,
			      const json_t *bounds, const struct metrics_label *labels)
{
	uint64_t total = 0, next_ns = FIRST_BOUND_NS;

	for (size_t i = 0; i < json_array_size(counts); i++) {
		uint64_t bound_ns = number_at(bounds, i);

		total += number_at(counts, i);
		if (i + 1 == json_array_size(counts))
			metrics_bucket(writer, labels, METRICS_NO_BOUND, total);
		else if (bound_ns >= next_ns) {
			metrics_bucket(writer, labels, bound_ns, total);
			next_ns = 2 * bound_ns;
		}
	}
	return total;
}

/* Without a sum OpenMetrics has no count, either; that of all is in the last bucket. */
void family_times(const struct metrics_writer *writer, const struct family *family,
		  const json_t *object, const struct metrics_label *labels)
{
	const json_t *counts = walk_member(object, family->member);
	const json_t *bounds = walk_member(writer->snapshot, family->names[0]);
	const json_t *sum = family->names[1] ? walk_member(object, family->names[1]) : NULL;
	uint64_t total;

	if (!counts || json_array_size(bounds) + 1 != json_array_size(counts))
		return;
	total = write_buckets(writer, counts, bounds, labels);
	if (sum)
		metrics_sum(writer, labels, total, (uint64_t)json_integer_value(sum));
	else if (writer->format == METRICS_TEXT)
		metrics_number(writer, "_count", labels, (int64_t)total);
}
