// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl cluster": all nodes with their links, all instances with their owners, and what differs
 * between the configurations. */
#include "user/ctl/show/field.h"
#include "user/ctl/show/show.h"
#include "user/ctl/show/table.h"
#include "user/ctl/show/text.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include <stdlib.h>
#include <string.h>

#define ROLE_BYTES 96

static const struct table_column node_columns[] = {
	{"NODE", TABLE_LEFT, 8},    {"ID", TABLE_RIGHT, 0},  {"VERDICT", TABLE_LEFT, 0},
	{"VERSION", TABLE_LEFT, 7}, {"LINK", TABLE_LEFT, 0}, {"ADDRESS", TABLE_LEFT, 10},
	{"VERDICT", TABLE_LEFT, 0}, {"P50", TABLE_RIGHT, 0}, {"MAX", TABLE_RIGHT, 0},
};

static const struct table_column instance_columns[] = {
	{"INSTANCE", TABLE_LEFT, 8}, {"VRID", TABLE_RIGHT, 0},	 {"ADDRESSES", TABLE_LEFT, 10},
	{"ACTIVE", TABLE_LEFT, 10},  {"OTHERS", TABLE_LEFT, 10},
};

static bool is_true(const json_t *object, const char *name)
{
	return json_is_true(json_object_get(object, name));
}

/* A row of a link; the first one names the node. link: NULL: none. */
static void add_link(struct table *table, const json_t *node, const json_t *link, bool first)
{
	const json_t *rtt = json_object_get(link, "rtt_ns");
	char id[UNITS_TEXT_BYTES], p50[UNITS_TEXT_BYTES], max[UNITS_TEXT_BYTES];
	const char *const cells[] = {
		first ? field_text(node, "name") : "",
		first ? field_count(node, "id", id) : "",
		!first			? ""
		: is_true(node, "self") ? field_text(node, "state")
					: field_verdict(node),
		first ? field_text(node, "version") : "",
		link			? field_text(link, "interface")
		: is_true(node, "self") ? "this node"
					: "",
		link ? field_text(link, "address") : "",
		link ? field_text(link, "verdict") : "",
		link ? field_duration(rtt, "p50", p50) : "",
		link ? field_duration(rtt, "max", max) : "",
	};

	table_add(table, cells);
}

static void add_node(struct table *table, const json_t *node)
{
	const json_t *links = json_object_get(node, "links"), *link;
	const char *state = field_text(node, "state");
	size_t index;

	if (json_array_size(links) == 0)
		add_link(table, node, NULL, true);
	json_array_foreach(links, index, link) add_link(table, node, link, index == 0);
	if (is_true(node, "witness"))
		table_note(table, "a witness: it runs no instances with heartbeats");
	if (!is_true(node, "self") && !strcmp(state, "draining"))
		table_note(table, "drained: out of elections");
	if (!strcmp(field_text(node, "comparison"), "no answer"))
		table_note(
			table,
			"its configuration was not compared: it does not answer, as nodes of an older version");
}

/* "node-b (100, fenced)"; returns text. */
static const char *describe_role(const json_t *role, bool active, char text[static ROLE_BYTES])
{
	const char *state = field_text(role, "state");
	bool plain = active || !strcmp(state, "backup");
	char priority[UNITS_TEXT_BYTES];

	if (!json_object_get(role, "state"))
		snprintf(text, ROLE_BYTES, "%.40s (not heard)", field_text(role, "node"));
	else
		snprintf(text, ROLE_BYTES, "%.40s (%s%s%s%s)", field_text(role, "node"),
			 plain ? "" : state, plain ? "" : ", ",
			 field_count(role, "priority", priority),
			 is_true(role, "fenced") ? ", fenced" : "");
	return text;
}

/* The nodes that are Active of an instance, or the others; to be freed. */
static char *list_roles(const json_t *instance, bool active)
{
	const json_t *roles = json_object_get(instance, "nodes"), *role;
	json_t *texts = json_array();
	char text[ROLE_BYTES];
	size_t index;
	char *list;

	json_array_foreach(roles, index, role)
	{
		bool is_active = !strcmp(field_text(role, "state"), "active");

		if (is_active == active)
			json_array_append_new(texts,
					      json_string(describe_role(role, active, text)));
	}
	list = json_array_size(texts) ? field_list(texts, ", ") : text_copy(active ? "none" : "");
	json_decref(texts);
	return list;
}

static void add_instance(struct table *table, const json_t *instance)
{
	_cleanup_free_ char *active = list_roles(instance, true);
	_cleanup_free_ char *others = list_roles(instance, false);
	const json_t *addresses = json_object_get(instance, "addresses");
	char vrid[UNITS_TEXT_BYTES], text[128];
	const char *first = json_string_value(json_array_get(addresses, 0));
	size_t count = json_array_size(addresses);
	const char *const cells[] = {
		field_text(instance, "name"),
		field_count(instance, "vrid", vrid),
		text,
		active,
		others,
	};

	if (count > 1)
		snprintf(text, sizeof(text), "%s and %zu more", first ? first : FIELD_UNKNOWN,
			 count - 1);
	else
		snprintf(text, sizeof(text), "%s", first ? first : FIELD_UNKNOWN);
	table_add(table, cells);
}

static void print_nodes(const json_t *nodes, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = node_columns,
		.column_count = ARRAY_SIZE(node_columns),
	};
	const json_t *node;
	size_t index;

	json_array_foreach(nodes, index, node) add_node(&table, node);
	table_print(&table, stream);
}

static void print_instances(const json_t *instances, bool after_nodes, FILE *stream)
{
	_cleanup_table_ struct table table = {
		.columns = instance_columns,
		.column_count = ARRAY_SIZE(instance_columns),
	};
	const json_t *instance;
	size_t index;

	if (json_array_size(instances) == 0) {
		fputs("\nno instances with a heartbeat line\n", stream);
		return;
	}
	if (after_nodes)
		fputc('\n', stream);
	json_array_foreach(instances, index, instance) add_instance(&table, instance);
	table_print(&table, stream);
}

/* Whether all other nodes' configurations are known. */
static bool all_compared(const json_t *nodes)
{
	const json_t *node;
	size_t index;

	json_array_foreach(nodes, index, node) if (!is_true(node, "self") &&
						   strcmp(field_text(node, "comparison"),
							  "compared") != 0) return false;
	return true;
}

static void print_disagreements(const json_t *disagreements, const json_t *nodes, FILE *stream)
{
	const json_t *disagreement;
	size_t index;

	fputc('\n', stream);
	json_array_foreach(disagreements, index, disagreement)
		text_print_labelled(stream, 9, "differs", "%s", field_text(disagreement, "text"));
	if (json_array_size(disagreements) == 0)
		fprintf(stream, "the configurations %s\n",
			all_compared(nodes) ? "of all nodes agree"
					    : "that were compared agree; not all were");
}

/* With names on the command line, parts are missing. */
void show_cluster(const json_t *cluster, FILE *stream)
{
	const json_t *nodes = json_object_get(cluster, "nodes");
	const json_t *instances = json_object_get(cluster, "instances");
	const json_t *disagreements = json_object_get(cluster, "disagreements");

	if (nodes)
		print_nodes(nodes, stream);
	if (instances)
		print_instances(instances, nodes != NULL, stream);
	if (disagreements)
		print_disagreements(disagreements, nodes, stream);
}
