/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds and sends adverts. */
#include "user/vrrp/effects/advertise.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/core/vrrp_packet.h"
#include "user/kernel/kernel.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/advert_socket.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/link.h"
#include "user/vrrp/state/instance.h"
#include <errno.h>
#include <string.h>

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
