/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an instance does in the world: adverts, VIPs, gratuitous ARP, its entry in xb_self. */
#include <errno.h>
#include <string.h>
#include <user/core/address.h>
#include <user/core/names.h>
#include <user/core/vrrp_packet.h>
#include <user/daemon/advert.h>
#include <user/daemon/clock.h>
#include <user/daemon/instances.h>
#include <user/lib/log.h>

/* A rival's adverts come at any rate; our answer in gratuitous ARP does not. */
#define ANNOUNCE_AGAIN_SPACING_NS (100 * NS_PER_MS)
/* A neighbour that has just taken the rival's announcement ignores ours for a second (locktime). */
#define ANNOUNCE_AGAIN_DELAY_NS (1100 * NS_PER_MS)

int instance_advertise(struct instance *instance, uint8_t priority)
{
	const struct vrrp_parameters *parameters = &instance->vrrp.parameters;
	uint8_t packet[VRRP_PACKET_BYTES_MAX];
	struct vrrp_message message = {
		.version = parameters->version,
		.ttl = VRRP_TTL,
		.pseudo_header = true,
		.vrid = parameters->vrid,
		.priority = priority,
		.interval_cs = (uint16_t)(parameters->advert_interval_ns / NS_PER_CENTISECOND),
		.source = parameters->primary_address,
		.addresses = instance->advertised,
		.address_count = instance->config->vip_count,
	};
	int length, error;

	address_parse(VRRP_GROUP_IPV4, &message.destination);
	length = vrrp_packet_build(&message, packet, sizeof(packet));
	error = length < 0 ? length
			   : advert_send(instance->owner->advert_socket, instance->interface_index,
					 &message.destination, packet, (size_t)length);
	if (error && error != instance->advert_error)
		log_error("%s: advert on %s was not sent: %s", instance->config->name,
			  instance->config->interface, strerror(-error));
	instance->advert_error = error;
	instance->sent_count += !error;
	return error;
}

void instance_announce(struct instance *instance, unsigned repeat)
{
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		const struct config_vip *vip = instance->addresses[i].vip;
		int error = announce(instance->owner->announcer,
				     instance->addresses[i].interface_index, &vip->address, repeat);
		char text[ADDRESS_TEXT_BYTES];

		if (error)
			log_error("%s: %s was not announced on %s: %s", instance->config->name,
				  address_format(&vip->address, text), vip->interface,
				  strerror(-error));
	}
	instance->announced_ns = clock_now_ns();
}

void instance_announce_again(struct instance *instance)
{
	uint64_t now_ns = clock_now_ns();

	/* Not now, then soon: the rival's announcement came after the last of ours. */
	if (time_since_ns(now_ns, instance->announced_ns) <= ANNOUNCE_AGAIN_SPACING_NS) {
		instance->contested = true;
		clock_arm(instance->announce_later,
			  instance->announced_ns + ANNOUNCE_AGAIN_SPACING_NS);
		return;
	}
	instance->contested = false;
	instance_announce(instance, instance->config->garp_repeat);
	clock_arm(instance->announce_later, now_ns + ANNOUNCE_AGAIN_DELAY_NS);
}

/* Without its addresses an Active is none: it is said where people look for the reason. */
static void report_missing(struct instance *instance, const struct config_vip *vip, int error)
{
	char text[ADDRESS_TEXT_BYTES], earlier[VRRP_REASON_BYTES];

	address_format(&vip->address, text);
	log_error("%s: cannot add %s/%u to %s: %s", instance->config->name, text,
		  vip->prefix_length, vip->interface, strerror(-error));
	memcpy(earlier, instance->vrrp.reason, sizeof(earlier));
	snprintf(instance->vrrp.reason, sizeof(instance->vrrp.reason),
		 "WITHOUT %s, which could not be added to %s (%s); %.100s", text, vip->interface,
		 strerror(-error), earlier);
}

/* An owner's addresses are its real ones, unless a daemon has added them. The bits of the router's slot
 * outlive a daemon; behind the last of them an owner's address is left alone. */
static uint64_t added_bit(size_t vip)
{
	return vip < 64 ? UINT64_C(1) << vip : 0;
}

