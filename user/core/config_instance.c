// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The vrrp_instance block, with keepalived's rules of which setting clears
 * which. Where keepalived clears one silently, this says so.
 */
#include <string.h>
#include <user/core/address.h>
#include <user/core/config_parser.h>
#include <user/core/config_value.h>
#include <user/core/time.h>
#include <user/core/vrrp.h>

#define DAY_NS (24 * 60 * 60 * NS_PER_SECOND)

/* RFC 9568 has Active where keepalived's files say MASTER. */
static const struct {
	const char *name;
	bool start_as_master;
} states[] = {
	{"MASTER", true},
	{"ACTIVE", true},
	{"BACKUP", false},
};

static void read_state(struct config_parser *parser, struct config_block *block,
		       const struct config_keyword *keyword,
		       const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	const struct config_token *word = &statement->words[1];

	for (size_t i = 0; i < CONFIG_ARRAY_SIZE(states); i++) {
		if (!strcmp(word->text, states[i].name)) {
			instance->start_as_master = states[i].start_as_master;
			return;
		}
	}
	config_error(parser, word->position, "unknown state '%s'; write \"%s\"", word->text,
		     keyword->usage);
}

static void read_source(struct config_parser *parser, struct config_block *block,
			const struct config_keyword *keyword,
			const struct config_statement *statement)
{
	struct config_instance *instance = block->target;
	const struct config_token *word = &statement->words[1];
	struct xb_address source;

	if (address_parse(word->text, &source) || !address_is_ipv4(&source) ||
	    !config_address_is_unicast(&source)) {
		config_error(parser, word->position,
			     "'%s' is no unicast IPv4 address; write \"%s\"", word->text,
			     keyword->usage);
		return;
	}
	instance->source = source;
	instance->has_source = true;
}

#define INSTANCE(field) .offset = offsetof(struct config_instance, field)
#define ONE_VALUE .values_minimum = 1, .values_maximum = 1

static const struct config_keyword instance_keywords[] = {
	{
		.name = "state",
		.usage = "state MASTER|BACKUP",
		.read = read_state,
		ONE_VALUE,
	},
	{
		.name = "interface",
		.usage = "interface NAME",
		.read = config_read_interface,
		ONE_VALUE,
		INSTANCE(interface),
	},
	{
		.name = "virtual_router_id",
		.usage = "virtual_router_id 1-255",
		.read = config_read_u8,
		ONE_VALUE,
		INSTANCE(vrid),
		.minimum = 1,
		.maximum = 255,
	},
	{
		.name = "priority",
		.usage = "priority 1-255",
		.read = config_read_u8,
		ONE_VALUE,
		INSTANCE(priority),
		.minimum = 1,
		.maximum = VRRP_PRIORITY_OWNER,
	},
	{
		.name = "advert_int",
		.usage = "advert_int SECONDS",
		.read = config_read_duration,
		.flags = CONFIG_BARE_SECONDS,
		ONE_VALUE,
		INSTANCE(advert_interval_ns),
		.minimum = NS_PER_CENTISECOND,
		.maximum = 4095 * NS_PER_CENTISECOND,
	},
	{
		.name = "version",
		.usage = "version 2|3",
		.read = config_read_u8,
		ONE_VALUE,
		INSTANCE(version),
		.minimum = 2,
		.maximum = 3,
	},
	{
		.name = "nopreempt",
		.usage = "nopreempt",
		.read = config_read_flag,
		INSTANCE(preempt),
		.minimum = false,
	},
	{
		.name = "preempt",
		.usage = "preempt",
		.read = config_read_flag,
		INSTANCE(preempt),
		.minimum = true,
	},
	{
		.name = "preempt_delay",
		.usage = "preempt_delay SECONDS",
		.read = config_read_duration,
		.flags = CONFIG_BARE_SECONDS,
		ONE_VALUE,
		INSTANCE(preempt_delay_ns),
		.maximum = 1000 * NS_PER_SECOND,
	},
	{
		.name = "mcast_src_ip",
		.usage = "mcast_src_ip ADDRESS",
		.read = read_source,
		ONE_VALUE,
	},
	{
		.name = "garp_master_delay",
		.usage = "garp_master_delay SECONDS",
		.read = config_read_duration,
		.flags = CONFIG_BARE_SECONDS,
		ONE_VALUE,
		INSTANCE(garp_delay_ns),
		.maximum = DAY_NS,
	},
	{
		.name = "garp_master_repeat",
		.usage = "garp_master_repeat 1-1000",
		.read = config_read_u32,
		ONE_VALUE,
		INSTANCE(garp_repeat),
		.minimum = 1,
		.maximum = 1000,
	},
	{
		.name = "garp_master_refresh",
		.usage = "garp_master_refresh SECONDS",
		.read = config_read_duration,
		.flags = CONFIG_BARE_SECONDS,
		ONE_VALUE,
		INSTANCE(garp_refresh_ns),
		.maximum = DAY_NS,
	},
	{
		.name = "garp_master_refresh_repeat",
		.usage = "garp_master_refresh_repeat 1-1000",
		.read = config_read_u32,
		ONE_VALUE,
		INSTANCE(garp_refresh_repeat),
		.minimum = 1,
		.maximum = 1000,
	},
	{
		.name = "heartbeat",
		.usage = "heartbeat NAME",
		.read = config_read_text,
		ONE_VALUE,
		INSTANCE(heartbeat),
		.bytes = sizeof(((struct config_instance *)0)->heartbeat),
	},
	{
		.name = "virtual_ipaddress",
		.usage = "virtual_ipaddress { ADDRESS[/LENGTH] ... }",
		.read = config_read_vips,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
	},
	{
		.name = "virtual_routes",
		.usage = "virtual_routes { ADDRESS/LENGTH via GATEWAY ... }",
		.read = config_read_routes,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		INSTANCE(routes),
	},
	{
		.name = "virtual_rules",
		.usage = "virtual_rules { from ADDRESS/LENGTH table TABLE ... }",
		.read = config_read_rules,
		.flags = CONFIG_OPENS_BLOCK | CONFIG_REPEATABLE,
		INSTANCE(rules),
	},
};

