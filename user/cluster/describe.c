/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statement of this node, made of its configuration. */
#include "user/cluster/members.h"
#include "user/core/heartbeat.h"
#include "user/kernel/maps/statement.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void describe_block(struct statement *statement, const struct config_heartbeat *heartbeat)
{
	struct statement_settings *settings = &statement->settings;
	bool automatic = heartbeat->multiplier_auto;

	statement_set(settings, STATEMENT_INTERVAL, heartbeat->interval_ns);
	statement_set(settings, STATEMENT_MULTIPLIER, automatic ? 0 : heartbeat->multiplier);
	if (automatic) {
		statement_set(settings, STATEMENT_DETECTION_MIN, heartbeat->detection_min_ns);
		statement_set(settings, STATEMENT_DETECTION_MAX, heartbeat->detection_max_ns);
	}
	statement_set(settings, STATEMENT_DAEMON_TIMEOUT, heartbeat->daemon_timeout_ns);
	statement_set(settings, STATEMENT_GUARD_TIMEOUT, heartbeat->guard_timeout_ns);
	statement_set(settings, STATEMENT_RESTART_GRACE, heartbeat->restart_grace_ns);
	statement_set(settings, STATEMENT_ON_ISOLATED,
		      heartbeat->release_isolated ? STATEMENT_RELEASE : STATEMENT_KEEP);
}

static void describe_node(struct statement *statement, const struct config_node *node)
{
	struct statement_node described = {
		.id = node->id,
		.witness = node->witness,
		.address_count = node->address_count,
	};

	memcpy(described.name, node->name, sizeof(described.name));
	memcpy(described.addresses, node->addresses, sizeof(described.addresses));
	statement->nodes = array_grow(statement->nodes, &statement->node_count, sizeof(described));
	statement->nodes[statement->node_count - 1] = described;
}

static uint64_t routers_value(enum config_routers routers)
{
	switch (routers) {
	case CONFIG_ROUTERS_NODES:
		return STATEMENT_NODES;
	case CONFIG_ROUTERS_ANY:
		return STATEMENT_ANY;
	case CONFIG_ROUTERS_LEARNT:
		break;
	}
	return STATEMENT_LEARNT;
}

static void describe_settings(struct statement_settings *settings,
			      const struct config_instance *instance)
{
	bool driven = instance->heartbeat[0];

	statement_set(settings, STATEMENT_VERSION, instance->version);
	statement_set(settings, STATEMENT_ADVERT_INTERVAL, instance->advert_interval_ns);
	statement_set(settings, STATEMENT_INSTANCE_GUARD, instance->guard_timeout_ns);
	statement_set(settings, STATEMENT_HEARTBEAT,
		      driven ? STATEMENT_PRESENT : STATEMENT_MISSING);
	if (!driven) /* these need nodes */
		return;
	statement_set(settings, STATEMENT_ON_PARTITION,
		      instance->hold_on_partition ? STATEMENT_HOLD : STATEMENT_TAKE);
	statement_set(settings, STATEMENT_ROUTERS, routers_value(instance->routers));
}

static void describe_instance(struct statement *statement, const struct config_instance *instance)
{
	struct statement_instance described = {
		.name = text_copy(instance->name),
		.vrid = instance->vrid,
		.family = instance->family,
		.priority = instance->priority,
		.addresses = calloc(instance->vip_count + 1, sizeof(*described.addresses)),
	};

	if (!described.addresses)
		limits_out_of_memory();
	describe_settings(&described.settings, instance);
	for (size_t i = 0; i < instance->vip_count; i++)
		described.addresses[described.address_count++] = instance->vips[i].address;
	statement->instances =
		array_grow(statement->instances, &statement->instance_count, sizeof(described));
	statement->instances[statement->instance_count - 1] = described;
}

/* The first one signs. */
static void describe_keys(struct statement *statement, const struct xb_key *keys)
{
	for (size_t i = 0; i < XB_KEYS_MAX; i++)
		if (keys[i].valid)
			statement->keys[statement->key_count++] = (struct statement_key){
				.id = keys[i].id,
				.signs = i == 0,
				.fingerprint = key_fingerprint(&keys[i]),
			};
}

static void describe(struct statement *statement, const struct config *config, size_t own_node)
{
	const struct config_node *node = &config->heartbeat->nodes[own_node];

	*statement = (struct statement){.node_id = node->id, .witness = node->witness};
	memcpy(statement->name, node->name, sizeof(statement->name));
	snprintf(statement->version, sizeof(statement->version), "%s", XBEAT_VERSION);
	describe_block(statement, config->heartbeat);
	for (size_t i = 0; i < config->heartbeat->node_count; i++)
		describe_node(statement, &config->heartbeat->nodes[i]);
	for (size_t i = 0; i < config->app_count && i < XB_APPS_MAX; i++)
		snprintf(statement->apps[statement->app_count++], XB_NAME_BYTES, "%s",
			 config->apps[i].name);
	for (size_t i = 0; i < config->instance_count; i++)
		describe_instance(statement, &config->instances[i]);
	statement_sort(statement);
}

void cluster_describe(struct cluster *cluster)
{
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length;
	int error;

	statement_free(&cluster->own);
	describe(&cluster->own, cluster->config, cluster->own_node);
	describe_keys(&cluster->own, cluster->kernel->keys);
	cluster_describe_pools(cluster, &cluster->own);
	bytes = statement_encode(&cluster->own, &length);
	error = kernel_set_statement(cluster->kernel, bytes, length,
				     statement_digest(bytes, length));
	if (error)
		log_warning(
			"cannot publish this node's statement: %s; other nodes do not compare their configurations with it",
			limits_strerror(-error));
}