static bool may_remove(const struct instance *instance, size_t vip)
{
	return instance->config->priority != VRRP_PRIORITY_OWNER ||
	       (instance->owner->kernel->routers[instance->router_slot].addresses_added &
		added_bit(vip));
}

static void take_addresses(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	struct xb_vrrp *router = &instance->owner->kernel->routers[instance->router_slot];
	uint64_t now_ns;

	for (size_t i = 0; i < config->vip_count; i++) {
		struct instance_address *address = &instance->addresses[i];
		int error = netlink_add_vip(&instance->owner->netlink, address->interface_index,
					    address->vip);

		if (!error)
			router->addresses_added |= added_bit(i);
		address->held = !error || (error == -EEXIST && may_remove(instance, i));
		if (error && error != -EEXIST)
			report_missing(instance, address->vip, error);
	}
	instance_announce(instance, config->garp_repeat);
	now_ns = clock_now_ns();
	if (config->garp_delay_ns)
		clock_arm(instance->announce_later, now_ns + config->garp_delay_ns);
	if (config->garp_refresh_ns)
		clock_arm(instance->announce_refresh, now_ns + config->garp_refresh_ns);
}

static void remove_addresses(struct instance *instance, bool stale)
{
	for (size_t i = 0; i < instance->config->vip_count; i++) {
		struct instance_address *address = &instance->addresses[i];
		char text[ADDRESS_TEXT_BYTES];
		int error;

		if (stale ? !may_remove(instance, i) : !address->held)
			continue;
		announce_cancel(instance->owner->announcer, address->interface_index,
				&address->vip->address);
		error = netlink_remove_vip(&instance->owner->netlink, address->interface_index,
					   address->vip);
		address->held = false;
		address_format(&address->vip->address, text);
		if (stale && !error)
			log_notice("%s: removed %s from %s, left by an earlier daemon",
				   instance->config->name, text, address->vip->interface);
		else if (error && error != -EADDRNOTAVAIL && error != -ENODEV)
			log_error("%s: cannot remove %s from %s: %s", instance->config->name, text,
				  address->vip->interface, strerror(-error));
	}
}

void instance_remove_stale(struct instance *instance)
{
	remove_addresses(instance, true);
}

static void release_addresses(struct instance *instance)
{
	event_del(instance->announce_later);
	event_del(instance->announce_refresh);
	instance->contested = false;
	remove_addresses(instance, false);
	instance->owner->kernel->routers[instance->router_slot].addresses_added = 0;
}

/* Says it in every PROBE and REPLY from now on. */
static void describe(const struct instance *instance)
{
	struct xb_instance entry = {.vrid = instance->vrrp.parameters.vrid,
				    .family_flags = instance->config->family,
				    .state = (uint8_t)instance->vrrp.state,
				    .priority = instance->vrrp.effective_priority};
	struct kernel *kernel = instance->owner->kernel;
	size_t place = (size_t)instance->self_slot;

	kernel->routers[instance->router_slot].wake_always =
		instance->vrrp.state == XB_INSTANCE_ACTIVE;
	if (instance->self_slot >= 0 &&
	    memcmp(kernel_described(kernel, place), &entry, sizeof(entry)) != 0)
		kernel_describe(kernel, place, &entry);
}

static void report(struct instance *instance, const struct vrrp_actions *actions)
{
	struct journal *journal = instance->owner->journal;
	const char *state = instance_state_name(instance->vrrp.state);

	if (actions->state_changed) {
		instance->since_unix_ns = clock_unix_ns();
		journal_add(journal, "vrrp", instance->config->name,
			    instance_state_name(actions->old_state), state, "%s",
			    instance->vrrp.reason);
	} else if (actions->held) {
		journal_add(journal, "vrrp", instance->config->name, state, state, "%s",
			    instance->vrrp.reason);
	}
}

void instance_act(struct instance *instance, const struct vrrp_actions *actions)
{
	if (actions->send_advert)
		instance_advertise(instance, actions->advert_priority);
	if (actions->release_addresses)
		release_addresses(instance);
	if (actions->take_addresses)
		take_addresses(instance);
	else if (actions->announce_again)
		instance_announce_again(instance);
	describe(instance);
	if (instance->vrrp.timer_armed)
		clock_arm(instance->timer, instance->vrrp.timer_due_ns);
	else
		event_del(instance->timer);
	report(instance, actions);
}
