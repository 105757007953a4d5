/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Gives the kernel side the networks of the interfaces whose VLAN tags it does not see: from there
 * adverts count even if the tc program is missing (user/kernel/interfaces/vlan.h). */
#include "user/daemon/daemon.h"
#include "user/kernel/interfaces/vlan.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/net/netlink/local_address.h"
#include "user/vrrp/events.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define INTERFACE_BITS 32
#define IPV4_PREFIX_BITS 96 /* of an IPv4-mapped address */
/* Changes often come by the hundred. */
#define REFRESH_DELAY_NS (NS_PER_SECOND / 2)

static bool has_hidden_tags(const struct daemon *daemon, unsigned interface_index)
{
	for (size_t i = 0; i < daemon->kernel.attachment_count; i++)
		if (daemon->kernel.attachments[i].interface_index == interface_index)
			return daemon->kernel.attachments[i].vlan_tags != ATTACH_TAGS_VISIBLE;
	return false;
}

static struct xb_network_key network_of(const struct local_address *local)
{
	unsigned prefix_bits =
		local->prefix_length + (address_is_ipv4(&local->address) ? IPV4_PREFIX_BITS : 0U);
	struct xb_network_key key = {.prefix_bits = INTERFACE_BITS + prefix_bits,
				     .interface_index = local->interface_index,
				     .address = local->address};

	for (unsigned bit = prefix_bits; bit < 8 * sizeof(key.address.bytes); bit++)
		key.address.bytes[bit / 8] &= (uint8_t) ~(0x80U >> bit % 8);
	return key;
}

/* A host's address without a network, as those of many virtual ones, has no other senders. */
static bool is_network(const struct xb_network_key *key)
{
	return key->prefix_bits < XB_NETWORK_BITS_MAX;
}

static void on_due(evutil_socket_t fd, short what, void *context)
{
	_cleanup_free_ struct local_address *list = NULL;
	_cleanup_free_ struct xb_network_key *keys = NULL;
	struct daemon *daemon = context;
	size_t count = 0, key_count = 0;

	(void)fd;
	(void)what;
	if (local_addresses(&list, &count))
		return;
	instances_networks(door_enter(daemon->vrrp), list, count);
	keys = calloc(count + 1, sizeof(*keys));
	for (size_t i = 0; keys && i < count; i++) {
		keys[key_count] = network_of(&list[i]);
		if (has_hidden_tags(daemon, list[i].interface_index) &&
		    is_network(&keys[key_count]))
			key_count++;
	}
	if (keys)
		vlan_set_networks(&daemon->kernel, keys, key_count);
}

int daemon_networks_start(struct daemon *daemon)
{
	daemon->networks = evtimer_new(daemon->base, on_due, daemon);
	if (!daemon->networks)
		return -ENOMEM;
	on_due(-1, 0, daemon);
	return 0;
}

void daemon_networks_changed(struct daemon *daemon)
{
	if (daemon->networks && !evtimer_pending(daemon->networks, NULL))
		clock_arm(daemon->networks, clock_now_ns() + REFRESH_DELAY_NS);
}

void daemon_networks_stop(struct daemon *daemon)
{
	if (daemon->networks)
		event_free(daemon->networks);
	daemon->networks = NULL;
}
