/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of another heartbeat block take the place of the present ones; see prober.h. */
#include "user/heartbeat/detection.h"
#include "user/heartbeat/prober_links.h"
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/net/send_buffer.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

/* The links of another block, until they are taken. */
struct prober_change {
	const struct config_heartbeat *heartbeat;
	size_t own_node;
	struct prober_link links[XB_LINKS_MAX];
	bool kept[XB_LINKS_MAX]; /* the socket of the present link goes on */
	struct extra_probes extra; /* counts NULL: the present one goes on */
};

static bool is_bound_to(int fd, const char *interface)
{
	char device[IFNAMSIZ] = "";
	socklen_t length = sizeof(device);

	return fd >= 0 && !getsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, &length) &&
	       !strcmp(device, interface);
}

static bool has_same_address(const struct prober *prober, const struct prober_change *change,
			     size_t index)
{
	const struct config_heartbeat *from = prober->heartbeat, *to = change->heartbeat;

	return index < prober->link_count && from->port == to->port &&
	       address_equal(&from->nodes[prober->own_node].addresses[index],
			     &to->nodes[change->own_node].addresses[index]);
}

/* Whether a socket of the present block can go on. It is bound to the interface that has the
 * address: if the block named a wrong one, that is the new one already. */
static bool is_same_link(const struct prober *prober, const struct prober_change *change,
			 size_t index)
{
	const char *interface = change->heartbeat->interfaces[index];

	return has_same_address(prober, change, index) &&
	       (!strcmp(prober->heartbeat->interfaces[index], interface) ||
		is_bound_to(prober->links[index].socket, interface));
}

/* Writes the reason unless memory is short. */
static int prepare_link(const struct prober *prober, struct prober_change *change, size_t index,
			char reason[static PROBER_REASON_BYTES])
{
	const struct config_heartbeat *to = change->heartbeat;
	struct prober_link *link = &change->links[index];

	link->interface = to->interfaces[index];
	link->local = to->nodes[change->own_node].addresses[index];
	if (prober_link_allocate(link, to->node_count - 1))
		return -ENOMEM;
	change->kept[index] = is_same_link(prober, change, index);
	if (change->kept[index])
		return 0;
	link->socket = prober_socket_open(prober, to, change->own_node, index);
	if (link->socket < 0) {
		int error = link->socket;

		/* This daemon holds it, on the interface that has the address. */
		if (error == -EADDRINUSE && has_same_address(prober, change, index))
			error = -EADDRNOTAVAIL;
		prober_explain_unusable(to, change->own_node, index, error, reason);
		return error;
	}
	send_buffer_grow(link->socket, link->count);
	return 0;
}

static size_t window_ticks(const struct config_heartbeat *heartbeat)
{
	const struct liveness_timing timing = detection_timing(heartbeat);

	return detection_intervals(timing.detection_time_ns, timing.interval_ns);
}

static int prepare_extra(const struct prober *prober, struct prober_change *change)
{
	size_t ticks = window_ticks(change->heartbeat);

	return ticks == window_ticks(prober->heartbeat) ? 0
							: extra_probes_start(&change->extra, ticks);
}

int prober_change_prepare(const struct prober *prober, const struct config_heartbeat *heartbeat,
			  size_t own_node, struct prober_change **prepared,
			  char reason[static PROBER_REASON_BYTES])
{
	struct prober_change *change = calloc(1, sizeof(*change));
	int error = change ? 0 : -ENOMEM;

	snprintf(reason, PROBER_REASON_BYTES, "out of memory");
	if (!error) {
		*change = (struct prober_change){.heartbeat = heartbeat, .own_node = own_node};
		for (size_t i = 0; i < XB_LINKS_MAX; i++)
			change->links[i].socket = -1;
		error = prepare_extra(prober, change);
	}
	for (size_t i = 0; !error && i < heartbeat->interface_count; i++)
		error = prepare_link(prober, change, i, reason);
	if (error) {
		prober_change_free(change);
		change = NULL;
	}
	*prepared = change;
	return error;
}

/* Takes over the socket of a link that is the same. */
static void keep_sockets(struct prober *prober, struct prober_change *change)
{
	for (size_t i = 0; i < change->heartbeat->interface_count; i++) {
		if (!change->kept[i])
			continue;
		change->links[i].socket = prober->links[i].socket;
		change->links[i].last_error = prober->links[i].last_error;
		change->links[i].open_error = prober->links[i].open_error;
		prober->links[i].socket = -1;
		if (change->links[i].socket >= 0)
			send_buffer_grow(change->links[i].socket, change->links[i].count);
	}
}

static void take_link(struct prober *prober, size_t index, bool kept)
{
	prober_link_address(prober, index);
	if (kept)
		return;
	bypass_use_socket(&prober->peers->bypass[index], prober->links[index].socket);
	prober->peers->send_error[index] = 0;
	prober->peers->lacks_address[index] = false;
}

void prober_change_apply(struct prober *prober, struct prober_change *change)
{
	uint64_t interval_ns = prober->heartbeat->interval_ns;

	keep_sockets(prober, change);
	for (size_t i = 0; i < prober->link_count; i++) {
		if (i >= change->heartbeat->interface_count)
			bypass_use_socket(&prober->peers->bypass[i], -1);
		prober_link_free(&prober->links[i]);
	}
	prober->heartbeat = change->heartbeat;
	prober->own_node = change->own_node;
	prober->link_count = change->heartbeat->interface_count;
	memcpy(prober->links, change->links, sizeof(change->links));
	for (size_t i = 0; i < prober->link_count; i++)
		take_link(prober, i, change->kept[i]);
	if (change->extra.counts) {
		/* What left lately goes on to widen the window of acks. */
		change->extra.counts[0] = change->extra.total = prober->extra.total;
		extra_probes_stop(&prober->extra);
		prober->extra = change->extra;
	}
	free(change);
	if (interval_ns == prober->heartbeat->interval_ns)
		return;
	prober->due_ns = clock_now_ns();
	peers_expect_tick(prober->peers, prober->due_ns);
	clock_arm(prober->tick, prober->due_ns);
}

void prober_change_free(struct prober_change *change)
{
	for (size_t i = 0; change && i < XB_LINKS_MAX; i++)
		prober_link_free(&change->links[i]);
	if (change)
		extra_probes_stop(&change->extra);
	free(change);
}
