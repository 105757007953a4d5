/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The guard of an instance's addresses (kernel_guard.h): opened before a new Active adds the first of them, extended
 * with each progress of the loop, lifted when the addresses are gone and packets say Backup.
 *
 * Without heartbeats the others count from the last advert that they heard. So does the guard: it is extended once an
 * advert has been sent, from the time before it was, and by nothing else; a loop that goes on but sends none is no
 * progress then.
 *
 * What wakes behind its deadline finds its addresses fenced, and others were told so: it is Active no more, whatever
 * it was about to do. So everything that begins here begins with instances_look(), and nothing is sent by an Active
 * whose guard has run out (instance_advertise). A deadline that is stored late does not lift a fence: after each
 * store the fence is looked at again.
 *
 * What is the node's own is never held: the addresses by which its heartbeats go, and those that an owner had before
 * any daemon. A fence would cut off the machine with them, for as long as no daemon is there.
 */
#include "user/vrrp/effects/guard.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/guards.h"
#include "user/kernel/kernel.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/net/local_address.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/state/instance.h"
#include <string.h>

/* Where packets to the address come in: link-local ones are others on each interface. Those to a virtual MAC come in
 * on its base. */
static unsigned guarded_index(const struct instance *instance,
			      const struct instance_address *address)
{
	if (!address_is_link_local(&address->vip->address))
		return 0;
	return address->vip->has_interface ? address->interface_index : instance->base_index;
}

static uint8_t place_of(const struct instance *instance)
{
	return instance->self_slot < 0 ? XB_GUARD_NO_PLACE : (uint8_t)instance->self_slot;
}

void instance_guard_give_back(const struct instance *instance, struct instance_address *address)
{
	if (address->guarded)
		kernel_guard_release(instance->owner->kernel, address->guard_slot);
	address->guarded = false;
}

static bool is_local(const struct xb_address *address)
{
	_cleanup_free_ struct local_address *list = NULL;
	size_t count = 0;

	if (local_addresses(&list, &count))
		return true;
	for (size_t i = 0; i < count; i++)
		if (address_equal(&list[i].address, address))
			return true;
	return false;
}

static bool is_own(const struct instance *instance, const struct instance_address *address)
{
	size_t vip = (size_t)(address - instance->addresses);

	return peers_come_to(instance->owner->peers, &address->vip->address) ||
	       (!instance_may_remove(instance, vip) && is_local(&address->vip->address));
}

void instance_guard_spare(struct instance *instance, struct instance_address *address)
{
	char text[ADDRESS_TEXT_BYTES];

	instance_guard_give_back(instance, address);
	if (!instance->own_told)
		log_notice(
			"%s: %s is this node's own address, and not guarded: if this daemon hangs, two nodes may answer for it",
			instance->config->name, address_format(&address->vip->address, text));
	instance->own_told = true;
}

static void claim(struct instance *instance, struct instance_address *address)
{
	unsigned index = guarded_index(instance, address);
	char text[ADDRESS_TEXT_BYTES];
	int error;

	if (address->guarded && address->guard_index == index)
		return;
	if (is_own(instance, address)) {
		instance_guard_spare(instance, address);
		return;
	}
	if (!index && address_is_link_local(&address->vip->address))
		return; /* its interface is not there */
	instance_guard_give_back(instance, address);
	error = kernel_guard_claim(instance->owner->kernel, index, &address->vip->address,
				   place_of(instance), &address->guard_slot);
	address->guarded = !error;
	address->guard_index = index;
	if (error && !instance->unguarded_told)
		log_warning(
			"%s: %s is not guarded (%s): if this daemon hangs, two nodes may answer for it",
			instance->config->name, address_format(&address->vip->address, text),
			strerror(-error));
	instance->unguarded_told |= error != 0;
}

void instance_guard_claim(struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		claim(instance, &instance->addresses[i]);
	if (instance->guard_from_ns) /* one of them may be new, or another interface's */
		instance_guard_open(instance);
}

