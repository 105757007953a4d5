/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Tables of families: what each of them is about, and which member of a snapshot it shows. */
#ifndef XBEAT_EXPORTER_METRICS_FAMILIES_H
#define XBEAT_EXPORTER_METRICS_FAMILIES_H

#include "user/exporter/metrics/walk.h"

#define FAMILY_NAMES_MAX 8

struct family;

/* Writes the sample or samples of one object. */
typedef void family_samples(const struct metrics_writer *writer, const struct family *family,
			    const json_t *object, const struct metrics_label *labels);

struct family {
	const char *name; /* NULL: the end of a table */
	enum metrics_type type;
	const char *help;
	walk *walk;
	family_samples *samples;
	const char *member; /* of each object */
	/* Of a state: all that there are. Of an info: its labels, each as "label=member". Of other
	 * samples: see below. */
	const char *names[FAMILY_NAMES_MAX];
};

family_samples family_number; /* a number; no sample where it is missing */
family_samples family_seconds; /* ns as seconds */
family_samples family_flag; /* true, or a list that is not empty: 1; else, or missing: 0 */
family_samples family_size; /* how many entries a list has */
family_samples family_state; /* one for each name: 1 for that of the member, else 0 */
family_samples family_is; /* 1 if it is the first name, else 0 */
family_samples family_present; /* 1 if it is there, else 0 */
family_samples family_absent; /* the opposite */
family_samples family_each; /* one for each member of it: the first name is the label */
family_samples family_sum; /* a count, and the sum in ns, which is the first name */
family_samples family_times; /* a histogram: a list of counts; names: its bounds, the sum in ns */
family_samples family_info; /* 1, with members as labels */

/* A row: name, type, what it is about, samples, member, help, names. */
#define FAMILY(name, type, of, samples, member, help, ...)                                         \
	{                                                                                          \
		name, METRICS_##type, help, walk_##of, family_##samples, member,                   \
		{                                                                                  \
			__VA_ARGS__                                                                \
		}                                                                                  \
	}

/* Returns the end of a copy of labels, where others can follow. */
struct metrics_label *family_copy_labels(struct metrics_label copy[static METRICS_LABELS_MAX],
					 const struct metrics_label *labels);

extern const struct family families_daemon[];
extern const struct family families_heartbeat[];
extern const struct family families_links[];
extern const struct family families_vrrp[];
extern const struct family families_pools[];
extern const struct family families_keepalived[];
extern const struct family families_lvs[];

#endif
