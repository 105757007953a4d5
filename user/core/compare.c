/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Instances are the same one on two nodes if VRID and family are, and either both have a heartbeat
 * line or they share an address: without heartbeats, a VRID may be used again in another network.
 * The statement of a witness has no instances with heartbeats.
 */
#include "user/core/compare.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define VERSION_2 2 /* of VRRP: refuses adverts with another interval */

struct comparison {
	const struct statement *own, *other;
	on_disagreement *found;
	void *context;
};

static void report(const struct comparison *comparison, struct disagreement *disagreement)
{
	const char *keyword = statement_keyword(disagreement->setting);

	if (!disagreement->subject[0])
		snprintf(disagreement->subject, sizeof(disagreement->subject), "%.19s/%.19s",
			 disagreement->instance ? disagreement->instance->name : "heartbeat",
			 keyword);
	if (!disagreement->what[0] && disagreement->instance)
		snprintf(disagreement->what, sizeof(disagreement->what), "%s of %.60s", keyword,
			 disagreement->instance->name);
	else if (!disagreement->what[0])
		snprintf(disagreement->what, sizeof(disagreement->what), "%s", keyword);
	comparison->found(comparison->context, disagreement);
}

static bool differs(const struct statement_settings *own, const struct statement_settings *other,
		    enum statement_setting setting)
{
	return statement_has(own, setting) && statement_has(other, setting) &&
	       own->values[setting] != other->values[setting];
}

static void report_setting(const struct comparison *comparison,
			   const struct statement_settings *own,
			   const struct statement_settings *other, enum statement_setting setting,
			   const struct statement_instance *instance)
{
	struct disagreement disagreement = {.setting = setting, .instance = instance};
	char text[STATEMENT_VALUE_BYTES];

	snprintf(disagreement.own, sizeof(disagreement.own), "%s",
		 statement_value(setting, own->values[setting], text));
	snprintf(disagreement.other, sizeof(disagreement.other), "%s",
		 statement_value(setting, other->values[setting], text));
	report(comparison, &disagreement);
}

static void compare_block(const struct comparison *comparison)
{
	const struct statement_settings *own = &comparison->own->settings;
	const struct statement_settings *other = &comparison->other->settings;

	for (size_t i = 0; i < STATEMENT_SETTING_COUNT; i++)
		if (statement_scope((enum statement_setting)i) == STATEMENT_OF_BLOCK &&
		    differs(own, other, (enum statement_setting)i))
			report_setting(comparison, own, other, (enum statement_setting)i, NULL);
}

static const struct statement_node *find_node(const struct statement *statement, uint16_t id)
{
	for (size_t i = 0; i < statement->node_count; i++)
		if (statement->nodes[i].id == id)
			return &statement->nodes[i];
	return NULL;
}

static bool same_node(const struct statement_node *a, const struct statement_node *b)
{
	if (!a || !b)
		return a == b;
	return !strcmp(a->name, b->name) && a->witness == b->witness &&
	       a->address_count == b->address_count &&
	       !memcmp(a->addresses, b->addresses, a->address_count * sizeof(a->addresses[0]));
}

/* As its line in the file; cut if there are many addresses. */
static void describe_node(const struct statement_node *node,
			  char text[static DISAGREEMENT_VALUE_BYTES])
{
	size_t length;

	if (!node) {
		snprintf(text, DISAGREEMENT_VALUE_BYTES, "missing");
		return;
	}
	length = (size_t)snprintf(text, DISAGREEMENT_VALUE_BYTES, "%s", node->name);
	for (size_t i = 0; i < node->address_count && length < DISAGREEMENT_VALUE_BYTES; i++) {
		char address[ADDRESS_TEXT_BYTES];

		length += (size_t)snprintf(text + length, DISAGREEMENT_VALUE_BYTES - length, " %s",
					   address_format(&node->addresses[i], address));
	}
	if (node->witness && length < DISAGREEMENT_VALUE_BYTES)
		snprintf(text + length, DISAGREEMENT_VALUE_BYTES - length, " witness");
}

