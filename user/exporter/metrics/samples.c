/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The usual ways from a member of a snapshot to samples; see families.h. */
#include "user/exporter/metrics/families.h"
#include <stdio.h>
#include <string.h>

#define LABEL_BYTES 32

void family_number(const struct metrics_writer *writer, const struct family *family,
		   const json_t *object, const struct metrics_label *labels)
{
	const json_t *value = walk_member(object, family->member);

	if (json_is_integer(value))
		metrics_count(writer, labels, json_integer_value(value));
}

void family_number_or_0(const struct metrics_writer *writer, const struct family *family,
			const json_t *object, const struct metrics_label *labels)
{
	metrics_count(writer, labels, json_integer_value(walk_member(object, family->member)));
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

void family_size(const struct metrics_writer *writer, const struct family *family,
		 const json_t *object, const struct metrics_label *labels)
{
	metrics_count(writer, labels,
		      (int64_t)json_array_size(walk_member(object, family->member)));
}

/* Returns the end of a copy of labels. */
static struct metrics_label *copy_labels(struct metrics_label copy[static METRICS_LABELS_MAX],
					 const struct metrics_label *labels)
{
	while (labels->name)
		*copy++ = *labels++;
	return copy;
}

void family_state(const struct metrics_writer *writer, const struct family *family,
		  const json_t *object, const struct metrics_label *labels)
{
	const char *state = json_string_value(walk_member(object, family->member));
	struct metrics_label extended[METRICS_LABELS_MAX] = {{0}};
	struct metrics_label *last = copy_labels(extended, labels);

	last->name = family->member;
	for (const char *const *name = family->names; state && *name; name++) {
		last->value = *name;
		metrics_count(writer, extended, !strcmp(state, *name));
	}
}

/* A member as the value of a label; text: room for one that is no string. */
static const char *label_value(const json_t *member, char text[static LABEL_BYTES])
{
	if (json_is_string(member))
		return json_string_value(member);
	if (json_is_integer(member))
		snprintf(text, LABEL_BYTES, "%" JSON_INTEGER_FORMAT, json_integer_value(member));
	else
		snprintf(text, LABEL_BYTES, "%s", json_is_true(member) ? "true" : "");
	return text;
}

void family_info(const struct metrics_writer *writer, const struct family *family,
		 const json_t *object, const struct metrics_label *labels)
{
	struct metrics_label extended[METRICS_LABELS_MAX] = {{0}};
	struct metrics_label *last = copy_labels(extended, labels);
	char names[FAMILY_NAMES_MAX][LABEL_BYTES], values[FAMILY_NAMES_MAX][LABEL_BYTES];

	for (size_t i = 0; family->names[i]; i++, last++) {
		const char *path = strchr(family->names[i], '=');

		snprintf(names[i], sizeof(names[i]), "%.*s", (int)(path - family->names[i]),
			 family->names[i]);
		*last = (struct metrics_label){
			names[i], label_value(walk_member(object, path + 1), values[i])};
	}
	metrics_count(writer, extended, 1);
}
