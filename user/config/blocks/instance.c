// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The keywords of a vrrp_instance block, one row each in instance_keywords. What depends on several
 * keywords, or on global_defs, is derived in finalize.c when the whole file has been read.
 */
#include "user/config/blocks/instance.h"
#include "user/config/blocks/blocks.h"
#include "user/config/blocks/globals.h"
#include "user/config/blocks/lvs_globals.h"
#include "user/config/blocks/named.h"
#include "user/config/blocks/track.h"
#include "user/config/blocks/unsupported.h"
#include "user/config/syntax/table.h"
#include <string.h>

#define TIMER_EXPIRED_PRIORITY_DEFAULT 254

/* keepalived's files write MASTER for what RFC 9568 calls Active. */
static const struct {
	const char *name;
	bool start_as_master;
} states[] = {
	{"MASTER", true},
	{"ACTIVE", true},
	{"BACKUP", false},
};

static void read_old_checksum(struct config_parser *parser, struct config_block *block,
			      const struct config_keyword *keyword,
			      const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	const char *value = statement->count > 1 ? statement->tokens[1].text : NULL;

	(void)keyword;
	if (value && strcmp(value, "never"))
		config_error(
			parser, statement->tokens[1].location,
			"unexpected '%s'; write \"old_unicast_checksum\", or \"old_unicast_checksum never\"",
			value);
	instance->old_unicast_checksum = !value;
}

static void read_state(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	const struct config_token *token = &statement->tokens[1];
	struct spelling_search search = {.text = token->text};

	for (size_t i = 0; i < ARRAY_SIZE(states); i++) {
		if (!strcmp(token->text, states[i].name)) {
			instance->start_as_master = states[i].start_as_master;
			return;
		}
	}
	for (size_t i = 0; i < ARRAY_SIZE(states); i++)
		spelling_consider(&search, states[i].name);
	if (spelling_found(&search))
		config_error(parser, token->location, "unknown state '%s'; did you mean '%s'?",
			     token->text, spelling_found(&search));
	else
		config_error(parser, token->location, "unknown state '%s'; write \"%s\"",
			     token->text, keyword->usage);
}

static void read_timer_expired(struct config_parser *parser, struct config_block *block,
			       const struct config_keyword *keyword,
			       const struct config_statement *statement)
{
	struct config_instance *instance = block->target;

	if (statement->count == 1)
		instance->timer_expired_priority = TIMER_EXPIRED_PRIORITY_DEFAULT;
	else
		config_read_u8(parser, block, keyword, statement);
}

static void read_on_partition(struct config_parser *parser, struct config_block *block,
			      const struct config_keyword *keyword,
			      const struct config_statement *statement)
{
	struct config_instance *instance = block->target;

	config_store_choice(parser, keyword, &statement->tokens[1], "hold", "take",
			    &instance->hold_on_partition);
}

static void read_routers(struct config_parser *parser, struct config_block *block,
			 const struct config_keyword *keyword,
			 const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	bool nodes = false;

	config_store_choice(parser, keyword, &statement->tokens[1], "nodes", "any", &nodes);
	instance->routers = nodes ? CONFIG_ROUTERS_NODES : CONFIG_ROUTERS_ANY;
}

#define INHERITED(kind, keyword, field, low, high)                                                 \
	CONFIG_##kind(keyword, struct config_instance, field, low, high)

#define TRACK(id, keyword, ...) CONFIG_TRACK_ROW(struct config_instance, id, keyword)
#define NOTIFY(id, keyword) CONFIG_NOTIFY_ROW(struct config_instance, id, keyword)

#define GARP_EXTRA(keyword) CONFIG_GARP_EXTRA(keyword, struct config_instance, garp_extra, 0)

