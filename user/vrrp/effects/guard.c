/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard of an instance's addresses: a lease on each of them, held in the kernel
 * (user/kernel/maps/guards.h). It opens before a new Active adds the first address, is extended with
 * each progress of the event loop, and closes when the addresses are removed and packets report
 * Backup.
 *
 * Without heartbeats the other nodes count from the last advert that they heard, and so does the
 * guard: only an advert that was sent extends it, from the time before it was sent. A loop that
 * runs but sends no adverts is no progress then.
 *
 * An Active that runs again after its deadline finds its addresses fenced, and other nodes know
 * that: it is no longer Active, whatever it was about to do. Therefore the door (user/vrrp/door.c)
 * steps it down before any event is handled, and an Active whose guard has expired sends nothing
 * (instance_advertise). A deadline that is stored too late does not lift a fence: the fence is
 * checked again after each store.
 *
 * The node's own addresses are never guarded: those that its heartbeats use, and those that it
 * had before any daemon. A fence on them would cut the machine off for as long as no
 * daemon runs.
 */
#include "user/vrrp/effects/guard.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/guards.h"
#include "user/kernel/maps/self.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/netlink/local_address.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/left.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Link-local addresses differ from interface to interface. */
static unsigned guarded_index(const struct instance *instance, size_t vip)
{
	if (!address_is_link_local(&instance->config->vips[vip].address))
		return 0;
	return instance_arrival_index(instance, vip);
}

static uint8_t self_index(const struct instance *instance)
{
	return instance->self_slot < 0 ? XB_GUARD_NO_INSTANCE : (uint8_t)instance->self_slot;
}

int instance_guard_new(struct instance *instance, const struct vrrp_services *services)
{
	struct instance_guard *guard = calloc(1, sizeof(*guard));

	instance->guard = guard;
	if (!guard)
		return -ENOMEM;
	guard->kernel = services->kernel;
	guard->slots = calloc(instance->config->vip_count + 1, sizeof(*guard->slots));
	return guard->slots ? 0 : -ENOMEM;
}

void instance_guard_free(struct instance *instance)
{
	if (!instance->guard)
		return;
	for (size_t i = 0; instance->guard->slots && i < instance->config->vip_count; i++)
		instance_guard_give_back(instance, i);
	free(instance->guard->slots);
	free(instance->guard);
}

static void give_back(const struct instance *instance, struct instance_guard_slot *slot)
{
	if (slot->claimed)
		kernel_guard_release(instance->guard->kernel, slot->slot);
	slot->claimed = false;
}

void instance_guard_give_back(const struct instance *instance, size_t vip)
{
	give_back(instance, &instance->guard->slots[vip]);
}

/* This machine's addresses, read when they are first needed. */
struct own_addresses {
	struct local_address *list;
	size_t count;
	int error;
};

static bool is_own(const struct instance *instance, size_t vip, struct own_addresses *own)
{
	const struct config_instance *config = instance->config;

	if (peers_come_to(instance->peers, &config->vips[vip].address))
		return true;
	if (!own->list && !own->error)
		own->error = local_addresses(&own->list, &own->count);
	if (own->error)
		return config->priority == VRRP_PRIORITY_OWNER;
	return instance_address_is_own(instance, vip, own->list, own->count);
}

void instance_guard_spare(struct instance *instance, size_t vip)
{
	char text[ADDRESS_TEXT_BYTES];

	instance_guard_give_back(instance, vip);
	if (!instance->guard->own_logged)
		log_instance(
			LOG_NOTICE, instance->config->name,
			"%s is this node's own address and is not guarded: if this daemon hangs, two nodes may answer for it",
			address_format(&instance->config->vips[vip].address, text));
	instance->guard->own_logged = true;
}

static void claim(struct instance *instance, size_t vip, struct own_addresses *own)
{
	const struct xb_address *address = &instance->config->vips[vip].address;
	struct instance_guard *guard = instance->guard;
	struct instance_guard_slot *slot = &guard->slots[vip];
	unsigned index = guarded_index(instance, vip);
	char text[ADDRESS_TEXT_BYTES];
	int error;

	if (slot->claimed && slot->interface_index == index)
		return;
	if (is_own(instance, vip, own)) {
		instance_guard_spare(instance, vip);
		return;
	}
	if (!index && address_is_link_local(address))
		return; /* its interface is missing */
	give_back(instance, slot);
	error = kernel_guard_claim(guard->kernel, index, address, self_index(instance),
				   &slot->slot);
	slot->claimed = !error;
	slot->interface_index = index;
	if (error && !guard->failure_logged)
		log_instance(
			LOG_WARNING, instance->config->name,
			"%s is not guarded (%s): if this daemon hangs, two nodes may answer for it",
			address_format(address, text), limits_strerror(-error));
	guard->failure_logged |= error != 0;
}

