/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metrics as text, family by family: in OpenMetrics 1.0, or in the older text format 0.0.4 of
 * Prometheus, in which the families of counters have the suffix of their samples.
 */
#ifndef XBEAT_EXPORTER_METRICS_WRITER_H
#define XBEAT_EXPORTER_METRICS_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define METRICS_LABELS_MAX 8

enum metrics_format { METRICS_TEXT, METRICS_OPEN };

enum metrics_type {
	METRICS_GAUGE,
	METRICS_COUNTER, /* its samples have the suffix _total */
	METRICS_INFO, /* _info */
	METRICS_HISTOGRAM, /* _bucket, _count, _sum */
};

struct metrics_label {
	const char *name; /* NULL: the end of a list */
	const char *value; /* NULL or "": left out */
};

struct metrics_writer {
	FILE *output;
	enum metrics_format format;
	const char *name; /* of the family */
	enum metrics_type type;
};

/* Begins a family: what follows are its samples. name: without a suffix of its type. */
void metrics_family(struct metrics_writer *writer, const char *name, enum metrics_type type,
		    const char *help);

void metrics_count(const struct metrics_writer *writer, const struct metrics_label *labels,
		   int64_t value);

void metrics_seconds(const struct metrics_writer *writer, const struct metrics_label *labels,
		     uint64_t value_ns);

/* A histogram of times: counts[i] of them were at most bounds_ns[i] and above the bound before; the
 * last count, with no bound, is of the rest. */
struct metrics_times {
	const uint64_t *bounds_ns;
	const uint64_t *counts;
	size_t bound_count;
	uint64_t sum_ns;
};

void metrics_times(const struct metrics_writer *writer, const struct metrics_label *labels,
		   const struct metrics_times *times);

/* After the last family. */
void metrics_end(const struct metrics_writer *writer);

#endif
