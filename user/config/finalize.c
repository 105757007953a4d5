// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finalizes instances when the whole file is known: settings inherited from global_defs,
 * keepalived's defaults that depend on one another, and settings that clear others. keepalived
 * clears some of them silently; here each one is reported.
 */
#include "user/config/finalize.h"
#include "user/config/blocks/globals.h"
#include "user/config/blocks/heartbeat.h"
#include "user/config/blocks/instance.h"
#include "user/config/syntax/table.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include <string.h>

#define VERSION_DEFAULT 2
#define PREEMPTION "preemption (nopreempt is not set)"
#define VERSION_3_INTERVAL_MAX_NS (4095 * NS_PER_CENTISECOND)

#define INHERIT(kind, keyword, member, low, high)                                                  \
	{                                                                                          \
		.name = (keyword), .offset = offsetof(struct config_instance, member),             \
		.bytes = sizeof(((struct config_instance *)0)->member)                             \
	}

static const struct {
	const char *name; /* the instance's keyword, which overrides the global one */
	size_t offset;
	size_t bytes;
} inherited[] = {
	CONFIG_INHERITED(INHERIT),
	INHERIT(BOOL, "smtp_alert", notify.mail, 0, 1),
	INHERIT(BOOL, "strict_mode", strict, 0, 1),
	INHERIT(BOOL, "owner_ignore_adverts", owner_ignore_adverts, 0, 1),
	INHERIT(BOOL, "v3_checksum_as_v2", plain_checksum, 0, 1),
	INHERIT(U8, "version", version, 2, 3),
};

static void finalize_inherited(struct config_parser *parser, const struct config_block *block)
{
	const char *defaults = (const char *)&parser->globals->defaults;

	for (size_t i = 0; i < ARRAY_SIZE(inherited); i++) {
		if (!config_block_seen(block, inherited[i].name))
			memcpy((char *)block->target + inherited[i].offset,
			       defaults + inherited[i].offset, inherited[i].bytes);
	}
}

static void finalize_family(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	(void)parser;
	if (config_block_seen(block, "native_ipv6"))
		instance->family = 6;
	else if (instance->advertised_count)
		instance->family = address_family(&instance->vips[0].address);
	else if (instance->has_source)
		instance->family = address_family(&instance->source);
	else if (instance->unicast_peer_count)
		instance->family = address_family(&instance->unicast_peers[0].address);
}

/* Version 2 is RFC 3768, which covers only IPv4. */
static void finalize_version(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	if (!instance->version)
		instance->version = VERSION_DEFAULT;
	if (instance->family != 6 || instance->version == 3)
		return;
	instance->version = 3;
	config_report_cleared(parser, block, "version", "IPv6, which needs version 3");
}

/* Adverts carry the interval in seconds (version 2) or centiseconds (RFC 9568 section 5.2.7). */
static void finalize_interval(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	uint64_t step_ns = instance->version == 2 ? NS_PER_SECOND : NS_PER_CENTISECOND;
	uint64_t given_ns = instance->advert_interval_ns;
	uint64_t rounded_ns = (given_ns + step_ns / 2) / step_ns * step_ns;
	char rounded[CONFIG_DURATION_TEXT_BYTES], step[CONFIG_DURATION_TEXT_BYTES];
	const struct config_location *seen = config_block_seen(block, "advert_int");

	if (!rounded_ns)
		rounded_ns = step_ns;
	instance->advert_interval_ns = rounded_ns;
	if (instance->version == 3 && rounded_ns > VERSION_3_INTERVAL_MAX_NS)
		config_error(parser, *seen,
			     "advert_int is out of range; version 3 allows 10ms to 40.95s");
	else if (rounded_ns != given_ns)
		config_warning(parser, *seen,
			       "advert_int is rounded to %s; version %u allows multiples of %s",
			       config_format_duration(rounded_ns, rounded), instance->version,
			       config_format_duration(step_ns, step));
}

