// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl keys": a row for each key of heartbeats. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/table.h"
#include "user/ctl/show/text.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <string.h>

static const struct table_column columns[] = {
	{"KEY", TABLE_RIGHT, 0},    {"FINGERPRINT", TABLE_LEFT, 0},   {"STATE", TABLE_LEFT, 0},
	{"HAVE IT", TABLE_LEFT, 8}, {"SIGN WITH IT", TABLE_LEFT, 12},
};

/* The names of the nodes for which the field has this value; NULL: for which it is unknown. To be
 * freed. */
static char *names(const json_t *key, const char *field, const json_t *value)
{
	json_t *array = json_array();
	const json_t *node;
	size_t index;
	char *text;

	json_array_foreach(json_object_get(key, "nodes"), index, node)
	{
		if (json_object_get(node, field) == value)
			json_array_append(array, json_object_get(node, "node"));
	}
	text = field_list(array, ", ");
	json_decref(array);
	return text;
}

static const char *state_of(const json_t *key)
{
	if (!json_is_true(json_object_get(key, "here")))
		return "not here";
	return json_is_true(json_object_get(key, "active")) ? "active" : "accepted";
}

static void add_key(struct table *table, const json_t *key)
{
	_cleanup_free_ char *have = names(key, "has", json_true());
	_cleanup_free_ char *lack = names(key, "has", json_false());
	_cleanup_free_ char *unknown = names(key, "has", NULL);
	_cleanup_free_ char *sign = names(key, "signs", json_true());
	char id[UNITS_TEXT_BYTES];

	table_add(table, (const char *const[]){
				 field_count(key, "id", id),
				 field_text(key, "fingerprint"),
				 state_of(key),
				 *have ? have : "none",
				 *sign ? sign : "none",
			 });
	if (!json_is_true(json_object_get(key, "here")))
		table_note(
			table,
			"not on this node: copy the key file from a node that has it, then: xbeatctl reload");
	else if (*lack)
		table_note(table, "not on %s: copy the key file there, then there: xbeatctl reload",
			   lack);
	if (*unknown)
		table_note(table, "unknown of %s", unknown);
}

void show_keys(const json_t *result, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = columns,
		.column_count = ARRAY_SIZE(columns),
	};
	const json_t *key;
	size_t index;

	json_array_foreach(json_object_get(result, "keys"), index, key) add_key(&table, key);
	table_print(&table, stream);
	text_print_labelled(stream, sizeof("key file"), "key file", "%s",
			    field_text(result, "key_file"));
}
