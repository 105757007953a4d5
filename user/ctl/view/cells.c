// SPDX-License-Identifier: GPL-2.0-or-later
/* Cells of one-line views: see cells.h. */
#include "user/ctl/view/cells.h"
#include "user/ctl/show/field.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

/* "A:B A:B" of the entries of a list. */
static char *pairs(const json_t *list, const char *name, const char *(*state)(const json_t *entry))
{
	const json_t *entry;
	char *text = NULL;
	size_t index, bytes;
	FILE *memory = open_memstream(&text, &bytes);

	if (!memory)
		limits_out_of_memory();
	json_array_foreach(list, index, entry) fprintf(memory, "%s%s:%s", index > 0 ? " " : "",
						       field_text(entry, name), state(entry));
	fclose(memory);
	return text;
}

static const char *verdict_of(const json_t *link)
{
	return field_text(link, "verdict");
}

static const char *mode_of(const json_t *interface)
{
	return json_object_get(interface, "detached_reason") ? "DETACHED"
							     : field_text(interface, "mode");
}

char *cell_verdict(const json_t *peer)
{
	return text_copy(field_verdict(peer));
}

char *cell_explained(const json_t *explanation)
{
	static const char *const members[] = {"instance", "peer", "node"};
	size_t i = 0;

	while (i < ARRAY_SIZE(members) - 1 && !json_object_get(explanation, members[i]))
		i++;
	return text_copy(field_text(explanation, members[i]));
}

static bool is_of_peer(const json_t *explanation)
{
	return json_object_get(explanation, "peer");
}

char *cell_explained_state(const json_t *explanation)
{
	return is_of_peer(explanation) ? cell_verdict(explanation)
				       : text_copy(field_text(explanation, "state"));
}

char *cell_explained_age(const json_t *explanation)
{
	char text[UNITS_TEXT_BYTES];

	return text_copy(is_of_peer(explanation)
				 ? field_duration(explanation, "verdict_age_ns", text)
				 : field_state_age(explanation, text));
}

char *cell_links(const json_t *peer)
{
	return pairs(json_object_get(peer, "links"), "interface", verdict_of);
}

char *cell_node(const json_t *status)
{
	return text_copy(field_text(json_object_get(status, "node"), "name"));
}

char *cell_node_state(const json_t *node)
{
	return text_copy(json_is_true(json_object_get(node, "self")) ? field_text(node, "state")
								     : field_verdict(node));
}

char *cell_interfaces(const json_t *status)
{
	return pairs(json_object_get(status, "interfaces"), "name", mode_of);
}

char *cell_mode(const json_t *interface)
{
	return text_copy(mode_of(interface));
}

char *cell_runs(const json_t *next)
{
	return text_copy(json_is_true(json_object_get(next, "runs")) ? "runs" : "NOT-RUN");
}

char *cell_key_state(const json_t *key)
{
	if (!json_is_true(json_object_get(key, "here")))
		return text_copy("not-here");
	return text_copy(json_is_true(json_object_get(key, "active")) ? "active" : "accepted");
}

/* "A,B" of the nodes for which the test holds, or "none". */
static char *nodes_that(const json_t *entry, bool (*test)(const json_t *node),
			const char *separator)
{
	json_t *names = json_array();
	const json_t *node;
	size_t index;
	char *text;

	json_array_foreach(json_object_get(entry, "nodes"), index, node)
	{
		if (test(node))
			json_array_append(names, json_object_get(node, "node"));
	}
	text = json_array_size(names) ? field_list(names, separator) : text_copy("none");
	json_decref(names);
	return text;
}

static bool has_key(const json_t *node)
{
	return json_is_true(json_object_get(node, "has"));
}

char *cell_key_nodes(const json_t *key)
{
	return nodes_that(key, has_key, ",");
}

char *cell_state_age(const json_t *instance)
{
	char text[UNITS_TEXT_BYTES];

	return text_copy(field_state_age(instance, text));
}

static bool is_active(const json_t *role)
{
	return !strcmp(field_text(role, "state"), "active");
}

char *cell_owners(const json_t *instance)
{
	return nodes_that(instance, is_active, ", ");
}

char *cell_value(const json_t *tracked)
{
	const json_t *value = json_object_get(tracked, "value");
	char text[UNITS_TEXT_BYTES] = "";

	if (json_is_integer(value))
		snprintf(text, sizeof(text), "%lld", (long long)json_integer_value(value));
	return text_copy(text);
}