/* Priority 255 implies state MASTER, and state MASTER without a priority implies 255. */
static void finalize_priority(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	const struct config_location *state = config_block_seen(block, "state");

	if (instance->start_as_master && !config_block_seen(block, "priority")) {
		instance->priority = VRRP_PRIORITY_OWNER;
		config_warning(
			parser, *state,
			"state MASTER without a priority means priority 255, the owner of the addresses; add \"priority 1-254\" if this node does not own them");
	}
	if (instance->priority == VRRP_PRIORITY_OWNER && !state)
		instance->start_as_master = true;
}

static void finalize_preemption(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	bool owner = instance->priority == VRRP_PRIORITY_OWNER;

	config_report_overridden(parser, block, "preempt", "nopreempt");
	if (!instance->preempt && (instance->start_as_master || owner)) {
		instance->preempt = true;
		config_report_cleared(parser, block, "nopreempt",
				      owner ? "priority 255" : "state MASTER");
	}
	if (instance->preempt_delay_ns && (instance->start_as_master || !instance->preempt)) {
		instance->preempt_delay_ns = 0;
		config_report_cleared(parser, block, "preempt_delay",
				      instance->start_as_master ? "state MASTER" : "nopreempt");
	}
	if (instance->timer_expired_priority && instance->preempt) {
		instance->timer_expired_priority = 0;
		config_report_cleared(parser, block, "timer_expired_backup", PREEMPTION);
		config_report_cleared(parser, block, "thread_timer_expired", PREEMPTION);
	}
}

/* Accept_Mode defaults to false in RFC 9568 section 6.1, to true in keepalived. */
static void finalize_accept(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	config_report_overridden(parser, block, "accept", "no_accept");
	if (!config_block_seen(block, "accept") && !config_block_seen(block, "no_accept"))
		instance->accept = !instance->strict || instance->priority == VRRP_PRIORITY_OWNER;
}

/* A deadline shorter than the advert interval would fence a healthy Active; one after
 * Active_Down_Timer allows two owners. */
static void check_guard(struct config_parser *parser, const struct config_block *block,
			uint64_t default_ns)
{
	const struct config_instance *instance = block->target;
	const struct config_location *seen = config_block_seen(block, "guard_timeout");
	char guard[CONFIG_DURATION_TEXT_BYTES], other[CONFIG_DURATION_TEXT_BYTES];

	if (instance->guard_timeout_ns <= instance->advert_interval_ns)
		config_error(
			parser, *seen,
			"guard_timeout %s is not longer than advert_int %s, the interval at which the guard is extended; raise guard_timeout",
			config_format_duration(instance->guard_timeout_ns, guard),
			config_format_duration(instance->advert_interval_ns, other));
	else if (instance->guard_timeout_ns > default_ns)
		config_warning(
			parser, *seen,
			"guard_timeout %s is longer than Backups wait (%s): if this daemon hangs, the addresses have two owners until the guard expires; lower guard_timeout",
			config_format_duration(instance->guard_timeout_ns, guard),
			config_format_duration(default_ns, other));
}

/* The guard must not outlast the wait of other nodes. With heartbeats they wait for the fence,
 * without them for Active_Down_Timer. */
static void finalize_guard(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	const struct config_heartbeat *heartbeat = parser->config->heartbeat;
	const struct config_location *seen = config_block_seen(block, "guard_timeout");
	bool has_heartbeat = heartbeat && instance->heartbeat[0];
	uint64_t default_ns = has_heartbeat ? heartbeat->guard_timeout_ns
					    : config_guard_without_heartbeat_ns(instance);

	if (!instance->guard_timeout_ns)
		instance->guard_timeout_ns = default_ns;
	else if (seen && has_heartbeat)
		config_check_guard(parser, *seen, instance->guard_timeout_ns, heartbeat);
	else if (seen && !instance->heartbeat[0])
		check_guard(parser, block, default_ns);
}

