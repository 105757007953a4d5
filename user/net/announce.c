/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Announcements are sent as whole frames by a packet socket that receives nothing.
 *
 * Without an interval they are sent at once. With one, each interface, or group of interfaces, and
 * family has a lane from a transmission until an interval after it: a queue of addresses and a timer.
 * Addresses take turns, so that each is announced once before the first is repeated.
 */
#include "user/net/announce.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/neighbour_packet.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/queue.h>
#include <sys/socket.h>

#define FRAMES_AT_ONCE 16

struct pending {
	TAILQ_ENTRY(pending) links;
	struct announce_target target;
	unsigned remaining_count;
};

TAILQ_HEAD(pending_queue, pending);

struct lane {
	LIST_ENTRY(lane) links;
	struct announcer *announcer;
	unsigned group;
	unsigned interface_index; /* without a group */
	uint8_t family;
	struct event *timer;
	struct pending_queue queue;
};

LIST_HEAD(lane_list, lane);

struct announcer {
	struct event_base *base;
	int socket;
	const struct config *config; /* its intervals */
	struct lane_list lanes;
};

/* Every value of net.ipv6.conf.INTERFACE.forwarding above 0 means a router. */
static bool is_router(const char *interface)
{
	char path[sizeof("/proc/sys/net/ipv6/conf//forwarding") + IFNAMSIZ], value = '0';
	_cleanup_close_ int fd = -1;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/forwarding", interface);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd >= 0 && read(fd, &value, 1) == 1 && value != '0';
}

/* Returns the frame's length; 0 if the interface has no neighbours that understand it (a
 * loopback or point-to-point device); or a negative errno. */
static int make_frame(int socket, unsigned interface_index, const struct xb_address *address,
		      uint8_t frame[static NEIGHBOUR_PACKET_BYTES_MAX])
{
	struct ifreq request = {.ifr_ifindex = (int)interface_index};
	bool router;

	if (ioctl(socket, SIOCGIFNAME, &request) < 0)
		return -errno;
	router = !address_is_ipv4(address) && is_router(request.ifr_name);
	if (ioctl(socket, SIOCGIFHWADDR, &request) < 0)
		return -errno;
	if (request.ifr_hwaddr.sa_family != ARPHRD_ETHER)
		return 0;
	return (int)neighbour_packet_build(address, (const uint8_t *)request.ifr_hwaddr.sa_data,
					   router, frame);
}

static int send_frames(int socket, unsigned interface_index, uint8_t *frame, size_t bytes,
		       unsigned count)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_ifindex = (int)interface_index,
				 .sll_halen = NEIGHBOUR_MAC_BYTES};
	struct iovec data = {.iov_base = frame, .iov_len = bytes};
	struct mmsghdr messages[FRAMES_AT_ONCE];

	memcpy(&to.sll_protocol, frame + offsetof(struct ether_header, ether_type), 2);
	memcpy(to.sll_addr, frame, NEIGHBOUR_MAC_BYTES);
	for (size_t i = 0; i < FRAMES_AT_ONCE; i++)
		messages[i].msg_hdr = (struct msghdr){.msg_name = &to,
						      .msg_namelen = sizeof(to),
						      .msg_iov = &data,
						      .msg_iovlen = 1};
	while (count) {
		int sent = sendmmsg(socket, messages,
				    count < FRAMES_AT_ONCE ? count : FRAMES_AT_ONCE, 0);

		if (sent < 0)
			return -errno;
		count -= (unsigned)sent;
	}
	return 0;
}

static int send_now(const struct announcer *announcer, const struct announce_target *target,
		    unsigned count)
{
	uint8_t frame[NEIGHBOUR_PACKET_BYTES_MAX];
	int bytes = make_frame(announcer->socket, target->interface_index, &target->address, frame);

	return bytes <= 0 ? bytes
			  : send_frames(announcer->socket, target->interface_index, frame,
					(size_t)bytes, count);
}

/* A reload may have removed the group of a lane. */
static uint64_t interval_ns(const struct announcer *announcer, unsigned group, uint8_t family)
{
	const struct config *config = announcer->config;

	if (group > config->garp_group_count)
		return 0;
	if (group)
		return family == 4 ? config->garp_groups[group - 1].garp_interval_ns
				   : config->garp_groups[group - 1].gna_interval_ns;
	return family == 4 ? config->garp_interval_ns : config->gna_interval_ns;
}

static struct lane *find_lane(const struct announcer *announcer,
			      const struct announce_target *target)
{
	struct lane *lane;

	LIST_FOREACH(lane, &announcer->lanes, links)
	if (lane->group == target->group &&
	    (target->group || lane->interface_index == target->interface_index) &&
	    lane->family == address_family(&target->address))
		return lane;
	return NULL;
}

