/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an instance does in the world, in the order in which the state machine asks: adverts, addresses,
 * announcements, its entry in xb_self, the report. */
#include <errno.h>
#include <string.h>
#include <user/core/names.h>
#include <user/core/vrrp_packet.h>
#include <user/daemon/advert.h>
#include <user/daemon/clock.h>
#include <user/daemon/instance.h>
#include <user/lib/log.h>

/* Send as the peers send: both kinds of checksum are seen over IPv4, and keepalived's default is with. */
static bool covers_pseudo_header(const struct instance *instance)
{
	struct xb_vrrp router;

	kernel_read_router(instance->owner->kernel, instance->router_slot, &router);
	return router.received_count == 0 || router.version != 3 || router.pseudo_header;
}

/* No packet leaves with 0; 1 is what stays on the link, too. */
static uint8_t unicast_ttl(const struct config_instance *config)
{
	return config->unicast_ttl ? config->unicast_ttl : 1;
}

static struct vrrp_message make_message(const struct instance *instance, uint8_t priority)
{
	const struct vrrp_parameters *parameters = &instance->vrrp.parameters;
	const struct config_instance *config = instance->config;
	struct vrrp_message message = {
		.version = config->version,
		.vrid = config->vrid,
		.priority = priority,
		.interval_cs = (uint16_t)(parameters->advert_interval_ns / NS_PER_CENTISECOND),
		.ttl = config->unicast_peer_count ? unicast_ttl(config) : VRRP_TTL,
		.pseudo_header = covers_pseudo_header(instance),
		.has_password = config->authentication == CONFIG_AUTHENTICATION_PASS,
		.source = parameters->primary_address,
		.destination = config->group,
		.addresses = instance->advertised,
		.address_count = config->advertised_count,
	};

	memcpy(message.password, config->password, sizeof(message.password));
	return message;
}

static int send_to(const struct instance *instance, struct vrrp_message *message,
		   const struct xb_address *destination, unsigned interface_index)
{
	uint8_t packet[VRRP_PACKET_BYTES_MAX];
	int length;

	message->destination = *destination;
	length = vrrp_packet_build(message, packet, sizeof(packet));
	if (length < 0)
		return length;
	return advert_send(instance->owner->advert_sockets[instance->config->family == 6],
			   interface_index, destination, packet, (size_t)length);
}

static int send_to_all(const struct instance *instance, struct vrrp_message *message)
{
	const struct config_instance *config = instance->config;
	unsigned interface_index =
		config->vmac_xmit_base ? instance->base_index : instance_address_index(instance);
	int error = 0;

	if (!config->unicast_peer_count) /* index 0 would be: wherever the default route points */
		return interface_index ? send_to(instance, message, &config->group, interface_index)
				       : -ENODEV;
	for (size_t i = 0; i < config->unicast_peer_count; i++) {
		/* As keepalived: over the interface that is named, else as the routes are. */
		int failed = send_to(instance, message, &config->unicast_peers[i].address,
				     config->interface[0] ? instance->base_index : 0);

		error = failed ? failed : error;
	}
	return error;
}

int instance_advertise(struct instance *instance, uint8_t priority)
{
	struct vrrp_message message = make_message(instance, priority);
	int error;

	if (!instance->base_index && instance->config->interface[0])
		return -ENODEV; /* it is known, and told of, that the interface is gone */
	if (instance_guard_passed(instance, clock_now_ns()))
		return -ESTALE; /* another may be Active by now; what it leads to is seen at the next look */
	error = send_to_all(instance, &message);
	if (error && error != instance->advert_error)
		log_error("%s: advert on %s was not sent: %s", instance->config->name,
			  instance_interface(instance), strerror(-error));
	instance->advert_error = error;
	instance->sent_count += !error;
	return error;
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

static void report(struct instance *instance, const struct vrrp_actions *actions)
{
	struct journal *journal = instance->owner->journal;
	const char *state = instance_state_name(instance->vrrp.state);

	if (actions->state_changed) {
		instance->since_unix_ns = clock_unix_ns();
		instance->since_ns = clock_now_ns();
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
	if (actions->take_addresses)
		instance_set_vmac(instance, true);
	if (actions->send_advert &&
	    instance_advertise(instance, actions->advert_priority) != -ESTALE)
		instance_guard_advertised(instance);
	if (actions->release_addresses)
		instance_release_addresses(instance);
	if (actions->take_addresses)
		instance_take_addresses(instance);
	else if (actions->announce_again)
		instance_announce_again(instance);
	instance_describe(instance);
	if (actions->release_addresses)
		instance_guard_end(instance);
	if (instance->vrrp.timer_armed)
		clock_arm(instance->timer, instance->vrrp.timer_due_ns);
	else
		event_del(instance->timer);
	report(instance, actions);
	if (!actions->state_changed)
		return;
	instance->fault_told = instance->vrrp.state == XB_INSTANCE_INITIALIZE;
	instance_notify(instance);
	instance_group_moved(instance, actions->old_state);
}
