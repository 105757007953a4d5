/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Where an instance lives: its interface, the virtual MAC's interface on top of it, the source of its
 * adverts. Interfaces are known by name: one that is deleted and made again, or renamed away and back, is
 * followed.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <user/core/address.h>
#include <user/daemon/advert.h>
#include <user/daemon/instance.h>
#include <user/daemon/local_address.h>
#include <user/daemon/macvlan.h>
#include <user/lib/cleanup.h>
#include <user/lib/log.h>

unsigned instance_address_index(const struct instance *instance)
{
	return instance->config->use_vmac ? instance->vmac_index : instance->base_index;
}

const char *instance_interface(const struct instance *instance)
{
	const struct config_instance *config = instance->config;

	if (config->use_vmac)
		return config->vmac_interface;
	return config->interface[0] ? config->interface : "any interface";
}

static bool is_vip(const struct config_instance *config, const struct xb_address *address)
{
	for (size_t i = 0; i < config->vip_count; i++)
		if (address_equal(address, &config->vips[i].address))
			return true;
	return false;
}

/* Whether adverts of this instance may come from such an address: over IPv6 a group hears only link-local
 * ones (RFC 9568 section 5.1.2.1), and unicast uses those that are routed. */
static bool suits(const struct config_instance *config, const struct xb_address *address)
{
	if (address_family(address) != config->family)
		return false;
	if (config->family == 4)
		return true;
	if (!config->unicast_peer_count)
		return address_is_link_local(address);
	return address_is_link_local(address) ==
	       address_is_link_local(&config->unicast_peers[0].address);
}

static int explain_no_primary(const struct config_instance *config, bool has_vip, char *message,
			      size_t bytes)
{
	if (has_vip) {
		snprintf(
			message, bytes,
			"%s: interface %s has no address but the virtual one: add one to advertise "
			"from, or, if that is its own, set priority 255 (the owner's)",
			config->name, config->interface);
		return -EADDRINUSE;
	}
	snprintf(message, bytes,
		 "%s: interface %s has no %s address of its own to advertise from: add one, or set "
		 "%s",
		 config->name, config->interface,
		 config->family == 4	      ? "IPv4"
		 : config->unicast_peer_count ? "IPv6"
					      : "link-local IPv6",
		 config->unicast_peer_count ? "unicast_src_ip" : "mcast_src_ip");
	return -EADDRNOTAVAIL;
}

int instance_find_primary(const struct config_instance *config, const struct local_address *list,
			  size_t count, struct xb_address *primary, char *message, size_t bytes)
{
	/* The owner's virtual addresses are its real ones (RFC 9568 section 1.3). */
	bool is_owner = config->priority == 255;
	bool has_vip = false;

	if (config->has_source) {
		*primary = config->source;
		return 0;
	}
	for (size_t i = 0; i < count; i++) {
		const struct xb_address *address = &list[i].address;

		if (strcmp(list[i].interface, config->interface) != 0 || !list[i].usable ||
		    !suits(config, address))
			continue;
		if (is_owner || !is_vip(config, address)) {
			*primary = *address;
			return 0;
		}
		has_vip = true;
	}
	return explain_no_primary(config, has_vip, message, bytes);
}

/* The interface of an instance that names none is the one that has its unicast source. */
static const struct link_event *find_base(const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	_cleanup_free_ struct local_address *list = NULL;
	size_t count = 0;

	if (config->interface[0])
		return interfaces_get(instance->owner->interfaces, config->interface);
	if (local_addresses(&list, &count))
		return NULL;
	for (size_t i = 0; i < count; i++)
		if (address_equal(&list[i].address, &config->source))
			return interfaces_get(instance->owner->interfaces, list[i].interface);
	return NULL;
}

static void find_obstacle(struct instance *instance, const struct link_event *base)
{
	const char *name = base ? base->name : "";

	if (!base || !base->present)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE,
				      base ? "interface %s is not there"
					   : "no interface has its unicast_src_ip%s",
				      name);
	else if (!base->running && !instance->config->dont_track_primary)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE,
				      "interface %s is down or has no carrier", name);
	else
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE, NULL);
}

/* Asked for each time: what an earlier daemon left is adopted, the MTU follows the base's, and one that
 * somebody has deleted is made again. */
