// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * strict_mode: only what the RFCs specify. Settings that keepalived resets are reset with a
 * warning; what would not be VRRP at all is an error.
 */
#include "user/config/blocks/instance.h"
#include "user/config/syntax/value.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/address.h"
#include <string.h>

#define RESET(keyword, member, value_)                                                             \
	{                                                                                          \
		.name = (keyword), .offset = offsetof(struct config_instance, member),             \
		.bytes = sizeof(((struct config_instance *)0)->member), .value = (value_)          \
	}

static const struct {
	const char *name;
	size_t offset;
	size_t bytes; /* 1, 4 or 8 */
	uint64_t value; /* the only value that strict mode allows */
} resets[] = {
	RESET("authentication", authentication, CONFIG_AUTHENTICATION_NONE),
	RESET("preempt_delay", preempt_delay_ns, 0),
	RESET("down_timer_adverts", down_timer_adverts, 3),
	RESET("garp_lower_prio_delay", garp_lower_prio_delay_ns, 0),
	RESET("garp_lower_prio_repeat", garp_lower_prio_repeat, 0),
	RESET("lower_prio_no_advert", lower_prio_no_advert, true),
	RESET("higher_prio_send_advert", higher_prio_send_advert, false),
	RESET("vmac_xmit_base", vmac_xmit_base, false),
};

static void store(void *field, size_t bytes, uint64_t value)
{
	switch (bytes) {
	case sizeof(uint64_t):
		*(uint64_t *)field = value;
		break;
	case sizeof(uint32_t):
		*(uint32_t *)field = (uint32_t)value;
		break;
	default:
		*(uint8_t *)field = (uint8_t)value;
	}
}

static void reset_settings(struct config_parser *parser, const struct config_block *block)
{
	for (size_t i = 0; i < ARRAY_SIZE(resets); i++) {
		char *field = (char *)block->target + resets[i].offset;
		uint64_t required;

		store(&required, resets[i].bytes, resets[i].value);
		if (!memcmp(field, &required, resets[i].bytes))
			continue;
		memcpy(field, &required, resets[i].bytes);
		config_report_cleared(parser, block, resets[i].name, "strict_mode");
	}
}

static void check_addresses(struct config_parser *parser, const struct config_instance *instance)
{
	if (!instance->advertised_count)
		config_error(
			parser, instance->location,
			"vrrp_instance %s has no virtual_ipaddress, which strict_mode requires; add one",
			instance->name);
	else if (instance->family == 6 && !config_address_is_link_local(&instance->vips[0].address))
		config_error(
			parser, instance->vips[0].location,
			"the first address must be link-local in strict_mode (RFC 9568 section 5.2.9); put a link-local address before it");
}

static void check_state(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;
	bool owner = instance->priority == VRRP_PRIORITY_OWNER;

	if (instance->start_as_master == owner)
		return;
	instance->start_as_master = owner;
	config_report_cleared(parser, block, "state",
			      owner ? "priority 255 and strict_mode"
				    : "a priority other than 255 and strict_mode");
}

void config_finalize_strict(struct config_parser *parser, const struct config_block *block)
{
	struct config_instance *instance = block->target;

	if (!instance->strict)
		return;
	if (instance->unicast_peer_count)
		config_error(
			parser, *config_block_seen(block, "unicast_peer"),
			"unicast is not in the RFCs, which strict_mode enforces; remove unicast_peer, or add \"strict_mode off\"");
	check_addresses(parser, instance);
	check_state(parser, block);
	reset_settings(parser, block);
	/* Version 2 has no Accept_Mode: only the owner accepts packets to its addresses. */
	if (instance->version == 2 && instance->priority != VRRP_PRIORITY_OWNER &&
	    config_block_seen(block, "accept")) {
		instance->accept = false;
		config_report_cleared(parser, block, "accept", "strict_mode and version 2");
	}
}
