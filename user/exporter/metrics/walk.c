/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of a snapshot; see walk.h. */
#include "user/exporter/metrics/walk.h"
#include <stdio.h>
#include <string.h>

#define PATH_BYTES 96

json_t *walk_member(const json_t *object, const char *path)
{
	char copy[PATH_BYTES];
	char *rest = copy, *name;

	snprintf(copy, sizeof(copy), "%s", path);
	while (object && (name = strsep(&rest, ".")))
		object = json_object_get(object, name);
	return (json_t *)object;
}

static const char *text_of(const json_t *object, const char *path)
{
	return json_string_value(walk_member(object, path));
}

void walk_snapshot(const json_t *snapshot, walk_visit *visit, void *context)
{
	static const struct metrics_label none[1];

	visit(context, snapshot, none);
}

/* Lists, and which members of their entries are labels. */
struct labelled {
	const char *list;
	const char *inner; /* a list in each entry, which is visited instead; NULL: none */
	struct metrics_label labels[METRICS_LABELS_MAX]; /* value: a member */
};

const char *walk_label(const json_t *member, char text[static WALK_LABEL_BYTES])
{
	if (json_is_string(member))
		return json_string_value(member);
	if (json_is_integer(member))
		snprintf(text, WALK_LABEL_BYTES, "%" JSON_INTEGER_FORMAT,
			 json_integer_value(member));
	else
		snprintf(text, WALK_LABEL_BYTES, "%s", json_is_true(member) ? "true" : "");
	return text;
}

/* A member with "/" before its name is one of the inner entry. */
static void visit_entry(const struct labelled *labelled, const json_t *entry, const json_t *inner,
			walk_visit *visit, void *context)
{
	struct metrics_label labels[METRICS_LABELS_MAX] = {{0}};
	char texts[METRICS_LABELS_MAX][WALK_LABEL_BYTES];

	for (size_t i = 0; labelled->labels[i].name; i++) {
		const char *member = labelled->labels[i].value;
		const json_t *value = *member == '/' ? walk_member(inner, member + 1)
						     : walk_member(entry, member);

		labels[i] = (struct metrics_label){labelled->labels[i].name,
						   walk_label(value, texts[i])};
	}
	visit(context, inner ? inner : entry, labels);
}

static void walk_list(const json_t *snapshot, const struct labelled *labelled, walk_visit *visit,
		      void *context)
{
	json_t *entry, *inner;
	size_t i, k;

	json_array_foreach(walk_member(snapshot, labelled->list), i, entry)
	{
		if (!labelled->inner)
			visit_entry(labelled, entry, NULL, visit, context);
		else
			json_array_foreach(json_object_get(entry, labelled->inner), k, inner)
				visit_entry(labelled, entry, inner, visit, context);
	}
}

#define WALK_LIST(name, list, inner, ...)                                                          \
	void walk_##name(const json_t *snapshot, walk_visit *visit, void *context)                 \
	{                                                                                          \
		static const struct labelled labelled = {list, inner, {__VA_ARGS__}};              \
                                                                                                   \
		walk_list(snapshot, &labelled, visit, context);                                    \
	}

WALK_LIST(peers, "peers", NULL, {"peer", "name"})
WALK_LIST(links, "peers", "links", {"peer", "name"}, {"interface", "/interface"},
	  {"address", "/address"})
WALK_LIST(link_histograms, "histograms.links", NULL, {"peer", "peer"}, {"interface", "interface"},
	  {"address", "address"})
WALK_LIST(own_links, "status.links", NULL, {"interface", "interface"})
WALK_LIST(interfaces, "status.interfaces", NULL, {"interface", "name"})
WALK_LIST(instances, "vrrp", NULL, {"vrrp_instance", "name"})
WALK_LIST(routers, "vrrp", NULL, {"vrrp_instance", "name"}, {"vrid", "vrid"},
	  {"interface", "interface"})
WALK_LIST(takeovers, "vrrp", "takeovers", {"vrrp_instance", "name"}, {"cause", "/cause"})
WALK_LIST(tracked, "tracking", NULL, {"kind", "kind"}, {"name", "name"})
WALK_LIST(apps, "app", NULL, {"app", "name"})

void walk_nodes(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *node;
	size_t index;

	json_array_foreach(walk_member(snapshot, "cluster.nodes"), index, node)
	{
		const struct metrics_label labels[] = {{"peer", text_of(node, "name")}, {0}};

		if (!json_is_true(json_object_get(node, "self")))
			visit(context, node, labels);
	}
}

/* Where keepalived has the instance. */
static const char *interface_of(const json_t *instance)
{
	const char *macvlan = text_of(instance, "virtual_mac_interface");

	return macvlan ? macvlan : text_of(instance, "interface");
}

static void visit_instance(const json_t *instance, walk_visit *visit, void *context)
{
	char vrid[WALK_LABEL_BYTES];
	const struct metrics_label labels[] = {
		{"iname", text_of(instance, "name")},
		{"intf", interface_of(instance)},
		{"vrid", walk_label(json_object_get(instance, "vrid"), vrid)},
		{"state", text_of(instance, "keepalived_state")},
		{0},
	};

	visit(context, instance, labels);
}

void walk_keepalived(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *instance;
	size_t index;

	json_array_foreach(json_object_get(snapshot, "vrrp"), index, instance)
		visit_instance(instance, visit, context);
}

void walk_keepalived_addresses(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *instance, *address;
	size_t i, k;

	json_array_foreach(json_object_get(snapshot, "vrrp"), i, instance)
	{
		char vrid[WALK_LABEL_BYTES];
		struct metrics_label labels[] = {
			{"iname", text_of(instance, "name")},
			{"intf", NULL},
			{"vrid", walk_label(json_object_get(instance, "vrid"), vrid)},
			{"ip_address", NULL},
			{0},
		};

		json_array_foreach(json_object_get(instance, "keepalived_addresses"), k, address)
		{
			labels[1].value = text_of(address, "intf");
			labels[3].value = text_of(address, "ip_address");
			visit(context, instance, labels);
		}
	}
}

void walk_keepalived_scripts(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *tracked;
	size_t index;

	json_array_foreach(json_object_get(snapshot, "tracking"), index, tracked)
	{
		const char *kind = text_of(tracked, "kind");
		const struct metrics_label labels[] = {{"name", text_of(tracked, "name")}, {0}};

		if (kind && !strcmp(kind, "script"))
			visit(context, tracked, labels);
	}
}