void instance_guard_release(struct instance *instance)
{
	for (size_t i = 0; instance->addresses && i < instance->config->vip_count; i++)
		instance_guard_give_back(instance, &instance->addresses[i]);
	instance->guard_from_ns = 0;
}

void instance_guard_keep(struct instance *instance, struct instance_address *old, size_t old_count)
{
	for (size_t i = 0; i < old_count; i++) {
		for (size_t k = 0; k < instance->config->vip_count && old[i].guarded; k++) {
			struct instance_address *address = &instance->addresses[k];

			if (address->guarded ||
			    !address_equal(&old[i].vip->address, &address->vip->address))
				continue;
			address->guarded = true;
			address->guard_slot = old[i].guard_slot;
			address->guard_index = old[i].guard_index;
			old[i].guarded = false;
		}
		instance_guard_give_back(instance, &old[i]);
	}
}

bool instance_goes_by_adverts(const struct instance *instance)
{
	return instance->self_slot < 0;
}

bool instance_is_guarded(const struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (!instance->addresses[i].guarded || instance->addresses[i].unattached)
			return false;
	return instance->guard_from_ns && instance->config->vip_count;
}

static void set_deadlines(struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (instance->addresses[i].guarded)
			kernel_guard_extend(instance->owner->kernel,
					    instance->addresses[i].guard_slot,
					    instance->guard_deadline_ns);
}

void instance_guard_extend(struct instance *instance, uint64_t from_ns)
{
	instance->guard_from_ns = from_ns;
	instance->guard_deadline_ns = from_ns + instance->config->guard_timeout_ns;
	set_deadlines(instance);
}

void instance_guard_open(struct instance *instance)
{
	struct kernel *kernel = instance->owner->kernel;
	uint64_t now_ns = clock_now_ns();
	int error;

	if (!instance->config->vip_count)
		return;
	/* Peers add the same time to the daemon's age and to the deadline. */
	kernel_self_set_progress(kernel, now_ns);
	/* A takeover that was stopped on its way, behind its advert, is fenced when it goes on. */
	if (!instance->guard_from_ns)
		instance_guard_extend(instance, instance->vrrp.advertised_ns);
	else if (!instance_goes_by_adverts(instance))
		instance_guard_extend(instance, now_ns);
	else
		set_deadlines(instance);
	error = kernel_guard_watch(kernel);
	if (!error)
		return;
	log_error(
		"%s: its addresses are not guarded: %s; if this daemon hangs, two nodes may answer for them",
		instance->config->name, strerror(-error));
	instance_guard_end(instance);
}

void instance_guard_end(struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (instance->addresses[i].guarded)
			kernel_guard_end(instance->owner->kernel,
					 instance->addresses[i].guard_slot);
	instance->guard_from_ns = 0;
}

bool instance_guard_passed(const struct instance *instance, uint64_t now_ns)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (instance->addresses[i].guarded &&
		    kernel_guard_passed(instance->owner->kernel, instance->addresses[i].guard_slot,
					now_ns))
			return true;
	return false;
}

bool instance_guard_was_left_open(const struct instance *instance, uint64_t now_ns)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (!instance->addresses[i].guarded ||
		    !kernel_guard_is_open(instance->owner->kernel,
					  instance->addresses[i].guard_slot, now_ns))
			return false;
	return instance->config->vip_count;
}

void instance_guard_advertised(struct instance *instance)
{
	uint64_t advertised_ns = instance->vrrp.advertised_ns;

	if (instance->vrrp.state != XB_INSTANCE_ACTIVE || !instance->guard_from_ns ||
	    !instance_goes_by_adverts(instance))
		return;
	instance_guard_extend(instance, advertised_ns);
	if (!instance->owner->peers) /* no tick stamps it */
		kernel_self_set_progress(instance->owner->kernel, advertised_ns);
}
