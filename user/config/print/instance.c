// SPDX-License-Identifier: GPL-2.0-or-later
/* Prints vrrp_instance and vrrp_sync_group, with the lines that both have. */
#include "user/config/blocks/globals.h"
#include "user/config/blocks/track.h"
#include "user/config/print/printer.h"
#include "user/config/syntax/value.h"
#include "user/lib/address.h"
#include <inttypes.h>
#include <limits.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <string.h>

/* A tracked thing may itself be reversed, so a line that is not must say "noreverse". */
static void print_track(struct config_printer *printer, const struct config_track *track)
{
	const char *straight = config_track_keywords[track->kind].has_noreverse ? " noreverse" : "";

	config_print_indent(printer);
	config_write_token(printer->stream, track->name);
	fprintf(printer->stream, " weight %d%s\n", track->weight,
		track->reverse ? " reverse" : straight);
}

/* By its addresses, routes and rules; a track_group is not printed. */
static bool is_printed_elsewhere(const struct config_track *track)
{
	return track->use != CONFIG_TRACK_LISTED && track->use != CONFIG_TRACK_OF_STATIC;
}

void config_print_tracks(struct config_printer *printer, const struct config_track *tracks,
			 size_t count)
{
	for (size_t kind = 0; kind < ARRAY_SIZE(config_track_keywords); kind++) {
		bool opened = false;

		for (size_t i = 0; i < count; i++) {
			if (tracks[i].kind != kind || is_printed_elsewhere(&tracks[i]))
				continue;
			if (!opened)
				config_print_open(printer, config_track_keywords[kind].keyword,
						  NULL);
			opened = true;
			print_track(printer, &tracks[i]);
		}
		if (opened)
			config_print_close(printer);
	}
}

#define COMMAND(id, keyword) [CONFIG_NOTIFY_##id] = (keyword)

static const char *const notify_keywords[CONFIG_NOTIFY_KINDS] = {
	CONFIG_NOTIFY_KEYWORDS(COMMAND),
	CONFIG_NOTIFY_INSTANCE_KEYWORDS(COMMAND),
	[CONFIG_NOTIFY_DELETED] = "notify_deleted",
};

void config_print_notify(struct config_printer *printer, const struct config_notify *notify)
{
	for (size_t i = 0; i < CONFIG_NOTIFY_KINDS; i++)
		config_print_command(printer, notify_keywords[i], &notify->commands[i]);
	config_print_flag(printer, "notify_deleted",
			  notify->deleted && !notify->commands[CONFIG_NOTIFY_DELETED].arguments);
	config_print_flag(printer, "smtp_alert", notify->mail);
}

static void print_address(struct config_printer *printer, const char *keyword,
			  const struct xb_address *address)
{
	char text[ADDRESS_TEXT_BYTES];

	config_print_line(printer, "%s %s", keyword, address_format(address, text));
}

static const struct {
	const char *name;
	uint32_t flag;
} vip_flags[] = {
	{" home", IFA_F_HOMEADDRESS},
	{" mngtmpaddr", IFA_F_MANAGETEMPADDR},
	{" noprefixroute", IFA_F_NOPREFIXROUTE},
	{" autojoin", IFA_F_MCAUTOJOIN},
};

static void write_vip_flags(FILE *stream, const struct config_vip *vip)
{
	bool ipv6 = !address_is_ipv4(&vip->address);
	uint32_t lifetime_s = ipv6 && vip->prefix_length == 128 ? 0 : UINT32_MAX;

	for (size_t i = 0; i < ARRAY_SIZE(vip_flags); i++) {
		if (vip->flags & vip_flags[i].flag)
			fputs(vip_flags[i].name, stream);
	}
	if (ipv6 && !(vip->flags & IFA_F_NODAD))
		fputs(" -nodad", stream);
	if (vip->preferred_lifetime_s == UINT32_MAX && lifetime_s != UINT32_MAX)
		fputs(" preferred_lft forever", stream);
	else if (vip->preferred_lifetime_s != lifetime_s)
		fprintf(stream, " preferred_lft %u", vip->preferred_lifetime_s);
	if (vip->no_track)
		fputs(" no_track", stream);
}

