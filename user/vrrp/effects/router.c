/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The instance's slot of xb_vrrp. Nothing else in this room writes to it; user/kernel/maps/routers.c
 * does so for this file. The slot outlives the daemon: the next one finds it by interface, VRID and
 * family.
 */
#include "user/vrrp/effects/router.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/packet.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/routers.h"
#include "user/lib/checksum.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/netlink/address.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/state/heard.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"
#include "user/vrrp/state/timers.h"
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* As the kernel side loads it from a packet. */
static uint16_t group_sum(const struct config_instance *config)
{
	const struct xb_address *group = &config->group;

	return htons((uint16_t)~checksum_finish(
		checksum_add(0, group->bytes + sizeof(group->bytes) - 4, 4)));
}

static void configure(const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	struct kernel_router_service service = {
		.version = config->version,
		.interval_cs = (uint16_t)(config->advert_interval_ns / NS_PER_CENTISECOND),
		.has_password = config->authentication == CONFIG_AUTHENTICATION_PASS,
		.no_addresses = config->no_addresses,
		.group_sum = config->family == 4 ? group_sum(config) : 0,
		.unicast = config->unicast_peer_count > 0,
	};

	memcpy(service.password, config->password, sizeof(service.password));
	kernel_configure_router(instance->router->kernel, instance->router->slot, &service);
}

/* keepalived sends unicast over IPv6 with the kernel's hop limit, which is not 255. */
static bool may_be_keepalived(const struct config_instance *config)
{
	return config->family == 6 && config->routers != CONFIG_ROUTERS_NODES;
}

/* No router is between this node and a peer in a network of the interface, so that its adverts
 * arrive as they left: with 255, unless the configuration has other TTLs. */
static uint8_t ttl_minimum(const struct config_instance *config,
			   const struct config_unicast_peer *peer, const struct local_address *list,
			   size_t count)
{
	if (peer->has_ttl_bounds || config->unicast_ttl != VRRP_TTL || may_be_keepalived(config) ||
	    !local_network_has(list, count, config->interface, &peer->address))
		return peer->ttl_minimum;
	return VRRP_TTL;
}

int instance_router_allow(const struct instance *instance, const struct local_address *list,
			  size_t count)
{
	const struct config_instance *config = instance->config;
	int error = 0;

	for (size_t i = 0; i < config->unicast_peer_count && !error; i++) {
		const struct config_unicast_peer *peer = &config->unicast_peers[i];

		error = kernel_allow_unicast(
			instance->router->kernel, instance->router->slot, &peer->address,
			(struct xb_vrrp_peer){ttl_minimum(config, peer, list, count),
					      peer->ttl_maximum});
	}
	return error;
}

static int allow_unicast(const struct instance *instance)
{
	_cleanup_free_ struct local_address *list = NULL;
	size_t count = 0;

	/* Without the list, any TTL is accepted. */
	if (instance->config->unicast_peer_count)
		local_addresses(&list, &count);
	return instance_router_allow(instance, list, count);
}

int instance_router_new(struct instance *instance, const struct vrrp_services *services)
{
	const struct config_instance *config = instance->config;
	struct instance_router *router = calloc(1, sizeof(*router));
	struct xb_vrrp copy;
	int error;

	if (!router)
		return -ENOMEM;
	router->kernel = services->kernel;
	error = kernel_claim_router(router->kernel, config->interface, config->vrid, config->family,
				    &router->slot);
	if (error) {
		free(router);
		return error;
	}
	instance->router = router;
	/* What an earlier daemon's rule made of adverts does not count. */
	instance->vrrp.period = kernel_router_period(router->kernel, router->slot) + 1;
	instance_router_hear(instance, &copy);
	configure(instance);
	error = instance_signing_configure(instance);
	return error ? error : allow_unicast(instance);
}

void instance_router_free(struct instance *instance)
{
	if (instance->router)
		kernel_release_router(instance->router->kernel, instance->router->slot);
	free(instance->router);
}

