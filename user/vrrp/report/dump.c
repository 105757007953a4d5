// SPDX-License-Identifier: GPL-2.0-or-later
/* The texts of keepalived.data and keepalived.stats, and what they share with its JSON; see
 * dump.h. */
#include "user/vrrp/report/dump.h"
#include "user/config/model/config.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/room.h"
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char *truth(bool value, const char *yes, const char *no)
{
	return value ? yes : no;
}

const struct dump_state_name *dump_state_of(const struct instance *instance)
{
	static const struct dump_state_name init = {0, "INIT"}, backup = {1, "BACKUP"},
					    master = {2, "MASTER"}, fault = {3, "FAULT"};

	switch (instance->vrrp.state) {
	case XB_INSTANCE_ACTIVE:
		return &master;
	case XB_INSTANCE_BACKUP:
		return &backup;
	default:
		return instance_first_inhibitor(instance, false) >= 0 ? &fault : &init;
	}
}

static const char *scope_name(uint8_t scope, char number[static 4])
{
	switch (scope) {
	case RT_SCOPE_UNIVERSE:
		return "global";
	case RT_SCOPE_SITE:
		return "site";
	case RT_SCOPE_LINK:
		return "link";
	case RT_SCOPE_HOST:
		return "host";
	default:
		snprintf(number, 4, "%u", scope);
		return number;
	}
}

void dump_vip(const struct instance *instance, size_t i, char text[static DUMP_VIP_BYTES])
{
	const struct config_vip *vip = &instance->config->vips[i];
	char address[ADDRESS_TEXT_BYTES], prefix[8] = "", number[4];

	if (vip->prefix_length != (address_family(&vip->address) == 4 ? 32 : 128))
		snprintf(prefix, sizeof(prefix), "/%u", vip->prefix_length);
	snprintf(text, DUMP_VIP_BYTES, "%s%s dev %s scope %s%s%s%s",
		 address_format(&vip->address, address), prefix,
		 instance_vip_interface_name(instance, vip), scope_name(vip->scope, number),
		 vip->label[0] ? " label " : "", vip->label,
		 instance->vips->list[i].held ? " set" : "");
}

/* A text that grows; it aborts without memory, as all that make texts do. */
struct dump_text {
	char *text;
	size_t length;
};

static FILE *open_text(struct dump_text *dump)
{
	FILE *out = open_memstream(&dump->text, &dump->length);

	if (!out)
		limits_out_of_memory();
	return out;
}

static char *close_text(FILE *out, struct dump_text *dump)
{
	if (fclose(out))
		limits_out_of_memory();
	return dump->text;
}

char *dump_command(char *const *arguments)
{
	struct dump_text dump = {0};
	FILE *out = open_text(&dump);

	for (size_t i = 0; arguments[i]; i++)
		fprintf(out, "%s'%s'", i ? " " : "", arguments[i]);
	return close_text(out, &dump);
}

static void put_time(FILE *out, const char *name, uint64_t unix_ns)
{
	time_t seconds = (time_t)(unix_ns / NS_PER_SECOND);
	unsigned us = (unsigned)(unix_ns % NS_PER_SECOND / NS_PER_US);
	char before[64] = "", after[32] = "";
	struct tm local;

	if (localtime_r(&seconds, &local)) {
		strftime(before, sizeof(before), "%a %b %e %H:%M:%S", &local);
		strftime(after, sizeof(after), "%Y", &local);
	}
	fprintf(out, "   %s = %lld.%06u (%s.%06u %s)\n", name, (long long)seconds, us, before, us,
		after);
}

static void put_interface(FILE *out, const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	char text[ADDRESS_TEXT_BYTES];

	if (config->use_vmac) {
		fprintf(out, "   Use VMAC, i/f name %s, is_up = true, xmit_base = %s\n",
			config->vmac.name, truth(config->vmac_xmit_base, "true", "false"));
		fprintf(out, "   Interface = %s, vmac on %s\n", config->vmac.name,
			config->interface);
	} else {
		fprintf(out, "   Interface = %s\n", instance_interface_name(instance));
	}
	fprintf(out, "   Using src_ip = %s%s\n",
		address_format(&instance->vrrp.parameters.primary_address, text),
		config->has_source ? " (from configuration)" : "");
	if (!config->unicast_peer_count)
		fprintf(out, "   Multicast address %s\n", address_format(&config->group, text));
}