_Static_assert(CONFIG_ARRAY_SIZE(instance_keywords) <= CONFIG_KEYWORDS_MAX, "instance_keywords");

static const struct config_block_type instance_type = {
	.name = "vrrp_instance",
	.keywords = instance_keywords,
	.keyword_count = CONFIG_ARRAY_SIZE(instance_keywords),
	.unserved = &config_unserved_instance,
};

void config_instance_defaults(struct config_instance *instance)
{
	*instance = (struct config_instance){
		.family = 4,
		.priority = 100,
		.preempt = true,
		.advert_interval_ns = NS_PER_SECOND,
		.down_timer_adverts = 3,
		.garp_delay_ns = 5 * NS_PER_SECOND,
		.garp_repeat = 5,
		.garp_refresh_repeat = 1,
	};
}

static void report_missing(struct config_parser *parser, const struct config_block *block)
{
	static const char *const required[][2] = {
		{"interface", "interface NAME"},
		{"virtual_router_id", "virtual_router_id 1-255"},
	};

	for (size_t i = 0; i < CONFIG_ARRAY_SIZE(required); i++) {
		if (!config_block_seen(block, required[i][0]))
			config_error(parser, block->position,
				     "vrrp_instance %s has no %s; add \"%s\"", block->name,
				     required[i][0], required[i][1]);
	}
	if (!config_block_seen(block, "virtual_ipaddress"))
		config_warning(parser, block->position,
			       "vrrp_instance %s has no virtual_ipaddress; it moves nothing",
			       block->name);
}

/* keepalived's defaults that depend on one another: an owner is MASTER, a MASTER the owner. */
static void settle_priority(struct config_parser *parser, const struct config_block *block,
			    struct config_instance *instance)
{
	const struct config_position *state = config_block_seen(block, "state");

	if (instance->start_as_master && !config_block_seen(block, "priority")) {
		instance->priority = VRRP_PRIORITY_OWNER;
		config_warning(parser, *state,
			       "state MASTER without a priority means 255, the owner of the "
			       "addresses; add \"priority 1-254\" if it is not");
	}
	if (instance->priority == VRRP_PRIORITY_OWNER && !state)
		instance->start_as_master = true;
}

static void settle_preemption(struct config_parser *parser, const struct config_block *block,
			      struct config_instance *instance)
{
	const struct config_position *nopreempt = config_block_seen(block, "nopreempt");
	const struct config_position *delay = config_block_seen(block, "preempt_delay");
	bool owner = instance->priority == VRRP_PRIORITY_OWNER;

	if (!instance->preempt && (instance->start_as_master || owner)) {
		instance->preempt = true;
		config_warning(parser, *nopreempt, "nopreempt has no effect with %s; remove one",
			       instance->start_as_master ? "state MASTER" : "priority 255");
	}
	if (instance->preempt_delay_ns && (instance->start_as_master || !instance->preempt)) {
		instance->preempt_delay_ns = 0;
		config_warning(parser, *delay, "preempt_delay has no effect with %s; remove one",
			       instance->start_as_master ? "state MASTER" : "nopreempt");
	}
}

/* Adverts carry the interval in centiseconds (RFC 9568 section 5.2.7). */
static void settle_interval(struct config_parser *parser, const struct config_block *block,
			    struct config_instance *instance)
{
	uint64_t rest_ns = instance->advert_interval_ns % NS_PER_CENTISECOND;
	char text[CONFIG_DURATION_TEXT_BYTES];

	if (!rest_ns)
		return;
	instance->advert_interval_ns -= rest_ns;
	config_warning(parser, *config_block_seen(block, "advert_int"),
		       "advert_int is cut to %s; write a multiple of 10ms",
		       config_format_duration(instance->advert_interval_ns, text));
}

static void settle_addresses(struct config_instance *instance)
{
	for (size_t i = 0; i < instance->vip_count; i++) {
		if (!*instance->vips[i].interface)
			strcpy(instance->vips[i].interface, instance->interface);
	}
}

void config_read_instance(struct config_parser *parser, struct config_block *block,
			  const struct config_keyword *keyword,
			  const struct config_statement *statement)
{
	struct config *config = parser->config;
	struct config_instance *instance;
	struct config_block inner = {
		.type = &instance_type,
		.name = statement->words[1].text,
		.position = statement->words[0].position,
	};

	(void)block;
	(void)keyword;
	config->instances =
		config_grow(config->instances, &config->instance_count, sizeof(*instance));
	instance = &config->instances[config->instance_count - 1];
	*instance = parser->globals.defaults;
	instance->name = config_copy(inner.name);
	instance->position = inner.position;
	inner.target = instance;
	config_parser_block(parser, &inner);
	report_missing(parser, &inner);
	settle_priority(parser, &inner, instance);
	settle_preemption(parser, &inner, instance);
	settle_interval(parser, &inner, instance);
	settle_addresses(instance);
}