void config_print_vip(struct config_printer *printer, const struct config_vip *vip)
{
	char text[ADDRESS_TEXT_BYTES];
	FILE *stream = printer->stream;

	config_print_indent(printer);
	fprintf(stream, "%s/%u", address_format(&vip->address, text), vip->prefix_length);
	if (vip->has_interface)
		fprintf(stream, " dev %s", vip->interface);
	if (vip->use_vmac)
		fputs(" use_vmac", stream);
	if (vip->has_broadcast)
		fprintf(stream, " brd %s", address_format(&vip->broadcast, text));
	if (vip->scope != RT_SCOPE_UNIVERSE)
		fprintf(stream, " scope %u", vip->scope);
	if (*vip->label) {
		fputs(" label ", stream);
		config_write_token(stream, vip->label);
	}
	if (vip->has_peer)
		fprintf(stream, " peer %s", address_format(&vip->peer, text));
	if (vip->has_peer && vip->peer_prefix_length != (address_is_ipv4(&vip->peer) ? 32 : 128))
		fprintf(stream, "/%u", vip->peer_prefix_length);
	write_vip_flags(stream, vip);
	fputc('\n', stream);
}

static void print_vips(struct config_printer *printer, const char *keyword,
		       const struct config_vip *vips, size_t count)
{
	if (!count)
		return;
	config_print_open(printer, keyword, NULL);
	for (size_t i = 0; i < count; i++)
		config_print_vip(printer, &vips[i]);
	config_print_close(printer);
}

static void print_listed(struct config_printer *printer, const struct config_instance *instance)
{
	if (!instance->listed_count)
		return;
	config_print_open(printer, "virtual_ipaddress", NULL);
	for (size_t i = 0; i < instance->listed_count; i++)
		config_print_vip(printer, &instance->vips[instance->listed[i]]);
	config_print_close(printer);
}

static void print_peers(struct config_printer *printer, const struct config_instance *instance)
{
	char text[ADDRESS_TEXT_BYTES];

	config_print_line(printer, "unicast_ttl %u", instance->unicast_ttl);
	config_print_open(printer, "unicast_peer", NULL);
	for (size_t i = 0; i < instance->unicast_peer_count; i++) {
		const struct config_unicast_peer *peer = &instance->unicast_peers[i];

		config_print_indent(printer);
		fputs(address_format(&peer->address, text), printer->stream);
		if (peer->has_ttl_bounds)
			fprintf(printer->stream, " min_ttl %u", peer->ttl_minimum);
		if (peer->ttl_maximum != UINT8_MAX)
			fprintf(printer->stream, " max_ttl %u", peer->ttl_maximum);
		fputc('\n', printer->stream);
	}
	config_print_close(printer);
}

/* Source, destination and peers of adverts. */
static void print_transport(struct config_printer *printer, const struct config_instance *instance)
{
	bool unicast = instance->unicast_peer_count > 0;

	if (instance->has_source)
		print_address(printer, unicast ? "unicast_src_ip" : "mcast_src_ip",
			      &instance->source);
	config_print_flag(printer, "track_src_ip", instance->track_source);
	if (unicast)
		print_peers(printer, instance);
	else
		print_address(printer, "mcast_dst_ip", &instance->group);
}

static void print_authentication(struct config_printer *printer,
				 const struct config_instance *instance)
{
	char password[sizeof(instance->password) + 1] = "";

	if (instance->authentication != CONFIG_AUTHENTICATION_PASS)
		return;
	memcpy(password, instance->password, sizeof(instance->password));
	config_print_open(printer, "authentication", NULL);
	config_print_line(printer, "auth_type PASS");
	config_print_token(printer, "auth_pass", password);
	config_print_close(printer);
}

/* A digest instead of a key, or beside its file, so that a reload sees another key. What is printed
 * of a key that is in the configuration itself reads back to an error, not to another key. */
static void print_key(struct config_printer *printer, const struct config_signing_key *key)
{
	char source[sizeof("file:") + PATH_MAX] = "hidden";

	if (key->file)
		snprintf(source, sizeof(source), "file:%s", key->file);
	config_print_indent(printer);
	fprintf(printer->stream, "key %u ", key->key.id);
	config_write_token(printer->stream, source);
	fprintf(printer->stream, " # digest %016" PRIx64 "\n", key->digest);
}

