/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of a snapshot; see walk.h. */
#include "user/exporter/metrics/walk.h"
#include "user/lib/array.h"
#include <stdio.h>
#include <string.h>

#define PATH_BYTES 96
#define ADDRESS_BYTES 64

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

void walk_status(const json_t *snapshot, walk_visit *visit, void *context)
{
	static const struct metrics_label none[1];
	const json_t *status = json_object_get(snapshot, "status");

	if (status)
		visit(context, status, none);
}

/* Each entry of a list, with labels that are its members. */
struct labelled {
	const char *list;
	struct metrics_label labels[METRICS_LABELS_MAX]; /* value: a member */
};

static void walk_list(const json_t *snapshot, const struct labelled *labelled, walk_visit *visit,
		      void *context)
{
	json_t *entry;
	size_t index;

	json_array_foreach(walk_member(snapshot, labelled->list), index, entry)
	{
		struct metrics_label labels[METRICS_LABELS_MAX] = {{0}};

		for (size_t i = 0; labelled->labels[i].name; i++)
			labels[i] =
				(struct metrics_label){labelled->labels[i].name,
						       text_of(entry, labelled->labels[i].value)};
		visit(context, entry, labels);
	}
}

#define WALK_LIST(name, list, ...)                                                                 \
	void walk_##name(const json_t *snapshot, walk_visit *visit, void *context)                 \
	{                                                                                          \
		static const struct labelled labelled = {list, {__VA_ARGS__}};                     \
                                                                                                   \
		walk_list(snapshot, &labelled, visit, context);                                    \
	}

WALK_LIST(peers, "peers", {"peer", "name"})
WALK_LIST(own_links, "status.links", {"interface", "interface"})
WALK_LIST(interfaces, "status.interfaces", {"interface", "name"})
WALK_LIST(instances, "vrrp", {"instance", "name"})
WALK_LIST(tracked, "tracking", {"kind", "kind"}, {"name", "name"})
WALK_LIST(apps, "app", {"app", "name"})

void walk_links(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *peer, *link;
	size_t i, k;

	json_array_foreach(json_object_get(snapshot, "peers"), i, peer)
	{
		json_array_foreach(json_object_get(peer, "links"), k, link)
		{
			const struct metrics_label labels[] = {
				{"peer", text_of(peer, "name")},
				{"interface", text_of(link, "interface")},
				{"address", text_of(link, "address")},
				{0},
			};

			visit(context, link, labels);
		}
	}
}

/* The numbers and names of keepalived's states. */
static const struct {
	const char *ours;
	const char *name;
} states[] = {{"initialize", "INIT"}, {"backup", "BACKUP"}, {"active", "MASTER"}, {"", "FAULT"}};

#define STATE_FAULT 3

/* As xbeatd's dump for keepalived has it: an instance that cannot run is in FAULT. */
int walk_keepalived_state(const json_t *instance)
{
	const char *state = text_of(instance, "state");

	if (json_object_get(instance, "fault"))
		return STATE_FAULT;
	for (size_t i = 0; state && i < ARRAY_SIZE(states); i++)
		if (!strcmp(states[i].ours, state))
			return (int)i;
	return -1;
}

/* interface: where keepalived has the instance, or an address of it. */
static const char *interface_of(const json_t *instance)
{
	const char *macvlan = text_of(instance, "virtual_mac_interface");

	return macvlan ? macvlan : text_of(instance, "interface");
}

static void visit_instance(const json_t *instance, walk_visit *visit, void *context)
{
	int state = walk_keepalived_state(instance);
	char vrid[12];
	const struct metrics_label labels[] = {
		{"iname", text_of(instance, "name")},
		{"intf", interface_of(instance)},
		{"vrid", vrid},
		{"state", state < 0 ? NULL : states[state].name},
		{0},
	};

	snprintf(vrid, sizeof(vrid), "%d",
		 (int)json_integer_value(json_object_get(instance, "vrid")));
	visit(context, instance, labels);
}

void walk_keepalived(const json_t *snapshot, walk_visit *visit, void *context)
{
	json_t *instance;
	size_t index;

	json_array_foreach(json_object_get(snapshot, "vrrp"), index, instance)
		visit_instance(instance, visit, context);
}

struct for_addresses {
	walk_visit *visit;
	void *context;
};

/* Of "10.0.0.1/24" keepalived_exporter shows the address. */
static void visit_addresses(void *context, const json_t *instance,
			    const struct metrics_label *of_instance)
{
	const struct for_addresses *wanted = context;
	struct metrics_label labels[METRICS_LABELS_MAX];
	json_t *address;
	size_t index;

	memcpy(labels, of_instance, 3 * sizeof(labels[0]));
	labels[4] = (struct metrics_label){0};
	json_array_foreach(json_object_get(instance, "addresses"), index, address)
	{
		const char *text = json_string_value(address);
		char copy[ADDRESS_BYTES];

		snprintf(copy, sizeof(copy), "%.*s", text ? (int)strcspn(text, "/") : 0, text);
		labels[3] = (struct metrics_label){"ip_address", copy};
		wanted->visit(wanted->context, instance, labels);
	}
}

void walk_keepalived_addresses(const json_t *snapshot, walk_visit *visit, void *context)
{
	struct for_addresses wanted = {visit, context};

	walk_keepalived(snapshot, visit_addresses, &wanted);
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
