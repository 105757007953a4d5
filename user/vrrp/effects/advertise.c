/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds and sends adverts. */
#include "user/vrrp/effects/advertise.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/core/vrrp_packet.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/advert_socket.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

int instance_adverts_new(struct instance *instance, const struct vrrp_services *services)
{
	struct instance_adverts *adverts = calloc(1, sizeof(*adverts));

	if (!adverts)
		return -ENOMEM;
	adverts->socket = services->advert_sockets[instance->config->family == 6];
	instance->adverts = adverts;
	return 0;
}

void instance_adverts_free(struct instance *instance)
{
	free(instance->adverts);
}

/* As the peers send: over IPv4 both kinds of checksum are in use, and keepalived's default is with
 * pseudo-header. */
static bool covers_pseudo_header(const struct instance *instance)
{
	struct xb_vrrp router;

	instance_router_read(instance, &router);
	return router.received_count == 0 || router.version != 3 || router.pseudo_header;
}

/* No packet leaves with 0; with 1 it stays on the network, too. */
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
		.addresses = instance->vips->advertised,
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
	return advert_send(instance->adverts->socket, interface_index, destination, packet,
			   (size_t)length);
}

static int send_to_all(const struct instance *instance, struct vrrp_message *message)
{
	const struct config_instance *config = instance->config;
	unsigned interface_index = config->vmac_xmit_base ? instance->interface->base_index
							  : instance_address_index(instance);
	int error = 0;

	if (!config->unicast_peer_count) /* index 0 would follow the default route */
		return interface_index ? send_to(instance, message, &config->group, interface_index)
				       : -ENODEV;
	for (size_t i = 0; i < config->unicast_peer_count; i++) {
		/* As keepalived: over the named interface, else by the routing table. */
		int failed = send_to(instance, message, &config->unicast_peers[i].address,
				     config->interface[0] ? instance->interface->base_index : 0);

		error = failed ? failed : error;
	}
	return error;
}

int instance_advertise(struct instance *instance, uint8_t priority)
{
	struct vrrp_message message = make_message(instance, priority);
	int error;

	if (!instance->interface->base_index && instance->config->interface[0])
		return -ENODEV; /* that the interface is missing has been reported */
	/* Packets report another priority: the next advert comes when no node claims it. */
	if (priority && instance->handover->word == HANDOVER_OFFERS)
		return 0;
	if (instance_guard_expired(instance, clock_now_ns()))
		return -ESTALE; /* another node may be Active by now; the next event steps this one down */
	error = send_to_all(instance, &message);
	if (error && error != instance->adverts->error)
		log_error("%s: advert on %s was not sent: %s", instance->config->name,
			  instance_interface_name(instance), limits_strerror(-error));
	instance->adverts->error = error;
	instance->adverts->sent_count += !error;
	instance->adverts->release_sent_count += !error && priority == VRRP_PRIORITY_RELEASE;
	return error;
}
