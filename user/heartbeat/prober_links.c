/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of the prober: their sockets, and where their packets go. A link whose address is not
 * on this machine yet has no socket; it is opened when the address comes. */
#include "user/heartbeat/prober_links.h"
#include "user/heartbeat/own_links.h"
#include "user/heartbeat/port_holder.h"
#include "user/heartbeat/probe_socket.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/netlink/local_address.h"
#include "user/net/netlink/vlan_device.h"
#include "user/net/send_buffer.h"
#include <errno.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPEN_SPACING_NS NS_PER_SECOND

int prober_link_allocate(struct prober_link *link, size_t count)
{
	link->count = count;
	count = count ? count : 1;
	link->packets = calloc(count, sizeof(*link->packets));
	link->messages = calloc(count, sizeof(*link->messages));
	link->data = calloc(count, sizeof(*link->data));
	link->to = calloc(count, sizeof(*link->to));
	return link->packets && link->messages && link->data && link->to ? 0 : -ENOMEM;
}

/* The tag that heartbeats have on the link's interface if this node's address is on a VLAN
 * interface over it. Where tags are removed before the program runs, it cannot demand one. */
static uint16_t find_vlan(const struct local_address *list, size_t count,
			  const struct xb_address *local, const struct attachment *attachment)
{
	const char *device = probe_socket_device(list, count, local, attachment->interface);
	int vlan_id = device ? vlan_device_id(if_nametoindex(device), attachment->interface_index)
			     : -ENODEV;

	if (vlan_id < 0 || (vlan_id && attachment->vlan_tags != ATTACH_TAGS_VISIBLE))
		return XB_VLAN_ANY;
	return (uint16_t)vlan_id;
}

/* Where packets of the link arrive: interface and VLAN. Through routers they may come anywhere. */
static void write_arrival(struct prober *prober, size_t index)
{
	const struct config_heartbeat *heartbeat = prober->heartbeat;
	const struct attachment *attachment =
		kernel_attachment(prober->kernel, prober->links[index].interface);
	_cleanup_free_ struct local_address *list = NULL;
	uint16_t vlan_id = XB_VLAN_ANY;
	size_t count = 0;

	if (!attachment)
		return;
	/* Without the list: any tag. An index that is no longer right would refuse all. */
	if (!heartbeat->routed[index] && !local_addresses(&list, &count))
		vlan_id =
			find_vlan(list, count, &heartbeat->nodes[prober->own_node].addresses[index],
				  attachment);
	for (size_t i = 0; i < prober->peers->count; i++) {
		struct xb_peer *slot =
			&prober->kernel->peers[prober->peers->list[i].first_slot + index];

		slot->vlan_id = vlan_id;
		slot->interface_index = attachment->is_lowest ? attachment->interface_index : 0;
	}
}

int prober_socket_open(const struct prober *prober, const struct config_heartbeat *heartbeat,
		       size_t own_node, size_t index)
{
	const char *interface = heartbeat->interfaces[index];
	const struct attachment *attachment = kernel_attachment(prober->kernel, interface);

	return probe_socket_open(&heartbeat->nodes[own_node].addresses[index], heartbeat->port,
				 attachment ? attachment->interface_index : 0, interface);
}

static void address_packets(const struct prober *prober, size_t index)
{
	struct prober_link *link = &prober->links[index];
	const struct attachment *attachment = kernel_attachment(prober->kernel, link->interface);
	unsigned interface_index = attachment ? attachment->interface_index : 0;

	for (size_t i = 0; i < link->count; i++) {
		struct msghdr *message = &link->messages[i].msg_hdr;

		link->data[i] = (struct iovec){&link->packets[i], sizeof(link->packets[i])};
		message->msg_namelen = probe_socket_address(
			&link->to[i], &prober->peers->list[i].node->addresses[index],
			prober->heartbeat->port, interface_index);
		message->msg_name = &link->to[i];
		message->msg_iov = &link->data[i];
		message->msg_iovlen = 1;
	}
}

void prober_link_address(struct prober *prober, size_t index)
{
	write_arrival(prober, index);
	address_packets(prober, index);
}

/* Whether a link may be opened later: its address or interface is not there yet, or duplicate
 * address detection (RFC 4862) has not ended. The scope of an IPv6 address without an interface is
 * invalid. */
static bool may_come(int error)
{
	return error == -EADDRNOTAVAIL || error == -ENODEV || error == -EINVAL;
}

/* Opens or reopens the socket of a link, and addresses its packets. One that has a socket keeps it
 * after a failure. */
static int open_link(struct prober *prober, size_t index)
{
	struct prober_link *link = &prober->links[index];
	int fd = prober_socket_open(prober, prober->heartbeat, prober->own_node, index);

	link->open_error = fd < 0 ? fd : 0;
	if (fd < 0)
		return fd;
	send_buffer_grow(fd, link->count);
	if (link->socket >= 0)
		close(link->socket);
	link->socket = fd;
	bypass_use_socket(&prober->peers->bypass[index], fd);
	prober_link_address(prober, index);
	return 0;
}

