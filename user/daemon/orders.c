/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Orders of operators for the servers of pools, between the pools of this daemon, which apply them,
 * and the cluster, which shares them with the other nodes. Without a heartbeat block the pools alone
 * have them.
 */
#include "user/daemon/daemon.h"
#include "user/lib/clock.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include "user/pools/operator.h"
#include <stdio.h>
#include <string.h>

#define KEY_BYTES (ORDER_POOL_BYTES + ORDER_SERVER_BYTES + 8)

_Static_assert(POOL_MAINTENANCE + 1 == ORDER_MODES, "other nodes' modes have names");

static const char *text_of(const json_t *entry, const char *name)
{
	const char *text = json_string_value(json_object_get(entry, name));

	return text ? text : "";
}

static uint32_t number_of(const json_t *entry, const char *name, uint32_t otherwise)
{
	const json_t *number = json_object_get(entry, name);

	return json_is_integer(number) ? (uint32_t)json_integer_value(number) : otherwise;
}

/* The server that an entry is about, as one text. */
static const char *key_of(const json_t *entry, char text[static KEY_BYTES])
{
	snprintf(text, KEY_BYTES, "%u %s %s", number_of(entry, "family", 0), text_of(entry, "pool"),
		 text_of(entry, "server"));
	return text;
}

static uint32_t drain_left_s(const json_t *entry, uint64_t now_ns)
{
	uint64_t until_ns = (uint64_t)json_integer_value(json_object_get(entry, "drain_until_ns"));

	if (!until_ns)
		return 0;
	if (time_reached(now_ns, until_ns))
		return 1;
	return (uint32_t)((until_ns - now_ns + NS_PER_SECOND - 1) / NS_PER_SECOND);
}

/* Of an entry of pools_operator_json(), or of order_json(). */
static struct shared_order order_of(const json_t *entry)
{
	struct shared_order order = {
		.family = (uint8_t)number_of(entry, "family", 0),
		.weight = number_of(entry, "weight", ORDER_WEIGHT_CONFIGURED),
		.counter = number_of(entry, "counter", 0),
		.node_id = (uint16_t)number_of(entry, "node_id", 0),
		.drain_s = drain_left_s(entry, clock_now_ns()),
	};
	enum pool_mode mode;

	snprintf(order.pool, sizeof(order.pool), "%s", text_of(entry, "pool"));
	snprintf(order.server, sizeof(order.server), "%s", text_of(entry, "server"));
	if (pools_mode_find(text_of(entry, "mode"), &mode))
		order.mode = (uint8_t)mode;
	return order;
}

static const char *node_name(const struct daemon *daemon, uint16_t node_id)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;

	for (size_t i = 0; heartbeat && i < heartbeat->node_count; i++)
		if (heartbeat->nodes[i].id == node_id)
			return heartbeat->nodes[i].name;
	return "another node";
}

static json_t *order_json(const struct daemon *daemon, const struct shared_order *order)
{
	json_t *json = json_pack("{s:o, s:i, s:o, s:s, s:I, s:i, s:o}", "pool",
				 json_text(order->pool), "family", order->family, "server",
				 json_text(order->server), "mode", pools_mode_name(order->mode),
				 "counter", (json_int_t)order->counter, "node_id", order->node_id,
				 "node", json_text(node_name(daemon, order->node_id)));

	if (order->weight != ORDER_WEIGHT_CONFIGURED)
		json_object_set_new(json, "weight", json_integer(order->weight));
	if (order->drain_s)
		json_object_set_new(json, "drain_until_ns",
				    json_integer((json_int_t)(clock_now_ns() +
							      order->drain_s * NS_PER_SECOND)));
	return json;
}

/* Entries of a list by their servers. */
static json_t *index_of(const json_t *list)
{
	json_t *index = json_object();
	char key[KEY_BYTES];
	json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry) json_object_set(index, key_of(entry, key), entry);
	return index;
}

/* What is asked now and was not before, or is another. */
static void give_new(struct daemon *daemon, const json_t *known, const json_t *list)
{
	char key[KEY_BYTES];
	const json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		struct shared_order order = order_of(entry);

		if (!json_equal(json_object_get(known, key_of(entry, key)), entry))
			cluster_give_order(daemon->cluster, &order);
	}
}

