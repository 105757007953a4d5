/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For tests only: sends packets that xbeatd's own code builds, so that other decoders and
 * neighbours can check them without a daemon.
 *
 *   send_packets -i IFACE -s SOURCE -d DESTINATION [OPTION...] ADDRESS...   an advert
 *   send_packets -i IFACE -a REPEAT [-g INTERVAL_MS] [-c CANCELLED] ADDRESS...   announcements
 *
 * Of adverts: -v VERSION (3), -p PASSWORD, -t TTL (255), -n without pseudo-header, -r by routing.
 */
#include "user/core/vrrp/packet.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include "user/net/advert_socket.h"
#include "user/net/announce.h"
#include <errno.h>
#include <event2/event.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct order {
	unsigned interface_index;
	bool by_routing;
	unsigned announce_repeat; /* 0: an advert */
	uint64_t interval_ns;
	bool cancels;
	struct xb_address cancelled;
	struct vrrp_message message;
	struct xb_address addresses[VRRP_ADDRESSES_MAX];
};

static void fail(const char *what, int error)
{
	fprintf(stderr, "send_packets: %s: %s\n", what, strerror(-error));
	exit(EXIT_FAILURE);
}

static struct xb_address read_address(const char *text)
{
	struct xb_address address;
	int error = address_parse(text, &address);

	if (error)
		fail(text, error);
	return address;
}

static void take_option(struct order *order, int option, const char *value)
{
	struct vrrp_message *message = &order->message;

	switch (option) {
	case 'i':
		order->interface_index = if_nametoindex(value);
		break;
	case 'a':
		order->announce_repeat = (unsigned)atoi(value);
		break;
	case 'g':
		order->interval_ns = (uint64_t)atoi(value) * NS_PER_MS;
		break;
	case 'c':
		order->cancels = true;
		order->cancelled = read_address(value);
		break;
	case 's':
		message->source = read_address(value);
		break;
	case 'd':
		message->destination = read_address(value);
		break;
	case 'v':
		message->version = (uint8_t)atoi(value);
		break;
	case 'p':
		message->has_password = true;
		memcpy(message->password, value, strnlen(value, sizeof(message->password)));
		break;
	case 't':
		message->ttl = (uint8_t)atoi(value);
		break;
	case 'n':
		message->pseudo_header = false;
		break;
	case 'r':
		order->by_routing = true;
		break;
	default:
		fail("see the head of its source for the options", -EINVAL);
	}
}

static void read_order(struct order *order, int argc, char **argv)
{
	int option;

	while ((option = getopt(argc, argv, "i:a:g:c:s:d:v:p:t:nr")) != -1)
		take_option(order, option, optarg);
	if (!order->interface_index)
		fail("no such interface", -ENODEV);
	order->message.addresses = order->addresses;
	for (; optind < argc && order->message.address_count < VRRP_ADDRESSES_MAX; optind++)
		order->addresses[order->message.address_count++] = read_address(argv[optind]);
	order->message.no_addresses = !order->message.address_count;
}

static void advertise(const struct order *order)
{
	const struct vrrp_message *message = &order->message;
	uint8_t packet[VRRP_PACKET_BYTES_MAX];
	int length = vrrp_packet_build(message, packet, sizeof(packet));
	int fd = advert_open(address_family(&message->source)), error;

	if (length < 0 || fd < 0)
		fail("an advert", length < 0 ? length : fd);
	error = advert_send(fd, order->by_routing ? 0 : order->interface_index,
			    &message->destination, packet, (size_t)length);
	if (error)
		fail("sending the advert", error);
	close(fd);
}

/* Until the queue is empty and no timer is left. */
static void announce_all(const struct order *order)
{
	struct event_base *base = event_base_new();
	const struct config config = {.garp_interval_ns = order->interval_ns,
				      .gna_interval_ns = order->interval_ns};
	struct announcer *announcer = announcer_start(base, &config);
	struct announce_target target = {.interface_index = order->interface_index};

	if (!announcer)
		exit(EXIT_FAILURE);
	for (size_t i = 0; i < order->message.address_count; i++) {
		int error;

		target.address = order->addresses[i];
		error = announce(announcer, &target, order->announce_repeat);
		if (error)
			fail("announcing", error);
	}
	target.address = order->cancelled;
	if (order->cancels)
		announce_cancel(announcer, &target);
	event_base_dispatch(base);
	announcer_stop(announcer);
	event_base_free(base);
}

int main(int argc, char **argv)
{
	struct order order = {.message = {.version = 3,
					  .vrid = 51,
					  .priority = 150,
					  .interval_cs = 100,
					  .ttl = VRRP_TTL,
					  .pseudo_header = true}};

	read_order(&order, argc, argv);
	if (order.announce_repeat)
		announce_all(&order);
	else
		advertise(&order);
	return EXIT_SUCCESS;
}
