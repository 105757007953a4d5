// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Is another VRRP daemon in our place? It is, if it is a keepalived and one of our addresses is on
 * an interface, or if one of our VRIDs is advertised from this machine. The addresses alone prove
 * nothing: a daemon that was killed leaves them. A Backup neither has addresses nor sends adverts;
 * it is only warned of.
 */
#include "user/daemon/start/keepalived.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/daemon/start/vrrp_sockets.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/advert_listen.h"
#include "user/net/netlink/local_address.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>

#define REMEDY "stop it first: systemctl disable --now keepalived"
#define UNSEEN_REMEDY                                                                              \
	"stop it first; its process cannot be seen from here: it is in another container, or xbeatd lacks CAP_SYS_PTRACE"

/* An interval of adverts, and what a busy machine may add. */
#define LISTEN_MARGIN_NS (300 * NS_PER_MS)
#define LISTEN_MAX_NS (3 * NS_PER_SECOND)

static const struct config_instance *owner_of(const struct config *config,
					      const struct xb_address *address)
{
	for (size_t i = 0; i < config->instance_count; i++) {
		const struct config_instance *instance = &config->instances[i];

		/* The true owner's address is its interface's own. */
		if (instance->priority == VRRP_PRIORITY_OWNER)
			continue;
		for (size_t k = 0; k < instance->vip_count; k++)
			if (address_equal(&instance->vips[k].address, address))
				return instance;
	}
	return NULL;
}

/* Returns whether an address of ours is on an interface, after logging it. */
static bool has_our_address(const struct config *config, int pid)
{
	_cleanup_free_ struct local_address *list = NULL;
	const struct config_instance *instance;
	char text[ADDRESS_TEXT_BYTES];
	size_t count = 0;

	if (local_addresses(&list, &count))
		return false;
	for (size_t i = 0; i < count; i++) {
		instance = owner_of(config, &list[i].address);
		if (!instance)
			continue;
		log_error(
			"cannot start: keepalived (pid %d) runs in this network namespace and %s of %s is on %s; " REMEDY,
			pid, address_format(&list[i].address, text), instance->name,
			list[i].interface);
		return true;
	}
	return false;
}

struct heard {
	const struct config *config;
	const struct config_instance *instance; /* whose VRID was heard */
	unsigned interface_index;
};

static bool is_ours(void *context, const struct advert_sent *sent)
{
	struct heard *heard = context;

	for (size_t i = 0; i < heard->config->instance_count; i++) {
		const struct config_instance *instance = &heard->config->instances[i];

		if (instance->vrid != sent->vrid || instance->family != sent->family ||
		    (instance->interface[0] &&
		     if_nametoindex(instance->interface) != sent->interface_index))
			continue;
		heard->instance = instance;
		heard->interface_index = sent->interface_index;
		return true;
	}
	return false;
}

static uint64_t listening_time_ns(const struct config *config)
{
	uint64_t longest_ns = 0;

	for (size_t i = 0; i < config->instance_count; i++)
		if (config->instances[i].advert_interval_ns > longest_ns)
			longest_ns = config->instances[i].advert_interval_ns;
	longest_ns += LISTEN_MARGIN_NS;
	return longest_ns < LISTEN_MAX_NS ? longest_ns : LISTEN_MAX_NS;
}

/* Returns whether one of our VRIDs is advertised from here, after logging it. pid: 0: unknown. */
static bool is_advertised(const struct config *config, int pid)
{
	struct heard heard = {.config = config};
	char interface[IF_NAMESIZE] = "?", who[64] = "another VRRP daemon";

	if (advert_listen(listening_time_ns(config), is_ours, &heard) != 1)
		return false;
	if (pid)
		snprintf(who, sizeof(who), "keepalived (pid %d)", pid);
	if_indextoname(heard.interface_index, interface);
	log_error(
		"cannot start: %s advertises virtual router %u of %s on %s, in this network namespace; %s",
		who, heard.instance->vrid, heard.instance->name, interface,
		pid ? REMEDY : UNSEEN_REMEDY);
	return true;
}

static void warn(const struct vrrp_sockets *sockets)
{
	if (sockets->keepalived_pid)
		log_warning(
			"keepalived (pid %d) runs in this network namespace, too; it must not serve the same VRIDs or addresses, else: systemctl disable --now keepalived",
			sockets->keepalived_pid);
	else
		log_warning(
			"another VRRP daemon runs in this network namespace, and its process cannot be seen from here; it must not serve the same VRIDs or addresses");
}

int keepalived_check(const struct config *config)
{
	struct vrrp_sockets sockets;

	if (!config->instance_count)
		return 0;
	vrrp_sockets_find(&sockets);
	if (!sockets.keepalived_pid && !sockets.unseen)
		return 0;
	if (sockets.keepalived_pid && has_our_address(config, sockets.keepalived_pid))
		return -EADDRINUSE;
	if (is_advertised(config, sockets.keepalived_pid))
		return -EADDRINUSE;
	warn(&sockets);
	return 0;
}