/* What was asked before and is no more. */
static void give_withdrawn(struct daemon *daemon, json_t *known, const json_t *list)
{
	json_t *now = index_of(list), *entry;
	const char *key;

	json_object_foreach(known, key, entry)
	{
		struct shared_order order = order_of(entry);

		if (json_object_get(now, key))
			continue;
		order.mode = POOL_READY;
		order.weight = ORDER_WEIGHT_CONFIGURED;
		order.drain_s = 0;
		cluster_give_order(daemon->cluster, &order);
	}
	json_decref(now);
}

static bool is_shared(const struct orders *orders, const json_t *entry)
{
	struct shared_order order = order_of(entry);

	for (size_t i = 0; i < orders->count; i++)
		if (order_same_server(&orders->list[i], &order))
			return true;
	return false;
}

static void note_obeyed(struct daemon *daemon)
{
	json_t *list = daemon_orders_json(daemon), *entry;
	char key[KEY_BYTES];
	size_t i;

	json_decref(daemon->obeyed_orders);
	daemon->obeyed_orders = json_object();
	json_array_foreach(list, i, entry)
	{
		json_object_set(daemon->obeyed_orders, key_of(entry, key),
				json_object_get(entry, "counter"));
	}
	json_decref(list);
}

/* Given on another node since the pools last applied orders, perhaps in the same mode with another
 * time. */
static bool is_new(const struct daemon *daemon, const json_t *entry)
{
	const struct config_heartbeat *heartbeat = daemon->config->heartbeat;
	char key[KEY_BYTES];

	return number_of(entry, "node_id", 0) != heartbeat->nodes[daemon->own_node].id &&
	       !json_equal(json_object_get(daemon->obeyed_orders, key_of(entry, key)),
			   json_object_get(entry, "counter"));
}

/* From now on what is asked of the pools, and shared, is what the cluster knows. */
static void remember(struct daemon *daemon, const json_t *list)
{
	const struct orders *orders = cluster_orders(daemon->cluster);
	json_t *shared = json_array(), *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		if (is_shared(orders, entry))
			json_array_append(shared, entry);
	}
	json_decref(daemon->known_orders);
	daemon->known_orders = index_of(shared);
	json_decref(shared);
	note_obeyed(daemon);
}

void daemon_share_orders(struct daemon *daemon)
{
	json_t *list;

	if (!daemon->cluster || !daemon->pools)
		return;
	list = pools_operator_json(daemon->pools);
	give_new(daemon, daemon->known_orders, list);
	give_withdrawn(daemon, daemon->known_orders, list);
	cluster_publish_orders(daemon->cluster);
	remember(daemon, list);
	json_decref(list);
}

/* What the cluster does not share, as there is too much of it, stays. */
static void add_unshared(const struct orders *orders, const json_t *list, json_t *all)
{
	json_t *entry;
	size_t i;

	json_array_foreach(list, i, entry)
	{
		if (!is_shared(orders, entry))
			json_array_append(all, entry);
	}
}

void daemon_obey_orders(struct daemon *daemon)
{
	const struct orders *orders = cluster_orders(daemon->cluster);
	json_t *all, *before, *after;

	if (!orders || !daemon->pools)
		return;
	all = json_array();
	before = pools_operator_json(daemon->pools);
	/* Also what was withdrawn, for the name of the node. */
	for (size_t i = 0; i < orders->count; i++) {
		json_t *entry = order_json(daemon, &orders->list[i]);

		json_object_set_new(entry, "again", json_boolean(is_new(daemon, entry)));
		json_array_append_new(all, entry);
	}
	add_unshared(orders, before, all);
	pools_set_operator(daemon->pools, all);
	after = pools_operator_json(daemon->pools);
	remember(daemon, after);
	json_decref(all);
	json_decref(before);
	json_decref(after);
}

json_t *daemon_orders_json(const struct daemon *daemon)
{
	const struct orders *orders = cluster_orders(daemon->cluster);
	json_t *list = json_array();

	for (size_t i = 0; orders && i < orders->count; i++)
		json_array_append_new(list, order_json(daemon, &orders->list[i]));
	return list;
}

void daemon_restore_orders(struct daemon *daemon)
{
	const json_t *entry;
	size_t i;

	json_array_foreach(json_object_get(daemon->saved, "orders"), i, entry)
	{
		struct shared_order order = order_of(entry);

		cluster_restore_order(daemon->cluster, &order);
	}
	note_obeyed(daemon);
}