static void compare_node(const struct comparison *comparison, uint16_t id)
{
	const struct statement_node *own = find_node(comparison->own, id);
	const struct statement_node *other = find_node(comparison->other, id);
	struct disagreement disagreement = {.setting = STATEMENT_NODE, .node_id = id};

	if (same_node(own, other))
		return;
	snprintf(disagreement.subject, sizeof(disagreement.subject), "heartbeat/node %u", id);
	snprintf(disagreement.what, sizeof(disagreement.what), "node %u", id);
	describe_node(own, disagreement.own);
	describe_node(other, disagreement.other);
	report(comparison, &disagreement);
}

static void compare_nodes(const struct comparison *comparison)
{
	for (size_t i = 0; i < comparison->own->node_count; i++)
		compare_node(comparison, comparison->own->nodes[i].id);
	for (size_t i = 0; i < comparison->other->node_count; i++)
		if (!find_node(comparison->own, comparison->other->nodes[i].id))
			compare_node(comparison, comparison->other->nodes[i].id);
}

/* An address with the instance that has it. */
struct place {
	const struct xb_address *address;
	const struct statement_instance *instance;
};

static int by_address(const void *a, const void *b)
{
	const struct place *one = a, *other = b;

	return address_compare(one->address, other->address);
}

/* Returns the addresses of all instances, sorted; to be freed. */
static struct place *list_places(const struct statement *statement, size_t *count)
{
	struct place *places;
	size_t total = 0;

	*count = 0;
	for (size_t i = 0; i < statement->instance_count; i++)
		total += statement->instances[i].address_count;
	places = calloc(total + 1, sizeof(*places));
	if (!places)
		limits_out_of_memory();
	for (size_t i = 0; i < statement->instance_count; i++) {
		const struct statement_instance *instance = &statement->instances[i];

		for (size_t n = 0; n < instance->address_count; n++)
			places[(*count)++] = (struct place){&instance->addresses[n], instance};
	}
	qsort(places, *count, sizeof(*places), by_address);
	return places;
}

static bool is_driven(const struct statement_instance *instance)
{
	return instance->settings.values[STATEMENT_HEARTBEAT] == STATEMENT_PRESENT;
}

static bool same_router(const struct statement_instance *a, const struct statement_instance *b)
{
	return a->vrid == b->vrid && a->family == b->family;
}

static void report_vrid(const struct comparison *comparison, const struct place *own,
			const struct place *other)
{
	struct disagreement disagreement = {.setting = STATEMENT_VRID, .instance = own->instance};
	char address[ADDRESS_TEXT_BYTES];

	snprintf(disagreement.what, sizeof(disagreement.what), "VRID of %s (%.40s)",
		 address_format(own->address, address), own->instance->name);
	snprintf(disagreement.own, sizeof(disagreement.own), "%u", own->instance->vrid);
	snprintf(disagreement.other, sizeof(disagreement.other), "%u (%.40s)",
		 other->instance->vrid, other->instance->name);
	report(comparison, &disagreement);
}

/* Whether the statement has the address in the same virtual router. */
static bool has_place(const struct statement *statement, const struct statement_instance *router,
		      const struct xb_address *address)
{
	for (size_t i = 0; i < statement->instance_count; i++) {
		const struct statement_instance *instance = &statement->instances[i];

		if (!same_router(instance, router))
			continue;
		for (size_t n = 0; n < instance->address_count; n++)
			if (address_equal(&instance->addresses[n], address))
				return true;
	}
	return false;
}

/* Link-local addresses are of one network each; so are others that both nodes have twice (VRFs). */
static bool is_conflict(const struct comparison *comparison, const struct place *own,
			const struct place *other)
{
	return !address_is_link_local(own->address) &&
	       !has_place(comparison->own, other->instance, own->address) &&
	       !has_place(comparison->other, own->instance, own->address);
}

/* What an instance of this node is on the other one. */
struct partner {
	const struct statement_instance *instance; /* NULL: not there */
	const struct statement_instance *reported; /* has one of its addresses under another VRID */
};

/* A shared address: makes partners, or is a disagreement, one for each pair of instances. */
static void take_shared(const struct comparison *comparison, const struct place *own,
			const struct place *other, struct partner *partners)
{
	struct partner *partner = &partners[own->instance - comparison->own->instances];

	if (same_router(own->instance, other->instance)) {
		partner->instance = other->instance;
	} else if (partner->reported != other->instance && is_conflict(comparison, own, other)) {
		partner->reported = other->instance;
		report_vrid(comparison, own, other);
	}
}

