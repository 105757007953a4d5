/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds and sends adverts. */
#include "user/vrrp/effects/advertise.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/packet.h"
#include "user/core/vrrp/vrrp.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/advert_socket.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/services.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Adverts that leave and fail by turns are reported this often. */
#define REPORT_SPACING_NS (10 * NS_PER_SECOND)

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

/* As the peers send: over IPv4 all kinds of checksum are in use, and keepalived's default is with
 * pseudo-header. */
static uint8_t pseudo_header(const struct instance *instance)
{
	struct xb_vrrp router;

	if (instance->config->plain_checksum)
		return XB_PSEUDO_NONE;
	if (instance->config->old_unicast_checksum)
		return XB_PSEUDO_GROUP;
	instance_router_read(instance, &router);
	return router.received_count == 0 || router.version != 3 ? XB_PSEUDO_DESTINATION
								 : router.pseudo_header;
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
		.pseudo_header = pseudo_header(instance),
		.group = config->group,
		.has_password = config->authentication == CONFIG_AUTHENTICATION_PASS,
		.source = parameters->primary_address,
		.destination = config->group,
		.no_addresses = config->no_addresses,
		.addresses = instance->vips->advertised,
		.address_count = instance->vips->advertised_count,
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

/* An instance of one network has one destination. */
struct outcome {
	int error; /* of the last that failed; 0: all left */
	bool left; /* at least one did */
};

static void add_outcome(struct outcome *outcome, int error)
{
	if (error)
		outcome->error = error;
	else
		outcome->left = true;
}

static struct outcome send_to_all(const struct instance *instance, struct vrrp_message *message)
{
	const struct config_instance *config = instance->config;
	unsigned interface_index = config->vmac_xmit_base ? instance->interface->base_index
							  : instance_address_index(instance);
	struct outcome outcome = {0};

	if (!config->unicast_peer_count) /* index 0 would follow the default route */
		add_outcome(&outcome, interface_index ? send_to(instance, message, &config->group,
								interface_index)
						      : -ENODEV);
	/* As keepalived: over the named interface, else by the routing table. */
	for (size_t i = 0; i < config->unicast_peer_count; i++)
		add_outcome(&outcome, send_to(instance, message, &config->unicast_peers[i].address,
					      instance_unicast_index(instance)));
	return outcome;
}

const char *instance_advert_failure(const struct instance *instance,
				    char text[static ADVERT_FAILURE_BYTES])
{
	int error = -instance->adverts->failure;
	const char *remedy = "";

	if (error == EPERM)
		remedy = "; this machine's own packet filter drops IP protocol 112: let it out";
	else if (error == EACCES)
		remedy = "; a route or routing rule prohibits it (ip rule)";
	else if (error == EMSGSIZE)
		remedy = "; raise the MTU, or move addresses to virtual_ipaddress_excluded";
	else if (error == ENETUNREACH || error == EHOSTUNREACH)
		remedy = "; check the interface and the routes";
	snprintf(text, ADVERT_FAILURE_BYTES, "%s%s%s%s", limits_strerror(error),
		 instance->config->interface[0] ? " on " : "",
		 instance->config->interface[0] ? instance_interface_name(instance) : "", remedy);
	return text;
}

/* A queue that is full for a moment is no lasting failure. */
static bool is_lasting(int error)
{
	return error != -EAGAIN && error != -ENOBUFS && error != -ENOMEM && error != -EINTR;
}

static void report_failure(struct instance *instance, uint64_t now_ns)
{
	struct instance_adverts *adverts = instance->adverts;
	char text[ADVERT_FAILURE_BYTES];

	if (adverts->failure_reported ||
	    (adverts->reported_ns &&
	     time_since_ns(now_ns, adverts->reported_ns) < REPORT_SPACING_NS))
		return;
	adverts->failure_reported = true;
	adverts->reported_ns = now_ns;
	event_log_add(instance->event_log, "adverts", instance->config->name, "sent", "not sent",
		      "%s", instance_advert_failure(instance, text));
}

static void note_failure(struct instance *instance, int error)
{
	struct instance_adverts *adverts = instance->adverts;
	uint64_t now_ns = clock_now_ns();

	if (!is_lasting(error))
		return;
	if (!adverts->failing_since_ns)
		adverts->failing_since_ns = now_ns;
	adverts->failure = error;
	report_failure(instance, now_ns);
}

static void note_success(struct instance *instance)
{
	struct instance_adverts *adverts = instance->adverts;

	if (adverts->failure_reported)
		event_log_add(instance->event_log, "adverts", instance->config->name, "not sent",
			      "sent", "they leave again");
	adverts->failure_reported = false;
	adverts->failing_since_ns = 0;
}

int instance_advertise_trial(struct instance *instance)
{
	static const struct xb_signed_trailer no_signature;
	struct vrrp_message message = make_message(instance, instance->vrrp.effective_priority);
	struct outcome outcome;

	message.vrid = 0;
	message.trial = true;
	if (instance_signing_signs(instance))
		message.trailer = &no_signature; /* as long as a signed one, and means nothing */
	outcome = send_to_all(instance, &message);
	if (outcome.left)
		note_success(instance);
	else
		instance->adverts->failure = outcome.error;
	return outcome.left ? 0 : outcome.error;
}

/* Of several peers, one that cannot be reached is logged; the others hear this node. */
static int advertise(struct instance *instance, uint8_t priority)
{
	struct vrrp_message message = make_message(instance, priority);
	struct instance_adverts *adverts = instance->adverts;
	struct xb_signed_trailer trailer;
	struct outcome outcome = {.error = instance_signing_sign(instance, &message, &trailer)};

	if (!outcome.error)
		outcome = send_to_all(instance, &message);
	if (outcome.error && outcome.error != adverts->error &&
	    (outcome.left || !is_lasting(outcome.error)))
		log_instance(LOG_ERR, instance->config->name, "advert on %s was not sent: %s",
			     instance_interface_name(instance), limits_strerror(-outcome.error));
	adverts->error = outcome.error;
	adverts->sent_count += !outcome.error;
	adverts->release_sent_count += !outcome.error && priority == VRRP_PRIORITY_RELEASE;
	if (outcome.left)
		note_success(instance);
	else
		note_failure(instance, outcome.error);
	return outcome.error;
}

int instance_advertise(struct instance *instance, uint8_t priority)
{
	if (!instance->interface->base_index && instance->config->interface[0])
		return -ENODEV; /* that the interface is missing has been reported */
	/* Packets report another priority: the next advert comes when no node claims it. */
	if (priority && instance->handover->word == HANDOVER_OFFERS)
		return 0;
	if (instance_guard_expired(instance, clock_now_ns()))
		return -ESTALE; /* another node may be Active by now; the next event steps this one down */
	return advertise(instance, priority);
}