static struct pending *find_pending(const struct lane *lane, const struct announce_target *target)
{
	struct pending *pending;

	TAILQ_FOREACH(pending, &lane->queue, links)
	if (pending->target.interface_index == target->interface_index &&
	    address_equal(&pending->target.address, &target->address))
		return pending;
	return NULL;
}

static void forget(struct lane *lane, struct pending *pending)
{
	TAILQ_REMOVE(&lane->queue, pending, links);
	free(pending);
}

static void close_lane(struct lane *lane)
{
	while (!TAILQ_EMPTY(&lane->queue))
		forget(lane, TAILQ_FIRST(&lane->queue));
	LIST_REMOVE(lane, links);
	if (lane->timer)
		event_free(lane->timer);
	free(lane);
}

/* Sends one, and moves its address to the end of the queue. */
static void send_next(struct lane *lane)
{
	struct pending *pending = TAILQ_FIRST(&lane->queue);
	int error = send_now(lane->announcer, &pending->target, 1);
	char text[ADDRESS_TEXT_BYTES];

	if (error)
		log_error("cannot announce %s on interface %u: %s",
			  address_format(&pending->target.address, text),
			  pending->target.interface_index, limits_strerror(-error));
	if (error || --pending->remaining_count == 0) {
		forget(lane, pending);
		return;
	}
	TAILQ_REMOVE(&lane->queue, pending, links);
	TAILQ_INSERT_TAIL(&lane->queue, pending, links);
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct lane *lane = context;

	(void)fd;
	(void)what;
	if (TAILQ_EMPTY(&lane->queue)) {
		close_lane(lane);
		return;
	}
	send_next(lane);
	clock_arm(lane->timer,
		  clock_now_ns() + interval_ns(lane->announcer, lane->group, lane->family));
}

/* A new lane's timer fires at once. Returns NULL without memory. */
static struct lane *open_lane(struct announcer *announcer, const struct announce_target *target)
{
	struct lane *lane = calloc(1, sizeof(*lane));

	if (!lane)
		return NULL;
	lane->announcer = announcer;
	lane->group = target->group;
	lane->interface_index = target->interface_index;
	lane->family = address_family(&target->address);
	TAILQ_INIT(&lane->queue);
	LIST_INSERT_HEAD(&announcer->lanes, lane, links);
	lane->timer = evtimer_new(announcer->base, on_turn, lane);
	if (!lane->timer) {
		close_lane(lane);
		return NULL;
	}
	clock_arm(lane->timer, clock_now_ns());
	return lane;
}

static int enqueue(struct lane *lane, const struct announce_target *target, unsigned repeat)
{
	struct pending *pending = find_pending(lane, target);

	if (!pending) {
		pending = calloc(1, sizeof(*pending));
		if (!pending)
			return -ENOMEM;
		pending->target = *target;
		TAILQ_INSERT_TAIL(&lane->queue, pending, links);
	}
	if (pending->remaining_count < repeat)
		pending->remaining_count = repeat;
	return 0;
}

int announce(struct announcer *announcer, const struct announce_target *target, unsigned repeat)
{
	struct lane *lane = find_lane(announcer, target);

	if (!repeat)
		return 0;
	if (!lane && !interval_ns(announcer, target->group, address_family(&target->address)))
		return send_now(announcer, target, repeat);
	if (!lane)
		lane = open_lane(announcer, target);
	return lane ? enqueue(lane, target, repeat) : -ENOMEM;
}

void announce_cancel(struct announcer *announcer, const struct announce_target *target)
{
	struct lane *lane = find_lane(announcer, target);
	struct pending *pending = lane ? find_pending(lane, target) : NULL;

	if (pending)
		forget(lane, pending);
}

struct announcer *announcer_start(struct event_base *base, const struct config *config)
{
	struct announcer *announcer = calloc(1, sizeof(*announcer));
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (!announcer || fd < 0) {
		log_error("cannot open the socket for gratuitous ARP: %s; xbeatd needs CAP_NET_RAW",
			  limits_strerror(errno));
		cleanup_close(&fd);
		free(announcer);
		return NULL;
	}
	announcer->base = base;
	announcer->socket = fd;
	LIST_INIT(&announcer->lanes);
	announcer->config = config;
	return announcer;
}

void announcer_reload(struct announcer *announcer, const struct config *config)
{
	announcer->config = config;
}

void announcer_stop(struct announcer *announcer)
{
	if (!announcer)
		return;
	while (!LIST_EMPTY(&announcer->lanes))
		close_lane(LIST_FIRST(&announcer->lanes));
	close(announcer->socket);
	free(announcer);
}