static void find_shared(const struct comparison *comparison, struct partner *partners)
{
	size_t own_count, other_count, i = 0, n = 0;
	struct place *own = list_places(comparison->own, &own_count);
	struct place *other = list_places(comparison->other, &other_count);

	while (i < own_count && n < other_count) {
		int order = by_address(&own[i], &other[n]);

		/* Both may have it in several instances. */
		for (size_t k = n; !order && k < other_count && !by_address(&own[i], &other[k]);
		     k++)
			take_shared(comparison, &own[i], &other[k], partners);
		i += order <= 0;
		n += order > 0;
	}
	free(own);
	free(other);
}

static void find_driven(const struct comparison *comparison, struct partner *partners)
{
	const struct statement *own = comparison->own, *other = comparison->other;

	for (size_t i = 0; i < own->instance_count; i++)
		for (size_t n = 0; n < other->instance_count; n++)
			if (same_router(&own->instances[i], &other->instances[n]) &&
			    is_driven(&own->instances[i]) && is_driven(&other->instances[n]))
				partners[i].instance = &other->instances[n];
}

/* Writes the first address that only a has, and how many more there are. Returns whether any is. */
static bool only_in(const struct statement_instance *a, const struct statement_instance *b,
		    char text[static DISAGREEMENT_VALUE_BYTES])
{
	char address[ADDRESS_TEXT_BYTES] = "none";
	size_t count = 0, n = 0;

	for (size_t i = 0; i < a->address_count; i++) {
		while (n < b->address_count &&
		       address_compare(&b->addresses[n], &a->addresses[i]) < 0)
			n++;
		if (n < b->address_count && address_equal(&b->addresses[n], &a->addresses[i]))
			continue;
		if (!count++)
			address_format(&a->addresses[i], address);
	}
	if (count > 1)
		snprintf(text, DISAGREEMENT_VALUE_BYTES, "%s and %zu more", address, count - 1);
	else
		snprintf(text, DISAGREEMENT_VALUE_BYTES, "%s", address);
	return count;
}

static void compare_addresses(const struct comparison *comparison,
			      const struct statement_instance *own,
			      const struct statement_instance *other)
{
	struct disagreement disagreement = {.setting = STATEMENT_ADDRESSES, .instance = own};
	bool here, there;

	if (comparison->own->shortened || comparison->other->shortened)
		return;
	here = only_in(own, other, disagreement.own);
	there = only_in(other, own, disagreement.other);
	if (!here && !there)
		return;
	snprintf(disagreement.what, sizeof(disagreement.what),
		 "addresses of %.40s that only one node has", own->name);
	report(comparison, &disagreement);
}

/* Whether the setting of an instance needs no agreement, or follows from another disagreement. */
static bool is_moot(const struct comparison *comparison, const struct statement_instance *own,
		    const struct statement_instance *other, enum statement_setting setting)
{
	const uint64_t *here = own->settings.values, *there = other->settings.values;
	enum statement_setting guard = STATEMENT_GUARD_TIMEOUT;

	if (setting == STATEMENT_ADVERT_INTERVAL)
		return here[STATEMENT_VERSION] != VERSION_2 &&
		       there[STATEMENT_VERSION] != VERSION_2;
	if (setting != STATEMENT_INSTANCE_GUARD)
		return false;
	if (!is_driven(own) || !is_driven(other)) /* then it follows from advert_int */
		return true;
	return here[setting] == comparison->own->settings.values[guard] &&
	       there[setting] == comparison->other->settings.values[guard];
}

static void compare_instance(const struct comparison *comparison,
			     const struct statement_instance *own,
			     const struct statement_instance *other)
{
	for (size_t i = 0; i < STATEMENT_SETTING_COUNT; i++) {
		enum statement_setting setting = (enum statement_setting)i;

		if (statement_scope(setting) == STATEMENT_OF_INSTANCE &&
		    differs(&own->settings, &other->settings, setting) &&
		    !is_moot(comparison, own, other, setting))
			report_setting(comparison, &own->settings, &other->settings, setting, own);
	}
	compare_addresses(comparison, own, other);
}

static void compare_instances(const struct comparison *comparison)
{
	size_t count = comparison->own->instance_count;
	struct partner *partners = calloc(count + 1, sizeof(*partners));

	if (!partners)
		limits_out_of_memory();
	find_shared(comparison, partners);
	find_driven(comparison, partners);
	for (size_t i = 0; i < count; i++)
		if (partners[i].instance)
			compare_instance(comparison, &comparison->own->instances[i],
					 partners[i].instance);
	free(partners);
}