static void make_vmac(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	unsigned index = 0;
	bool made_anew;

	interfaces_get(instance->owner->interfaces, config->vmac_interface); /* to be told of it */
	if (macvlan_ensure(&instance->owner->netlink, config->vmac_interface, instance->base_index,
			   config->vrid, config->family, &index))
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE,
				      "its virtual MAC interface %s could not be made",
				      config->vmac_interface);
	made_anew = index != instance->vmac_index;
	if (made_anew && index && instance->vmac_index)
		journal_add(instance->owner->journal, "interface", config->vmac_interface, "gone",
			    "restored", "it was deleted by something else; it was made again");
	instance->vmac_index = index;
	if (made_anew && instance->vrrp.state == XB_INSTANCE_ACTIVE)
		instance_set_vmac(instance, true);
}

static bool has_ipv6(const struct config_instance *config)
{
	for (size_t i = 0; i < config->vip_count; i++)
		if (address_family(&config->vips[i].address) == 6)
			return true;
	return false;
}

void instance_set_vmac(struct instance *instance, bool active)
{
	const struct config_instance *config = instance->config;
	int error;

	if (!instance->vmac_index)
		return;
	error = active ? macvlan_set_active(config->vmac_interface, config->interface,
					    has_ipv6(config))
		       : macvlan_set_backup(config->vmac_interface);
	if (error && error != -ENOENT && error != -ENODEV)
		log_error("%s: cannot set %s up for %s: %s", config->name, config->vmac_interface,
			  active ? "an Active" : "a Backup", strerror(-error));
}

static void join(struct instance *instance)
{
	const struct config_instance *config = instance->config;

	if (instance->membership >= 0 || config->unicast_peer_count)
		return;
	instance->membership = advert_join(instance->base_index, &config->group);
	if (instance->membership < 0)
		log_error("%s: cannot join the multicast group on %s: %s", config->name,
			  config->interface, strerror(-instance->membership));
}

static void leave(struct instance *instance)
{
	if (instance->membership >= 0)
		close(instance->membership);
	instance->membership = -1;
	instance->vmac_index = 0; /* it dies with its base */
}

/* Returns 0, or a negative errno with the obstacle set: who does not hear adverts must not take part. */
static int enter(struct instance *instance, const char *interface)
{
	struct kernel *kernel = instance->owner->kernel;
	int error = kernel_attach(kernel, interface);

	if (!error)
		error = kernel_serve_router(kernel, instance->router_slot, instance->base_index);
	if (error) {
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_INTERFACE,
				      "the XDP program is not on %s: %s", interface,
				      strerror(-error));
		return error;
	}
	if (instance->config->promote_secondaries)
		link_promote_secondaries(interface);
	join(instance);
	return 0;
}

void instance_find_source(struct instance *instance)
{
	struct xb_address *primary = &instance->vrrp.parameters.primary_address;
	_cleanup_free_ struct local_address *list = NULL;
	char message[512] = "cannot list this machine's addresses";
	size_t count = 0;
	int error = local_addresses(&list, &count);

	/* No news are no reason to give anything up. */
	if (error && instance->vrrp.state != XB_INSTANCE_INITIALIZE)
		return;
	if (!error && !instance_find_primary(instance->config, list, count, primary, message,
					     sizeof(message)))
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_ADDRESS, NULL);
	else
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_ADDRESS, "%s", message);
}

void instance_place(struct instance *instance)
{
	const struct link_event *base = find_base(instance);
	unsigned index = base && base->present ? base->interface_index : 0;
	bool moved = index != instance->base_index;

	find_obstacle(instance, base);
	if (moved) {
		leave(instance);
		instance->base_index = index;
		/* The kernel side must know where adverts are to go to before it looks at them. */
		if (index) {
			instance_find_source(instance);
			instance_describe(instance);
		}
		/* Not entered is not there: the next look tries again. */
		if (index && enter(instance, base->name))
			instance->base_index = index = 0;
		if (!index)
			kernel_serve_router(instance->owner->kernel, instance->router_slot, 0);
	}
	if (index && instance->config->use_vmac)
		make_vmac(instance);
	instance_place_addresses(instance);
	instance_describe(instance);
}

void instance_unplace(struct instance *instance)
{
	if (instance->vmac_index)
		macvlan_remove(&instance->owner->netlink, instance->config->vmac_interface);
	leave(instance);
}