static void print_signing(struct config_printer *printer, const struct config_signing *signing)
{
	if (!signing->mode)
		return;
	config_print_open(printer, "auth_hmac", NULL);
	for (size_t i = 0; i < signing->key_count; i++)
		print_key(printer, &signing->keys[i]);
	config_print_line(printer, "active_key %u", signing->active_key);
	config_print_line(printer, "anti_replay %s", signing->monotonic ? "monotonic" : "time");
	if (signing->window_s)
		config_print_line(printer, "time_window %u", signing->window_s);
	config_print_line(printer, "mode %s", config_signed_mode_name(signing->mode));
	config_print_close(printer);
}

/* Not every keepalived knows "name", so only a name needs it that would be an option. */
static void write_vmac_name(FILE *stream, const char *name)
{
	static const char *const options[] = {"name", "group", "bridge", "private", "vepa"};

	for (size_t i = 0; i < ARRAY_SIZE(options); i++)
		if (!strcmp(name, options[i]))
			fputs("name ", stream);
	config_write_token(stream, name);
}

static const char *ipvlan_mode(uint16_t flags)
{
	return flags & IPVLAN_F_PRIVATE ? " private" : flags & IPVLAN_F_VEPA ? " vepa" : "";
}

static void print_vmac(struct config_printer *printer, const struct config_instance *instance)
{
	const struct config_vmac *vmac = &instance->vmac;
	FILE *stream = printer->stream;
	char text[ADDRESS_TEXT_BYTES];

	if (instance->use_vmac) {
		config_print_indent(printer);
		fputs(vmac->ipvlan ? "use_ipvlan " : "use_vmac ", stream);
		write_vmac_name(stream, vmac->name);
		for (size_t i = 0; i < vmac->given_octets; i++)
			fprintf(stream, "%c%02x", i ? ':' : ' ', vmac->mac[i]);
		if (vmac->has_address)
			fprintf(stream, " %s", address_format(&vmac->address, text));
		if (vmac->ipvlan)
			fputs(ipvlan_mode(vmac->ipvlan_flags), stream);
		if (vmac->group)
			fprintf(stream, " group %" PRIu32, vmac->group);
		fprintf(stream, "%s\n", vmac->notify_base ? " netlink_notify_msg" : "");
	}
	config_print_flag(printer, "use_vmac_addr", instance->use_vmac_addr);
	config_print_flag(printer, "vmac_xmit_base", instance->vmac_xmit_base);
}

static void print_garp_extra(struct config_printer *printer, const struct config_garp_extra *extra)
{
	if (extra->interval_ns)
		config_print_line(printer, "garp_extra_if %s%" PRIu64, extra->all ? "all " : "",
				  extra->interval_ns / NS_PER_SECOND);
}

static void print_SECONDS(struct config_printer *printer, const char *keyword, uint64_t duration_ns)
{
	config_print_seconds(printer, keyword, duration_ns);
}

static void print_U32(struct config_printer *printer, const char *keyword, uint64_t number)
{
	config_print_line(printer, "%s %u", keyword, (unsigned)number);
}

static void print_BOOL(struct config_printer *printer, const char *keyword, uint64_t on)
{
	config_print_line(printer, "%s %s", keyword, on ? "on" : "off");
}

#define INHERITED(kind, keyword, field, low, high) print_##kind(printer, keyword, instance->field)

/* keepalived accepts the printed form of its own files, so a default guard_timeout is not
 * printed. */
static void print_guard(struct config_printer *printer, const struct config_instance *instance)
{
	char text[CONFIG_DURATION_TEXT_BYTES];

	if (*instance->heartbeat ||
	    instance->guard_timeout_ns != config_guard_without_heartbeat_ns(instance))
		config_print_line(printer, "guard_timeout %s",
				  config_format_duration(instance->guard_timeout_ns, text));
	if (*instance->heartbeat)
		config_print_line(printer, "on_partition %s",
				  instance->hold_on_partition ? "hold" : "take");
}

