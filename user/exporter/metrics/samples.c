/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The usual ways from a member of a snapshot to samples; see families.h. */
#include "user/exporter/metrics/families.h"
#include <stdio.h>
#include <string.h>

#define LABEL_NAME_BYTES 32

void family_number(const struct metrics_writer *writer, const struct family *family,
		   const json_t *object, const struct metrics_label *labels)
{
	const json_t *value = walk_member(object, family->member);

	if (json_is_integer(value))
		metrics_count(writer, labels, json_integer_value(value));
}

void family_seconds(const struct metrics_writer *writer, const struct family *family,
		    const json_t *object, const struct metrics_label *labels)
{
	const json_t *value = walk_member(object, family->member);

	if (json_is_integer(value))
		metrics_seconds(writer, labels, (uint64_t)json_integer_value(value));
}

void family_flag(const struct metrics_writer *writer, const struct family *family,
		 const json_t *object, const struct metrics_label *labels)
{
	const json_t *value = walk_member(object, family->member);

	metrics_count(writer, labels, json_is_true(value) || json_array_size(value) > 0);
}

void family_present(const struct metrics_writer *writer, const struct family *family,
		    const json_t *object, const struct metrics_label *labels)
{
	metrics_count(writer, labels, walk_member(object, family->member) != NULL);
}

void family_absent(const struct metrics_writer *writer, const struct family *family,
		   const json_t *object, const struct metrics_label *labels)
{
	metrics_count(writer, labels, !walk_member(object, family->member));
}

void family_is(const struct metrics_writer *writer, const struct family *family,
	       const json_t *object, const struct metrics_label *labels)
{
	const char *text = json_string_value(walk_member(object, family->member));

	metrics_count(writer, labels, text && !strcmp(text, family->names[0]));
}

void family_size(const struct metrics_writer *writer, const struct family *family,
		 const json_t *object, const struct metrics_label *labels)
{
	metrics_count(writer, labels,
		      (int64_t)json_array_size(walk_member(object, family->member)));
}

struct metrics_label *family_copy_labels(struct metrics_label copy[static METRICS_LABELS_MAX],
					 const struct metrics_label *labels)
{
	while (labels->name)
		*copy++ = *labels++;
	return copy;
}

/* Names of xbeatd as values of labels, which have no hyphens. */
static const char *as_value(const char *name, char value[static WALK_LABEL_BYTES])
{
	snprintf(value, WALK_LABEL_BYTES, "%s", name);
	for (char *place = value; (place = strchr(place, '-'));)
		*place = '_';
	return value;
}

void family_state(const struct metrics_writer *writer, const struct family *family,
		  const json_t *object, const struct metrics_label *labels)
{
	const char *state = json_string_value(walk_member(object, family->member));
	struct metrics_label extended[METRICS_LABELS_MAX] = {{0}};
	struct metrics_label *last = family_copy_labels(extended, labels);
	char value[WALK_LABEL_BYTES];

	last->name = family->member;
	for (const char *const *name = family->names; state && *name; name++) {
		last->value = as_value(*name, value);
		metrics_count(writer, extended, !strcmp(state, *name));
	}
}

void family_info(const struct metrics_writer *writer, const struct family *family,
		 const json_t *object, const struct metrics_label *labels)
{
	struct metrics_label extended[METRICS_LABELS_MAX] = {{0}};
	struct metrics_label *last = family_copy_labels(extended, labels);
	char names[FAMILY_NAMES_MAX][LABEL_NAME_BYTES];
	char values[FAMILY_NAMES_MAX][WALK_LABEL_BYTES];

	for (size_t i = 0; family->names[i]; i++, last++) {
		const char *path = strchr(family->names[i], '=');

		snprintf(names[i], sizeof(names[i]), "%.*s", (int)(path - family->names[i]),
			 family->names[i]);
		*last = (struct metrics_label){
			names[i], walk_label(walk_member(object, path + 1), values[i])};
	}
	metrics_count(writer, extended, 1);
}

void family_each(const struct metrics_writer *writer, const struct family *family,
		 const json_t *object, const struct metrics_label *labels)
{
	struct metrics_label extended[METRICS_LABELS_MAX] = {{0}};
	struct metrics_label *last = family_copy_labels(extended, labels);
	const char *name;
	json_t *value;

	last->name = family->names[0];
	json_object_foreach(walk_member(object, family->member), name, value)
	{
		last->value = name;
		metrics_count(writer, extended, json_integer_value(value));
	}
}

void family_sum(const struct metrics_writer *writer, const struct family *family,
		const json_t *object, const struct metrics_label *labels)
{
	const json_t *count = walk_member(object, family->member);
	const json_t *total = walk_member(object, family->names[0]);

	if (json_is_integer(count) && json_is_integer(total))
		metrics_sum(writer, labels, (uint64_t)json_integer_value(count),
			    (uint64_t)json_integer_value(total));
}