/* Packets name an application by its index only. A witness runs none, but has the same file. */
static void compare_apps(const struct comparison *comparison)
{
	const struct statement *own = comparison->own, *other = comparison->other;

	for (size_t i = 0; i < XB_APPS_MAX; i++) {
		struct disagreement disagreement = {.setting = STATEMENT_APP, .app = i + 1};

		if (!strcmp(own->apps[i], other->apps[i]))
			continue;
		snprintf(disagreement.subject, sizeof(disagreement.subject), "vrrp_app %zu", i + 1);
		snprintf(disagreement.what, sizeof(disagreement.what), "application %zu (vrrp_app)",
			 i + 1);
		snprintf(disagreement.own, sizeof(disagreement.own), "%s",
			 *own->apps[i] ? own->apps[i] : "missing");
		snprintf(disagreement.other, sizeof(disagreement.other), "%s",
			 *other->apps[i] ? other->apps[i] : "missing");
		report(comparison, &disagreement);
		return; /* the others follow from it */
	}
}

static const struct statement_pool *find_pool(const struct statement *statement, const char *name)
{
	for (size_t i = 0; i < statement->pool_count; i++)
		if (!strcmp(statement->pools[i].name, name))
			return &statement->pools[i];
	return NULL;
}

/* The hash stands for settings that are not sent. */
static void report_pool(const struct comparison *comparison, const char *name,
			const struct statement_pool *own, const struct statement_pool *other)
{
	struct disagreement disagreement = {.setting = STATEMENT_POOL};

	snprintf(disagreement.subject, sizeof(disagreement.subject), "pool %.34s", name);
	snprintf(disagreement.what, sizeof(disagreement.what), "virtual_server %.60s", name);
	snprintf(disagreement.pool, sizeof(disagreement.pool), "%s", name);
	if (own)
		snprintf(disagreement.own, sizeof(disagreement.own), "settings %08x",
			 (unsigned)own->digest);
	else
		snprintf(disagreement.own, sizeof(disagreement.own), "missing");
	if (other)
		snprintf(disagreement.other, sizeof(disagreement.other), "settings %08x",
			 (unsigned)other->digest);
	else
		snprintf(disagreement.other, sizeof(disagreement.other), "missing");
	report(comparison, &disagreement);
}

static void compare_each_pool(const struct comparison *comparison)
{
	const struct statement *own = comparison->own, *other = comparison->other;

	for (size_t i = 0; i < own->pool_count; i++) {
		const struct statement_pool *there = find_pool(other, own->pools[i].name);

		if (!there || there->digest != own->pools[i].digest)
			report_pool(comparison, own->pools[i].name, &own->pools[i], there);
	}
	for (size_t i = 0; i < other->pool_count; i++)
		if (!find_pool(own, other->pools[i].name))
			report_pool(comparison, other->pools[i].name, NULL, &other->pools[i]);
}

/* Not all nodes need to be directors: one without pools agrees with all. */
static void compare_pools(const struct comparison *comparison)
{
	const struct statement *own = comparison->own, *other = comparison->other;
	struct disagreement disagreement = {.setting = STATEMENT_POOL};

	if (!own->pool_total || !other->pool_total || own->pools_digest == other->pools_digest)
		return;
	if (own->pool_count == own->pool_total && other->pool_count == other->pool_total) {
		compare_each_pool(comparison);
		return;
	}
	snprintf(disagreement.subject, sizeof(disagreement.subject), "pools");
	snprintf(disagreement.what, sizeof(disagreement.what), "settings of all virtual_servers");
	snprintf(disagreement.own, sizeof(disagreement.own), "%u pools, settings %08x",
		 own->pool_total, (unsigned)own->pools_digest);
	snprintf(disagreement.other, sizeof(disagreement.other), "%u pools, settings %08x",
		 other->pool_total, (unsigned)other->pools_digest);
	report(comparison, &disagreement);
}

void compare_statements(const struct statement *own, const struct statement *other,
			on_disagreement *found, void *context)
{
	const struct comparison comparison = {own, other, found, context};

	compare_block(&comparison);
	compare_nodes(&comparison);
	compare_apps(&comparison);
	compare_instances(&comparison);
	compare_pools(&comparison);
}