void instance_router_configure(struct instance *instance)
{
	int error;

	kernel_forbid_unicast(instance->router->kernel, instance->router->slot);
	configure(instance);
	error = instance_signing_configure(instance);
	if (error)
		log_instance(LOG_ERR, instance->config->name,
			     "cannot write the keys of auth_hmac to the map of the kernel side: %s",
			     limits_strerror(-error));
	error = allow_unicast(instance);
	if (error)
		log_instance(LOG_ERR, instance->config->name,
			     "cannot write its unicast peers to the map of the kernel side: %s",
			     limits_strerror(-error));
}

bool instance_router_has_news(const struct instance *instance)
{
	const struct instance_router *router = instance->router;

	return kernel_router_arrival_ns(router->kernel, router->slot) != router->read_ns;
}

void instance_router_update(const struct instance *instance)
{
	const struct instance_router *router = instance->router;
	const struct vrrp *vrrp = &instance->vrrp;
	bool unicast = instance->config->unicast_peer_count > 0;
	bool changes = kernel_router_period(router->kernel, router->slot) != vrrp->period;
	const struct kernel_router_state state = {
		.own_source = vrrp->parameters.primary_address,
		.destination = unicast ? vrrp->parameters.primary_address : instance->config->group,
		.rule = vrrp_rule(vrrp),
		.base = vrrp_base(vrrp),
	};

	kernel_publish_router(router->kernel, router->slot, &state);
	if (changes && instance_router_has_news(instance))
		instance_arm(instance, INSTANCE_TIMER_HEAR, clock_now_ns());
}

int instance_router_serve(const struct instance *instance, unsigned interface_index)
{
	return kernel_serve_router(instance->router->kernel, instance->router->slot,
				   interface_index);
}

void instance_router_want_events(const struct instance *instance)
{
	kernel_want_router_event(instance->router->kernel, instance->router->slot);
}

void instance_router_read(const struct instance *instance, struct xb_vrrp *copy)
{
	kernel_read_router(instance->router->kernel, instance->router->slot, copy);
}

bool instance_router_hear(const struct instance *instance, struct xb_vrrp *copy)
{
	struct instance_router *router = instance->router;
	bool newer;

	instance_router_read(instance, copy);
	newer = copy->arrival_ns != router->read_ns;
	router->read_ns = copy->arrival_ns;
	return newer && copy->heard.period != instance->vrrp.period &&
	       time_reached(copy->arrival_ns, instance->vrrp.state_since_ns);
}

void instance_router_add_refuted(const struct instance *instance, uint64_t count)
{
	kernel_add_refuted(instance->router->kernel, instance->router->slot, count);
}

struct vrrp_advert instance_lower_advert(const struct instance *instance, bool *any)
{
	struct xb_vrrp router;

	instance_router_read(instance, &router);
	*any = router.heard.lower.arrival_ns != 0;
	return vrrp_advert_heard(&router.heard.lower);
}

struct vrrp_advert instance_newest_advert(const struct instance *instance, bool *any)
{
	struct xb_vrrp router;

	instance_router_read(instance, &router);
	return heard_newest_advert(instance, &router, any);
}

bool instance_hear_active(const struct instance *instance, struct vrrp_advert *active)
{
	struct xb_vrrp router;

	instance_router_read(instance, &router);
	return heard_active(instance, &router, active);
}

/* The last bit: the addresses bear a mark, so that no index is needed to know them. */
#define ADDED_BITS 63
#define ADDED_MARKED (UINT64_C(1) << ADDED_BITS)

bool instance_added_are_marked(const struct instance *instance)
{
	return instance_added_bits(instance) & ADDED_MARKED;
}

uint64_t instance_added_bit(size_t vip)
{
	return vip < ADDED_BITS ? UINT64_C(1) << vip : 0;
}

uint64_t instance_added_bits(const struct instance *instance)
{
	return kernel_added_addresses(instance->router->kernel, instance->router->slot);
}

void instance_set_added_bits(const struct instance *instance, uint64_t bits)
{
	kernel_set_added_addresses(instance->router->kernel, instance->router->slot,
				   bits && netlink_marks_addresses() ? bits | ADDED_MARKED : bits);
}