void instance_guard_claim(struct instance *instance)
{
	struct own_addresses own = {0};

	for (size_t i = 0; i < instance->config->vip_count; i++)
		claim(instance, i, &own);
	free(own.list);
	if (instance->guard->from_ns) /* one of them may be new, or on another interface */
		instance_guard_open(instance);
}

/* Moves a slot to the first address of the new list that is the same and has none. */
static void keep(struct instance *instance, struct instance_guard_slot *old,
		 const struct xb_address *address)
{
	for (size_t k = 0; k < instance->config->vip_count && old->claimed; k++) {
		struct instance_guard_slot *slot = &instance->guard->slots[k];

		if (slot->claimed || !address_equal(address, &instance->config->vips[k].address))
			continue;
		*slot = *old;
		old->claimed = false;
	}
}

void instance_guard_keep(struct instance *instance, const struct config_instance *from)
{
	_cleanup_free_ struct instance_guard_slot *old = instance->guard->slots;

	instance->guard->slots = calloc(instance->config->vip_count + 1, sizeof(*old));
	if (!instance->guard->slots)
		limits_out_of_memory();
	for (size_t i = 0; i < from->vip_count; i++) {
		keep(instance, &old[i], &from->vips[i].address);
		give_back(instance, &old[i]);
	}
}

bool instance_guard_follows_adverts(const struct instance *instance)
{
	return instance->self_slot < 0;
}

/* Of the interface at which packets to the address arrive. */
static const struct attachment *attachment_of(const struct instance *instance, size_t vip)
{
	return kernel_attachment_at(instance->guard->kernel, instance_arrival_index(instance, vip));
}

const struct attachment *instance_guard_gap(const struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		const struct attachment *attachment = attachment_of(instance, i);

		if (attachment && attachment->off)
			return attachment;
	}
	return NULL;
}

const char *instance_guard_refused_reason(const struct instance *instance)
{
	return kernel_unguarded_reason(instance->guard->kernel);
}

bool instance_can_be_guarded(const struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (!instance->guard->slots[i].claimed || instance->vips->list[i].unattached)
			return false;
	return instance->config->vip_count && !instance_guard_refused_reason(instance) &&
	       !instance_guard_gap(instance);
}

bool instance_is_guarded(const struct instance *instance)
{
	return instance->guard->from_ns && instance_can_be_guarded(instance);
}

static void set_deadlines(struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (instance->guard->slots[i].claimed)
			kernel_guard_extend(instance->guard->kernel, instance->guard->slots[i].slot,
					    instance->guard->deadline_ns);
}

void instance_guard_extend(struct instance *instance, uint64_t from_ns)
{
	instance->guard->from_ns = from_ns;
	instance->guard->deadline_ns = from_ns + instance->config->guard_timeout_ns;
	set_deadlines(instance);
}

void instance_guard_open(struct instance *instance)
{
	struct kernel *kernel = instance->guard->kernel;
	uint64_t now_ns = clock_now_ns();
	int error;

	if (!instance->config->vip_count)
		return;
	/* Peers add the same time to the daemon's age and to the deadline. */
	kernel_self_set_progress(kernel, now_ns);
	/* A takeover that stalls after its advert is fenced when it continues. */
	if (!instance->guard->from_ns)
		instance_guard_extend(instance, instance->vrrp.advertised_ns);
	else if (!instance_guard_follows_adverts(instance))
		instance_guard_extend(instance, now_ns);
	else
		set_deadlines(instance);
	error = kernel_guard_arm_timer(kernel);
	if (!error)
		return;
	log_instance(
		LOG_ERR, instance->config->name,
		"its addresses are not guarded: %s; if this daemon hangs, two nodes may answer for them",
		limits_strerror(-error));
	instance_guard_close(instance);
}

void instance_guard_close(struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (instance->guard->slots[i].claimed)
			kernel_guard_lift(instance->guard->kernel, instance->guard->slots[i].slot);
	instance->guard->from_ns = 0;
}

bool instance_guard_expired(const struct instance *instance, uint64_t now_ns)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (instance->guard->slots[i].claimed &&
		    kernel_guard_has_expired(instance->guard->kernel,
					     instance->guard->slots[i].slot, now_ns))
			return true;
	return false;
}

bool instance_guard_was_left_open(const struct instance *instance, uint64_t now_ns)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (!instance->guard->slots[i].claimed ||
		    !kernel_guard_is_valid(instance->guard->kernel, instance->guard->slots[i].slot,
					   now_ns))
			return false;
	return instance->config->vip_count;
}

void instance_guard_advertised(struct instance *instance)
{
	uint64_t advertised_ns = instance->vrrp.advertised_ns;

	if (instance->vrrp.state != XB_INSTANCE_ACTIVE || !instance->guard->from_ns ||
	    !instance_guard_follows_adverts(instance))
		return;
	instance_guard_extend(instance, advertised_ns);
	if (!instance->peers) /* no heartbeat tick reports progress */
		kernel_self_set_progress(instance->guard->kernel, advertised_ns);
}