static void print_routers(struct config_printer *printer, const struct config_instance *instance)
{
	if (instance->routers != CONFIG_ROUTERS_LEARNT)
		config_print_line(printer, "routers %s",
				  instance->routers == CONFIG_ROUTERS_NODES ? "nodes" : "any");
	if (instance->advert_interval_max_ns)
		config_print_seconds(printer, "advert_int_max", instance->advert_interval_max_ns);
}

static void print_settings(struct config_printer *printer, const struct config_instance *instance)
{
	config_print_flag(printer, "nopreempt", !instance->preempt);
	if (instance->preempt_delay_ns)
		config_print_seconds(printer, "preempt_delay", instance->preempt_delay_ns);
	if (instance->timer_expired_priority)
		config_print_line(printer, "timer_expired_backup %u",
				  instance->timer_expired_priority);
	print_BOOL(printer, "strict_mode", instance->strict);
	/* Not every keepalived knows these, so they are printed only if they are set. */
	config_print_flag(printer, "owner_ignore_adverts", instance->owner_ignore_adverts);
	config_print_flag(printer, "v3_checksum_as_v2", instance->plain_checksum);
	config_print_flag(printer, "old_unicast_checksum", instance->old_unicast_checksum);
	config_print_flag(printer, "no_virtual_ipaddress", instance->no_addresses);
	config_print_line(printer, instance->accept ? "accept" : "no_accept");
	config_print_flag(printer, "dont_track_primary", instance->dont_track_primary);
	config_print_flag(printer, "promote_secondaries", instance->promote_secondaries);
	CONFIG_INHERITED(INHERITED);
}

static void print_identity(struct config_printer *printer, const struct config_instance *instance)
{
	config_print_line(printer, "state %s", instance->start_as_master ? "MASTER" : "BACKUP");
	if (*instance->interface)
		config_print_token(printer, "interface", instance->interface);
	if (*instance->vrf)
		config_print_token(printer, "vrf", instance->vrf);
	config_print_line(printer, "virtual_router_id %u", instance->vrid);
	config_print_line(printer, "version %u", instance->version);
	config_print_flag(printer, "native_ipv6", instance->family == 6);
	config_print_line(printer, "priority %u", instance->priority);
	config_print_seconds(printer, "advert_int", instance->advert_interval_ns);
	if (*instance->heartbeat)
		config_print_token(printer, "heartbeat", instance->heartbeat);
	print_guard(printer, instance);
	print_routers(printer, instance);
}

char *config_print_instance(const struct config_instance *instance)
{
	size_t advertised = instance->advertised_count;
	struct config_printer printer;

	config_printer_open(&printer);
	config_print_open(&printer, "vrrp_instance", instance->name);
	print_identity(&printer, instance);
	print_transport(&printer, instance);
	print_authentication(&printer, instance);
	print_signing(&printer, &instance->signing);
	print_vmac(&printer, instance);
	print_garp_extra(&printer, &instance->garp_extra);
	print_settings(&printer, instance);
	print_listed(&printer, instance);
	if (instance->vip_count > advertised)
		print_vips(&printer, "virtual_ipaddress_excluded", instance->vips + advertised,
			   instance->vip_count - advertised);
	config_print_routes(&printer, "virtual_routes", &instance->routes);
	config_print_rules(&printer, "virtual_rules", &instance->rules);
	config_print_tracks(&printer, instance->tracks, instance->track_count);
	config_print_notify(&printer, &instance->notify);
	config_print_close(&printer);
	return config_printer_close(&printer);
}

char *config_print_group(const struct config *config, const struct config_group *group)
{
	struct config_printer printer;

	config_printer_open(&printer);
	config_print_open(&printer, "vrrp_sync_group", group->name);
	config_print_open(&printer, "group", NULL);
	for (size_t i = 0; i < group->member_count; i++) {
		config_print_indent(&printer);
		config_write_token(printer.stream, config->instances[group->members[i]].name);
		fputc('\n', printer.stream);
	}
	config_print_close(&printer);
	config_print_flag(&printer, "sync_group_tracking_weight", group->tracking_weight);
	print_BOOL(&printer, "notify_priority_changes", group->notify.priority_changes);
	config_print_tracks(&printer, group->tracks, group->track_count);
	config_print_notify(&printer, &group->notify);
	config_print_close(&printer);
	return config_printer_close(&printer);
}