static const struct config_keyword instance_keywords[] = {
	{
		.name = "state",
		.usage = "state MASTER|BACKUP",
		.read = read_state,
		.flags = CONFIG_FIRST_COUNTS,
		CONFIG_ONE_VALUE,
	},
	CONFIG_VALUE("interface", "NAME", config_read_interface, struct config_instance, interface),
	CONFIG_VALUE("vrf", "NAME", config_read_interface, struct config_instance, vrf),
	CONFIG_U8("virtual_router_id", struct config_instance, vrid, 1, 255),
	CONFIG_U8("priority", struct config_instance, priority, 1, 255),
	CONFIG_SECONDS("advert_int", struct config_instance, advert_interval_ns, NS_PER_CENTISECOND,
		       255 * NS_PER_SECOND),
	{
		.name = "version",
		.usage = "version 2-3",
		.read = config_read_u8,
		.flags = CONFIG_FIRST_COUNTS,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(struct config_instance, version),
		.minimum = 2,
		.maximum = 3,
	},
	CONFIG_NOTHING("native_ipv6"),
	CONFIG_FLAG("preempt", struct config_instance, preempt, true),
	CONFIG_FLAG("nopreempt", struct config_instance, preempt, false),
	CONFIG_SECONDS("preempt_delay", struct config_instance, preempt_delay_ns, 0,
		       1000 * NS_PER_SECOND),
	{
		.name = "timer_expired_backup",
		.usage = "timer_expired_backup [1-254]",
		.read = read_timer_expired,
		.values_maximum = 1,
		CONFIG_FIELD(struct config_instance, timer_expired_priority),
		.minimum = 1,
		.maximum = 254,
	},
	/* What the release notes of keepalived 2.2.8 call it. */
	{
		.name = "thread_timer_expired",
		.usage = "timer_expired_backup [1-254]",
		.read = read_timer_expired,
		.values_maximum = 1,
		CONFIG_FIELD(struct config_instance, timer_expired_priority),
		.minimum = 1,
		.maximum = 254,
	},
	CONFIG_VALUE("mcast_src_ip", "ADDRESS", config_read_source, struct config_instance, source),
	CONFIG_VALUE("unicast_src_ip", "ADDRESS", config_read_source, struct config_instance,
		     source),
	CONFIG_VALUE("mcast_dst_ip", "ADDRESS", config_read_group, struct config_instance, group),
	CONFIG_BLOCK("unicast_peer", "ADDRESS [min_ttl 0-255] [max_ttl 0-255] ...",
		     config_read_unicast_peers, CONFIG_REPEATABLE),
	CONFIG_U8("unicast_ttl", struct config_instance, unicast_ttl, 0, 255),
	CONFIG_NOTHING("check_unicast_src"),
	CONFIG_NOTHING("unicast_fault_no_peer"),
	CONFIG_BLOCK("authentication", "auth_type PASS ...", config_read_authentication, 0),
	CONFIG_BLOCK("auth_hmac", "key ID VALUE ... active_key ID", config_read_auth_hmac,
		     CONFIG_REPEATABLE),
	{
		.name = "use_vmac",
		.usage = "use_vmac [[name] NAME] [MAC] [group NUMBER] [netlink_notify_msg]",
		.read = config_read_vmac,
		.values_maximum = 6,
	},
	{
		.name = "use_ipvlan",
		.usage = "use_ipvlan [[name] NAME] [ADDRESS] [bridge|private|vepa] [group NUMBER]",
		.read = config_read_ipvlan,
		.values_maximum = 6,
	},
	GARP_EXTRA("garp_extra_if"),
	GARP_EXTRA("vmac_garp_intvl"), /* its name before keepalived 2.2.3 */
	CONFIG_FLAG("use_vmac_addr", struct config_instance, use_vmac_addr, true),
	CONFIG_FLAG("vmac_xmit_base", struct config_instance, vmac_xmit_base, true),
	CONFIG_FLAG("accept", struct config_instance, accept, true),
	CONFIG_FLAG("no_accept", struct config_instance, accept, false),
	CONFIG_BOOL("strict_mode", struct config_instance, strict, 0, 1),
	CONFIG_FLAG("track_src_ip", struct config_instance, track_source, true),
	CONFIG_FLAG("dont_track_primary", struct config_instance, dont_track_primary, true),
	CONFIG_FLAG("promote_secondaries", struct config_instance, promote_secondaries, true),
	CONFIG_INHERITED(INHERITED),
	CONFIG_BOOL("owner_ignore_adverts", struct config_instance, owner_ignore_adverts, 0, 1),
	CONFIG_BOOL("v3_checksum_as_v2", struct config_instance, plain_checksum, 0, 1),
	{
		.name = "old_unicast_checksum",
		.usage = "old_unicast_checksum [never]",
		.read = read_old_checksum,
		.values_maximum = 1,
	},
	CONFIG_TEXT("heartbeat", struct config_instance, heartbeat),
	{
		.name = "guard_timeout",
		.usage = "guard_timeout 3s",
		.read = config_read_duration,
		CONFIG_ONE_VALUE,
		CONFIG_FIELD(struct config_instance, guard_timeout_ns),
		.minimum = CONFIG_GUARD_TIMEOUT_MIN_NS,
		.maximum = 3600 * NS_PER_SECOND,
	},
	{
		.name = "on_partition",
		.usage = "on_partition hold|take",
		.read = read_on_partition,
		CONFIG_ONE_VALUE,
	},
	{
		.name = "routers",
		.usage = "routers nodes|any",
		.read = read_routers,
		CONFIG_ONE_VALUE,
	},
	CONFIG_SECONDS("advert_int_max", struct config_instance, advert_interval_max_ns,
		       NS_PER_CENTISECOND, 40950 * NS_PER_MS),
	CONFIG_FLAG("no_virtual_ipaddress", struct config_instance, no_addresses, true),
	CONFIG_BLOCK("virtual_ipaddress", "ADDRESS[/LENGTH] ...", config_read_vips,
		     CONFIG_REPEATABLE),
	CONFIG_BLOCK("virtual_ipaddress_excluded", "ADDRESS[/LENGTH] ...",
		     config_read_excluded_vips, CONFIG_REPEATABLE),
	{
		.name = "virtual_routes",
		.usage = "virtual_routes { ADDRESS/LENGTH via GATEWAY ... }",
		.read = config_read_routes,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		CONFIG_FIELD(struct config_instance, routes),
	},
	{
		.name = "virtual_rules",
		.usage = "virtual_rules { from ADDRESS/LENGTH table TABLE ... }",
		.read = config_read_rules,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		CONFIG_FIELD(struct config_instance, rules),
	},
	CONFIG_TRACK_KINDS(TRACK),
	CONFIG_VALUE("lvs_sync_daemon_interface", "NAME", config_read_lvs_sync_interface,
		     struct config_instance, name),
	CONFIG_NOTIFY_KEYWORDS(NOTIFY),
	CONFIG_NOTIFY_INSTANCE_KEYWORDS(NOTIFY),
	CONFIG_NOTIFY_DELETED_ROW(struct config_instance),
	CONFIG_BOOL("smtp_alert", struct config_instance, notify.mail, 0, 1),
};

_Static_assert(ARRAY_SIZE(instance_keywords) <= CONFIG_KEYWORDS_MAX, "instance_keywords");

static const struct config_instance instance_defaults = {
	.family = 4,
	.priority = 100,
	.preempt = true,
	.advert_interval_ns = NS_PER_SECOND,
	.unicast_ttl = UINT8_MAX,
	.accept = true,
	.garp_extra.interval_ns = CONFIG_GARP_EXTRA_UNSET,
};

static const struct config_named_type instance_type = {
	.block =
		{
			.name = "vrrp_instance",
			.keywords = instance_keywords,
			.keyword_count = ARRAY_SIZE(instance_keywords),
			.unsupported = &config_unsupported_instance,
		},
	CONFIG_NAMED(struct config_instance, &instance_defaults, instances, instance_count),
};

void config_read_instance(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	struct config_block instance;

	(void)block;
	(void)keyword;
	config_read_named(parser, &instance_type, statement, &instance);
	parser->instance_blocks = array_grow(parser->instance_blocks, &parser->instance_block_count,
					     sizeof(instance));
	parser->instance_blocks[parser->instance_block_count - 1] = instance;
}
