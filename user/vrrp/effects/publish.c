/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the kernel side and the packets of this node know of an instance. */
#include "user/vrrp/effects/publish.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/state/instance.h"
#include <event2/event.h>
#include <string.h>

struct xb_vrrp *instance_router(const struct instance *instance)
{
	return &instance->owner->kernel->routers[instance->router_slot];
}

/* The bits of the router's slot outlive a daemon; behind the last of them an owner's address is left alone. */
uint64_t instance_added_bit(size_t vip)
{
	return vip < 64 ? UINT64_C(1) << vip : 0;
}

bool instance_may_remove(const struct instance *instance, size_t vip)
{
	return instance->config->priority != VRRP_PRIORITY_OWNER ||
	       (instance_router(instance)->addresses_added & instance_added_bit(vip));
}

/* What the kernel side has to know, of the fields that the configuration gives. */
int instance_describe_router(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	struct kernel *kernel = instance->owner->kernel;
	struct xb_vrrp *router = &kernel->routers[instance->router_slot];
	int error = 0;

	router->served_version = config->version;
	router->served_interval_cs = (uint16_t)(config->advert_interval_ns / NS_PER_CENTISECOND);
	router->has_password = config->authentication == CONFIG_AUTHENTICATION_PASS;
	memcpy(router->password, config->password, sizeof(router->password));
	router->unicast = config->unicast_peer_count > 0;
	router->event_pending = 0; /* of an event that an earlier daemon never read */
	for (size_t i = 0; i < config->unicast_peer_count && !error; i++) {
		const struct config_unicast_peer *peer = &config->unicast_peers[i];

		error = kernel_allow_unicast(
			kernel, instance->router_slot, &peer->address,
			(struct xb_vrrp_peer){peer->ttl_minimum, peer->ttl_maximum});
	}
	return error;
}

void instance_allow_unicast_anew(struct instance *instance)
{
	struct kernel *kernel = instance->owner->kernel;
	int error;

	kernel_forbid_unicast(kernel, instance->router_slot);
	error = instance_describe_router(instance);
	if (error)
		log_error("%s: cannot tell the kernel side of its peers: %s",
			  instance->config->name, strerror(-error));
}

/* Rivals' adverts do not hide those of the Active that is followed. */
static void follow_in_kernel(const struct instance *instance, struct xb_vrrp *router)
{
	static const struct xb_address nobody;
	const struct xb_address *followed = instance->vrrp.state == XB_INSTANCE_BACKUP
						    ? &instance->vrrp.active_address
						    : &nobody;

	if (memcmp(&router->followed, followed, sizeof(*followed)) != 0) {
		router->followed = *followed;
		/* Then, or the arrival of an advert of the one before could count for this one. */
		__atomic_store_n(&router->followed_arrival_ns, 0, __ATOMIC_SEQ_CST);
	}
}

void instance_describe(const struct instance *instance)
{
	struct xb_instance entry = {.vrid = instance->config->vrid,
				    .family_flags = instance->config->family,
				    .state = (uint8_t)instance->vrrp.state,
				    .priority = instance->vrrp.effective_priority};
	struct kernel *kernel = instance->owner->kernel;
	struct xb_vrrp *router = &kernel->routers[instance->router_slot];
	size_t place = (size_t)instance->self_slot;

	if (instance->vrrp.state == XB_INSTANCE_ACTIVE && instance_is_guarded(instance))
		entry.family_flags |= XB_INSTANCE_GUARDED;
	router->wake_always = instance->vrrp.state == XB_INSTANCE_ACTIVE;
	router->own_source = instance->vrrp.parameters.primary_address;
	router->destination = instance->config->unicast_peer_count
				      ? instance->vrrp.parameters.primary_address
				      : instance->config->group;
	follow_in_kernel(instance, router);
	if (instance->begun && instance->self_slot >= 0 &&
	    memcmp(kernel_described(kernel, place), &entry, sizeof(entry)) != 0)
		kernel_describe(kernel, place, &entry);
}