/* With two nodes there is no third one to ask. */
static void finalize_partition(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	const struct config_heartbeat *heartbeat = parser->config->heartbeat;
	const struct config_location *seen = config_block_seen(block, "on_partition");

	if (!seen)
		return;
	if (!instance->heartbeat[0]) {
		instance->hold_on_partition = false;
		config_warning(
			parser, *seen,
			"on_partition has no effect without a heartbeat; add \"heartbeat NAME\", or remove on_partition");
	} else if (instance->hold_on_partition && heartbeat && heartbeat->node_count < 3) {
		config_warning(
			parser, *seen,
			"on_partition hold has no effect with two nodes: only a third node can tell a partition from a death; add a witness, or remove on_partition");
	}
}

/* Nodes are those of the heartbeat block, and only with them an interval is limited. */
static void finalize_routers(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	const struct config_location *limit = config_block_seen(block, "advert_int_max");
	char own[CONFIG_DURATION_TEXT_BYTES], given[CONFIG_DURATION_TEXT_BYTES];

	if (instance->routers == CONFIG_ROUTERS_NODES && !instance->heartbeat[0])
		config_error(
			parser, *config_block_seen(block, "routers"),
			"routers nodes needs a heartbeat; add \"heartbeat NAME\", or remove it");
	if (!limit)
		return;
	if (instance->routers == CONFIG_ROUTERS_ANY || !instance->heartbeat[0] ||
	    instance->version == 2) {
		instance->advert_interval_max_ns = 0;
		config_warning(
			parser, *limit, "advert_int_max has no effect %s; remove it",
			instance->version == 2
				? "with version 2, where no interval is learnt"
				: "without \"routers nodes\", because any router may advertise then");
	} else if (instance->advert_interval_max_ns < instance->advert_interval_ns) {
		config_error(
			parser, *limit,
			"advert_int_max %s is shorter than advert_int %s; raise advert_int_max",
			config_format_duration(instance->advert_interval_max_ns, given),
			config_format_duration(instance->advert_interval_ns, own));
	}
}

static void check_required(struct config_parser *parser, const struct config_block *block)
{
	if (!config_block_seen(block, "virtual_router_id"))
		config_error(
			parser, block->location,
			"vrrp_instance %s has no virtual_router_id; add \"virtual_router_id 1-255\"",
			block->name);
}

/* As in keepalived, which drops such an instance: no router takes its adverts, so that every node
 * would be Active. */
static void finalize_advertised(struct config_parser *parser, const struct config_block *block)
{
	const struct config_instance *instance = block->target;

	if (instance->advertised_count || instance->strict || instance->no_addresses ||
	    (config_block_seen(block, "virtual_ipaddress") &&
	     parser->sources->diagnostics->error_count))
		return;
	if (instance->version == 2)
		config_warning(parser, block->location,
			       "vrrp_instance %s has no virtual_ipaddress; it %s", block->name,
			       instance->vip_count ? "lists no address in its adverts"
						   : "takes over no address");
	else
		config_error(
			parser, block->location,
			"vrrp_instance %s has no virtual_ipaddress, and adverts of version 3 must list an address; add one, or write no_virtual_ipaddress on all its nodes",
			block->name);
}

static void keep_locations(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	(void)parser;
	config_keep_locations(block, STATEMENT_OF_INSTANCE, instance->compared);
}

/* Each step builds on those before it. */
static config_finalize *const steps[] = {
	check_required,
	finalize_inherited,
	config_finalize_garp_extra,
	finalize_family,
	finalize_version,
	finalize_advertised,
	finalize_interval,
	finalize_priority,
	config_finalize_strict,
	finalize_accept,
	finalize_preemption,
	config_finalize_authentication,
	config_finalize_auth_hmac,
	config_finalize_unicast,
	config_finalize_vmac,
	config_finalize_addresses,
	finalize_guard,
	finalize_partition,
	finalize_routers,
	keep_locations,
};

void config_finalize_instances(struct config_parser *parser)
{
	for (size_t i = 0; i < parser->config->instance_count; i++) {
		parser->instance_blocks[i].target = &parser->config->instances[i];
		for (size_t step = 0; step < ARRAY_SIZE(steps); step++)
			steps[step](parser, &parser->instance_blocks[i]);
	}
	config_finalize_vmac_interfaces(parser);
	config_finalize_garp_groups(parser->config);
}