void prober_explain_unusable(const struct config_heartbeat *heartbeat, size_t own_node,
			     size_t index, int error, char reason[static PROBER_REASON_BYTES])
{
	const struct xb_address *own = &heartbeat->nodes[own_node].addresses[index];
	char text[ADDRESS_TEXT_BYTES], holder[PORT_HOLDER_BYTES];

	address_format(own, text);
	if (error == -EADDRINUSE)
		snprintf(
			reason, PROBER_REASON_BYTES,
			"cannot use %s port %u for heartbeats: it is held by %s; end that, or use another port (below 1024 only root can take it)",
			text, heartbeat->port, port_holder_describe(own, heartbeat->port, holder));
	else
		snprintf(
			reason, PROBER_REASON_BYTES,
			"cannot use %s port %u for heartbeats: %s; check that the address is on %s",
			text, heartbeat->port, limits_strerror(-error),
			heartbeat->interfaces[index]);
}

int prober_link_start(struct prober *prober, size_t index)
{
	struct prober_link *link = &prober->links[index];
	char reason[PROBER_REASON_BYTES];
	int error;

	link->socket = -1;
	link->interface = prober->heartbeat->interfaces[index];
	link->local = prober->heartbeat->nodes[prober->own_node].addresses[index];
	if (prober_link_allocate(link, prober->peers->count))
		return -ENOMEM;
	error = open_link(prober, index);
	if (!error || may_come(error))
		return 0;
	prober_explain_unusable(prober->heartbeat, prober->own_node, index, error, reason);
	log_error("%s", reason);
	return error;
}

void prober_links_open(struct prober *prober, uint64_t now_ns)
{
	if (prober->open_due_ns && !time_reached(now_ns, prober->open_due_ns))
		return;
	prober->open_due_ns = now_ns + OPEN_SPACING_NS;
	for (size_t index = 0; index < prober->link_count; index++)
		if (prober->links[index].socket < 0)
			open_link(prober, index);
}

/* A link without a socket is reported by note_sending(). */
void prober_address_added(struct prober *prober, const struct address_event *event)
{
	const struct config_node *own = &prober->heartbeat->nodes[prober->own_node];

	for (size_t index = 0; index < prober->link_count; index++) {
		int error = 0;

		if (address_equal(&own->addresses[index], &event->address))
			error = open_link(prober, index);
		if (error && error != -EADDRINUSE &&
		    prober->links[index].socket >= 0) /* then the one before still works */
			log_warning("heartbeats on %s: cannot reopen the socket: %s",
				    prober->links[index].interface, limits_strerror(-error));
	}
}

void prober_interface_changed(struct prober *prober, const char *interface)
{
	for (size_t index = 0; index < prober->link_count; index++)
		if (strcmp(prober->links[index].interface, interface) != 0)
			continue;
		else if (prober->links[index].socket < 0)
			open_link(prober, index);
		else
			write_arrival(prober, index);
}

void prober_link_stop(struct prober *prober, size_t index)
{
	bypass_use_socket(&prober->peers->bypass[index], -1);
	prober_link_free(&prober->links[index]);
}

void prober_link_free(struct prober_link *link)
{
	if (link->socket >= 0)
		close(link->socket);
	free(link->packets);
	free(link->messages);
	free(link->data);
	free(link->to);
}

/* What keeps this node's own PROBEs from leaving is no fault of a peer. */
static void report_sending(const struct prober_link *link, struct peers *peers, int error)
{
	char subject[XB_NAME_BYTES + 8], text[ADDRESS_TEXT_BYTES];

	snprintf(subject, sizeof(subject), "self/%s", link->interface);
	if (error && link->socket < 0 && may_come(-error))
		event_log_add(peers->event_log, "probes", subject, "sent", "not sent",
			      "this node's address %s is not on this machine: waits for it",
			      address_format(&link->local, text));
	else if (error)
		event_log_add(peers->event_log, "probes", subject, "sent", "not sent", "%s%s",
			      limits_strerror(error), peers_send_remedy(error));
	else
		event_log_add(peers->event_log, "probes", subject, "not sent", "sent",
			      "they leave again");
}

/* Returns 0, or the errno of a message that could not be sent. sendmmsg stops at the first; the
 * others must still be sent. */
static int send_messages(const struct prober_link *link)
{
	size_t sent = 0;
	int error = 0;

	while (sent < link->count) {
		int done = sendmmsg(link->socket, link->messages + sent,
				    (unsigned)(link->count - sent), 0);

		if (done <= 0) {
			error = done < 0 ? errno : EIO;
			done = 1;
		}
		sent += (size_t)done;
	}
	return error;
}

static void note_sending(struct prober_link *link, struct peers *peers, size_t index, int error)
{
	if (error != link->last_error)
		report_sending(link, peers, error);
	link->last_error = error;
	peers->send_error[index] = error;
	peers->lacks_address[index] = link->socket < 0 && may_come(link->open_error);
}

void prober_link_send(struct prober *prober, size_t index)
{
	struct prober_link *link = &prober->links[index];

	note_sending(link, prober->peers, index,
		     link->socket < 0 ? -link->open_error : send_messages(link));
}

void prober_report_waits(struct prober *prober)
{
	for (size_t index = 0; index < prober->link_count; index++)
		if (prober->links[index].socket < 0)
			note_sending(&prober->links[index], prober->peers, index,
				     -prober->links[index].open_error);
}
