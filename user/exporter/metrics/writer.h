/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Metrics as text, family by family: in OpenMetrics 1.0, or in the older text format 0.0.4 of
 * Prometheus, in which the families of counters have the suffix of their samples.
 */
#ifndef XBEAT_EXPORTER_METRICS_WRITER_H
#define XBEAT_EXPORTER_METRICS_WRITER_H

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#define METRICS_LABELS_MAX 8

enum metrics_format { METRICS_TEXT, METRICS_OPEN };

enum metrics_type {
	METRICS_GAUGE,
	METRICS_COUNTER, /* its samples have the suffix _total */
	METRICS_INFO, /* _info */
	METRICS_SUMMARY, /* _count, _sum */
	METRICS_HISTOGRAM, /* _bucket, _count, _sum */
};

struct metrics_label {
	const char *name; /* NULL: the end of a list */
	const char *value; /* NULL or "": left out */
};

struct metrics_writer {
	FILE *output;
	const json_t *snapshot; /* that the families show; NULL: none */
	enum metrics_format format;
	const char *name; /* of the family */
	enum metrics_type type;
};

/* Begins a family: what follows are its samples. name: without a suffix of its type. */
void metrics_family(struct metrics_writer *writer, const char *name, enum metrics_type type,
		    const char *help);

void metrics_count(const struct metrics_writer *writer, const struct metrics_label *labels,
		   int64_t value);

/* The same with a suffix of the name of its own. */
void metrics_number(const struct metrics_writer *writer, const char *suffix,
		    const struct metrics_label *labels, int64_t value);

void metrics_seconds(const struct metrics_writer *writer, const struct metrics_label *labels,
		     uint64_t value_ns);

/* The samples of a summary without quantiles. */
void metrics_sum(const struct metrics_writer *writer, const struct metrics_label *labels,
		 uint64_t count, uint64_t sum_ns);

/* How many were at most so long, all that were shorter included; bound_ns: METRICS_NO_BOUND for
 * all. */
#define METRICS_NO_BOUND UINT64_MAX
void metrics_bucket(const struct metrics_writer *writer, const struct metrics_label *labels,
		    uint64_t bound_ns, uint64_t count);

/* After the last family. */
void metrics_end(const struct metrics_writer *writer);

#endif