static void put_announcements(FILE *out, const struct config_instance *config)
{
	const struct {
		const char *name;
		uint64_t value;
	} rows[] = {
		{"delay", config->garp_delay_ns / NS_PER_SECOND},
		{"repeat", config->garp_repeat},
		{"refresh", config->garp_refresh_ns / NS_PER_SECOND},
		{"refresh repeat", config->garp_refresh_repeat},
		{"lower priority delay", config->garp_lower_prio_delay_ns / NS_PER_SECOND},
		{"lower priority repeat", config->garp_lower_prio_repeat},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		fprintf(out, "   Gratuitous ARP %s = %llu\n", rows[i].name,
			(unsigned long long)rows[i].value);
	fprintf(out, "   Down timer adverts = %u\n", config->down_timer_adverts);
	fprintf(out, "   Send advert after receive lower priority advert = %s\n",
		truth(!config->lower_prio_no_advert, "true", "false"));
	fprintf(out, "   Send advert after receive higher priority advert = %s\n",
		truth(config->higher_prio_send_advert, "true", "false"));
}

static void put_router(FILE *out, const struct instance *instance)
{
	const struct config_instance *config = instance->config;

	fprintf(out, "   Virtual Router ID = %u\n   Priority = %u\n   Effective priority = %u\n",
		config->vrid, config->priority, instance->vrrp.effective_priority);
	if (config->version == 2)
		fprintf(out, "   Advert interval = %llu sec\n",
			(unsigned long long)(config->advert_interval_ns / NS_PER_SECOND));
	else
		fprintf(out, "   Advert interval = %llu milli-sec\n",
			(unsigned long long)(config->advert_interval_ns / NS_PER_MS));
	fprintf(out, "   Accept = %s\n   Preempt = %s\n",
		truth(config->accept, "enabled", "disabled"),
		truth(config->preempt, "enabled", "disabled"));
	if (config->preempt_delay_ns)
		fprintf(out, "   Preempt delay = %g secs\n",
			(double)config->preempt_delay_ns / (double)NS_PER_SECOND);
	fprintf(out, "   Promote_secondaries = %s\n",
		truth(config->promote_secondaries, "enabled", "disabled"));
	if (config->version == 2)
		fprintf(out, "   Authentication type = %s\n",
			truth(config->authentication == CONFIG_AUTHENTICATION_PASS,
			      "SIMPLE_PASSWORD", "none"));
}

static void put_addresses(FILE *out, const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	char text[DUMP_VIP_BYTES];

	if (config->advertised_count)
		fprintf(out, "   Virtual IP (%zu):\n", config->advertised_count);
	for (size_t i = 0; i < config->vip_count; i++) {
		if (i == config->advertised_count)
			fprintf(out, "   Virtual IP Excluded :\n");
		dump_vip(instance, i, text);
		fprintf(out, "     %s\n", text);
	}
	if (!config->unicast_peer_count)
		return;
	fprintf(out, "   Unicast TTL = %u\n   Unicast Peer :\n", config->unicast_ttl);
	for (size_t i = 0; i < config->unicast_peer_count; i++)
		fprintf(out, "     %s min_ttl %u max_ttl %u\n",
			address_format(&config->unicast_peers[i].address, text),
			config->unicast_peers[i].ttl_minimum, config->unicast_peers[i].ttl_maximum);
}

static void put_instance(FILE *out, const struct instance *instance)
{
	const struct config_instance *config = instance->config;

	fprintf(out, " VRRP Instance = %s\n   VRRP Version = %u\n", config->name, config->version);
	if (instance->group)
		fprintf(out, "   Sync group = %s\n", instance->group->config->name);
	if (config->family == 6)
		fprintf(out, "   Using Native IPv6\n");
	fprintf(out, "   State = %s\n   Wantstate = %s\n", dump_state_of(instance)->name,
		truth(config->start_as_master, "MASTER", "BACKUP"));
	put_time(out, "Last transition", instance->report->since_unix_ns);
	put_interface(out, instance);
	put_announcements(out, config);
	put_router(out, instance);
	put_addresses(out, instance);
}

/* keepalived's state of a group: that of its members, which change together. */
static void put_group(FILE *out, const struct instance_group *group)
{
	const char *state = "INIT";

	if (group->member_count)
		state = dump_state_of(group->members[0])->name;
	fprintf(out, " VRRP Sync Group = %s, %s\n   VRRP member instances :\n", group->config->name,
		state);
	for (size_t i = 0; i < group->member_count; i++)
		fprintf(out, "     %s\n", group->members[i]->config->name);
}

char *dump_state(const struct vrrp_room *room)
{
	struct dump_text dump = {0};
	FILE *out = open_text(&dump);

	fprintf(out, "------< Global definitions >------\n Router ID = %s\n",
		room->node.config->router_id);
	fprintf(out, "------< VRRP Topology >------\n");
	for (size_t i = 0; i < room->instances.count; i++)
		put_instance(out, room->instances.list[i]);
	if (room->instances.group_count)
		fprintf(out, "------< VRRP Sync groups >------\n");
	for (size_t i = 0; i < room->instances.group_count; i++)
		put_group(out, &room->instances.groups[i]);
	return close_text(out, &dump);
}

/* keepalived 2.4's names. */
static void put_refusals(FILE *out, const struct instance *instance)
{
	static const char *const names[XB_SIGNED_REASON_COUNT] = {
		"Missing", "Malformed", "Unknown key", "Invalid HMAC", "Stale", "Replay",
	};
	const struct xb_signed *state = instance_signing_state(instance);

	if (!instance->config->signing.mode)
		return;
	fprintf(out, "  Authentication Extension:\n");
	for (size_t i = 0; i < XB_SIGNED_REASON_COUNT; i++)
		fprintf(out, "    %s: %llu\n", names[i],
			(unsigned long long)state->refused_count[i]);
}

char *dump_statistics(const struct vrrp_room *room)
{
	struct dump_text dump = {0};
	FILE *out = open_text(&dump);

	for (size_t i = 0; i < room->instances.count; i++) {
		const struct instance *instance = room->instances.list[i];
		struct xb_vrrp router;

		instance_router_read(instance, &router);
		fprintf(out, "VRRP Instance: %s\n  Advertisements:\n", instance->config->name);
		fprintf(out, "    Received: %llu\n    Sent: %llu\n",
			(unsigned long long)router.received_count,
			(unsigned long long)instance->adverts->sent_count);
		fprintf(out, "  Became master: %llu\n  Released master: %llu\n",
			(unsigned long long)instance->report->became_active_count,
			(unsigned long long)instance->report->left_active_count);
		fprintf(out, "  Priority Zero:\n    Sent: %llu\n",
			(unsigned long long)instance->adverts->release_sent_count);
		put_refusals(out, instance);
	}
	return close_text(out, &dump);
}
