/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sets and reports; see macvlan_settings.h. */
#include "user/net/macvlan_settings.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/netlink/interface_setting.h"
#include <errno.h>
#include <stdio.h>

struct setting {
	uint8_t family;
	const char *key;
	int value;
};

/* Without IPv6 in the kernel there is nothing to set. */
static int set(struct netlink *netlink, const char *interface, const struct setting *setting)
{
	int error =
		interface_set(netlink, setting->family, interface, setting->key, setting->value);

	return error == -ENOENT && setting->family == 6 ? 0 : error;
}

/* A setting of IPv6 matters only while IPv6 is on. */
static void note(struct macvlan_refused *refused, const char *interface,
		 const struct setting *setting, int error)
{
	bool optional = setting->family == 6 && interface_is_denied(error);
	size_t left = sizeof(refused->text) - refused->length;

	if (!error || (optional && interface_setting(6, interface, "disable_ipv6") == 1))
		return;
	if (optional && !refused->denied)
		refused->denied = error;
	if (!optional && !refused->error)
		refused->error = error;
	refused->length +=
		(size_t)snprintf(refused->text + refused->length, left, "%snet.ipv%u.conf.%s.%s=%d",
				 refused->length ? " " : "", setting->family, interface,
				 setting->key, setting->value);
	if (refused->length >= sizeof(refused->text))
		refused->length = sizeof(refused->text) - 1;
}

/* Neighbours must find the virtual interface's addresses at the virtual MAC only: the base must
 * not answer for them (arp_ignore), nor use them as a sender's address (arp_announce; the
 * Active's packets from a virtual address leave by the base). Higher values are as good. */
static void set_base(struct netlink *netlink, const char *base, struct macvlan_refused *refused)
{
	static const struct setting minima[] = {{4, "arp_ignore", 1}, {4, "arp_announce", 2}};

	for (size_t i = 0; i < sizeof(minima) / sizeof(minima[0]); i++)
		if (interface_setting(4, base, minima[i].key) < minima[i].value)
			note(refused, base, &minima[i], set(netlink, base, &minima[i]));
}

/* Packets to the virtual MAC may come from where the base's route points, which rp_filter must
 * allow (the greater of "all" and its own value counts; 2, loose, is the greatest). */
static void set_virtual(struct netlink *netlink, const char *name, struct macvlan_refused *refused)
{
	const struct setting settings[] = {
		{4, "arp_ignore", 1}, /* no answers for the base's addresses */
		{4, "rp_filter", interface_setting(4, "all", "rp_filter") > 0 ? 2 : 0},
		{4, "promote_secondaries", 1}, /* a VIP's removal must not take others along */
		{6, "addr_gen_mode", 1}, /* IN6_ADDR_GEN_MODE_NONE */
		{6, "accept_ra", 0},
		{6, "autoconf", 0},
	};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++)
		note(refused, name, &settings[i], set(netlink, name, &settings[i]));
}

void macvlan_settings_apply(struct netlink *netlink, const char *name, const char *base,
			    struct macvlan_refused *refused)
{
	*refused = (struct macvlan_refused){0};
	set_virtual(netlink, name, refused);
	set_base(netlink, base, refused);
}

int macvlan_settings_ipv6(struct netlink *netlink, const char *name, bool on)
{
	return set(netlink, name, &(struct setting){6, "disable_ipv6", !on});
}

int macvlan_settings_forward(struct netlink *netlink, const char *name, bool on)
{
	int error = set(netlink, name, &(struct setting){4, "forwarding", on});

	if (error)
		log_error("cannot set net.ipv4.conf.%s.forwarding to %d: %s", name, on,
			  limits_strerror(-error));
	return error;
}

void macvlan_settings_report(const struct macvlan_refused *refused, const char *name)
{
	if (refused->error)
		log_error("cannot set %s: %s; set it from outside", refused->text,
			  limits_strerror(-refused->error));
	else if (refused->denied)
		log_warning(
			"cannot switch IPv6 off on %s, nor set %s: %s; so it is up only while Active, and takes addresses and routes from router advertisements then; start the container with --sysctl net.ipv6.conf.default.disable_ipv6=1 or, for virtual IPv6 addresses, with accept_ra=0 and autoconf=0 in its place",
			name, refused->text, limits_strerror(-refused->denied));
}
