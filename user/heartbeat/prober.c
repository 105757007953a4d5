/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends PROBEs and QUERYs; see prober.h. The sockets only send: answers are taken by the XDP
 * program. */
#include "user/heartbeat/prober.h"
#include "user/core/heartbeat.h"
#include "user/heartbeat/answers.h"
#include "user/heartbeat/detection.h"
#include "user/heartbeat/port_holder.h"
#include "user/kernel/app_pages.h"
#include "user/kernel/self.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/local_address.h"
#include "user/net/send_buffer.h"
#include "user/net/vlan_device.h"
#include <errno.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

union socket_address {
	struct sockaddr any;
	struct sockaddr_in ipv4;
	struct sockaddr_in6 ipv6;
};

/* All PROBEs of one link: sent in one system call. */
struct prober_link {
	int socket;
	int last_error; /* so that a lasting failure is logged once */
	const char *interface;
	struct xb_packet *packets;
	struct mmsghdr *messages;
	struct iovec *data;
	union socket_address *to;
	size_t count;
};

static socklen_t make_address(union socket_address *to, const struct xb_address *address,
			      uint16_t port, unsigned interface_index)
{
	memset(to, 0, sizeof(*to));
	if (address_is_ipv4(address)) {
		to->ipv4.sin_family = AF_INET;
		to->ipv4.sin_port = htons(port);
		to->ipv4.sin_addr.s_addr = address_to_ipv4(address);
		return sizeof(to->ipv4);
	}
	to->ipv6.sin6_family = AF_INET6;
	to->ipv6.sin6_port = htons(port);
	memcpy(&to->ipv6.sin6_addr, address->bytes, 16);
	if (IN6_IS_ADDR_LINKLOCAL(&to->ipv6.sin6_addr))
		to->ipv6.sin6_scope_id = interface_index;
	return sizeof(to->ipv6);
}

/* Queue nothing on a socket that is never read. */
static int refuse_input(int fd)
{
	struct sock_filter drop = {.code = BPF_RET | BPF_K, .k = 0};
	struct sock_fprog program = {.len = 1, .filter = &drop};

	return setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) ? -errno : 0;
}

static int mark_as_network_control(int fd, bool ipv4)
{
	int class = IPTOS_CLASS_CS6;

	if (ipv4)
		return setsockopt(fd, IPPROTO_IP, IP_TOS, &class, sizeof(class));
	return setsockopt(fd, IPPROTO_IPV6, IPV6_TCLASS, &class, sizeof(class));
}

/* The device that has the address: the link's own if it does, else another (a VLAN's, perhaps), but
 * not the loopback, from where addresses are routed. Returns NULL for none. */
static const char *find_device(const struct local_address *list, size_t count,
			       const struct xb_address *address, const char *preferred)
{
	const char *device = NULL;

	for (size_t i = 0; i < count; i++) {
		if (!address_equal(&list[i].address, address))
			continue;
		if (!strcmp(list[i].interface, preferred))
			return preferred;
		if (!device && strcmp(list[i].interface, "lo") != 0)
			device = list[i].interface;
	}
	return device;
}

/* So that a link that has lost its route does not use another interface. */
static int bind_to_device(int fd, const struct xb_address *local, const char *preferred)
{
	_cleanup_free_ struct local_address *list = NULL;
	const char *device;
	size_t count = 0;

	if (local_addresses(&list, &count))
		return -ENOMEM;
	device = find_device(list, count, local, preferred);
	if (device &&
	    setsockopt(fd, SOL_SOCKET, SO_BINDTODEVICE, device, (socklen_t)strlen(device)))
		return -errno;
	return 0;
}

static int open_socket(const struct xb_address *local, uint16_t port, unsigned interface_index,
		       const char *interface)
{
	union socket_address from;
	socklen_t length = make_address(&from, local, port, interface_index);
	int fd = socket(from.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int error;

	if (fd < 0)
		return -errno;
	error = refuse_input(fd);
	if (!error)
		error = bind_to_device(fd, local, interface);
	mark_as_network_control(fd, address_is_ipv4(local));
	if (!error && bind(fd, &from.any, length))
		error = -errno;
	if (error) {
		close(fd);
		return error;
	}
	return fd;
}

static int allocate(struct prober_link *link, size_t count)
{
	link->packets = calloc(count, sizeof(*link->packets));
	link->messages = calloc(count, sizeof(*link->messages));
	link->data = calloc(count, sizeof(*link->data));
	link->to = calloc(count, sizeof(*link->to));
	return link->packets && link->messages && link->data && link->to ? 0 : -ENOMEM;
}

/* The tag that heartbeats have on the link's interface if this node's address is on a VLAN interface
 * over it. Where tags are removed before the program runs, it cannot demand one. */
static uint16_t find_vlan(const struct local_address *list, size_t count,
			  const struct xb_address *local, const struct attachment *attachment)
{
	const char *device = find_device(list, count, local, attachment->interface);
	int vlan_id = device ? vlan_device_id(if_nametoindex(device), attachment->interface_index)
			     : -ENODEV;

	if (vlan_id < 0 || (vlan_id && attachment->vlan_tags != ATTACH_TAGS_VISIBLE))
		return XB_VLAN_ANY;
	return (uint16_t)vlan_id;
}

static void write_vlan(struct prober *prober, size_t index)
{
	const struct attachment *attachment =
		kernel_attachment(prober->kernel, prober->links[index].interface);
	_cleanup_free_ struct local_address *list = NULL;
	uint16_t vlan_id;
	size_t count = 0;

	if (!attachment || local_addresses(&list, &count))
		return;
	vlan_id =
		find_vlan(list, count, &prober->heartbeat->nodes[prober->own_node].addresses[index],
			  attachment);
	for (size_t i = 0; i < prober->peers->count; i++)
		prober->kernel->peers[prober->peers->list[i].first_slot + index].vlan_id = vlan_id;
}

/* Opens or reopens the socket of a link, and addresses its packets. */
static int open_link(struct prober *prober, size_t index)
{
	struct prober_link *link = &prober->links[index];
	const struct xb_address *local =
		&prober->heartbeat->nodes[prober->own_node].addresses[index];
	const struct attachment *attachment = kernel_attachment(prober->kernel, link->interface);
	unsigned interface_index = attachment ? attachment->interface_index : 0;
	int fd = open_socket(local, prober->heartbeat->port, interface_index, link->interface);

	if (fd < 0)
		return fd;
	write_vlan(prober, index);
	send_buffer_grow(fd, link->count);
	if (link->socket >= 0)
		close(link->socket);
	link->socket = fd;
	for (size_t i = 0; i < link->count; i++) {
		struct msghdr *message = &link->messages[i].msg_hdr;

		link->data[i] = (struct iovec){&link->packets[i], sizeof(link->packets[i])};
		message->msg_namelen =
			make_address(&link->to[i], &prober->peers->list[i].node->addresses[index],
				     prober->heartbeat->port, interface_index);
		message->msg_name = &link->to[i];
		message->msg_iov = &link->data[i];
		message->msg_iovlen = 1;
	}
	return 0;
}

static void log_unusable(const struct prober *prober, size_t index, int error)
{
	const struct config_heartbeat *heartbeat = prober->heartbeat;
	const struct xb_address *own = &heartbeat->nodes[prober->own_node].addresses[index];
	char text[ADDRESS_TEXT_BYTES], holder[PORT_HOLDER_BYTES];

	address_format(own, text);
	if (error == -EADDRINUSE)
		log_error(
			"cannot use %s port %u for heartbeats: it is held by %s; end that, or use another port (below 1024 only root can take it)",
			text, heartbeat->port, port_holder_describe(own, heartbeat->port, holder));
	else
		log_error(
			"cannot use %s port %u for heartbeats: %s; check that the address is on %s",
			text, heartbeat->port, limits_strerror(-error),
			heartbeat->interfaces[index]);
}

static int start_link(struct prober *prober, size_t index)
{
	struct prober_link *link = &prober->links[index];
	int error;

	link->socket = -1;
	link->interface = prober->heartbeat->interfaces[index];
	link->count = prober->peers->count;
	if (allocate(link, link->count ? link->count : 1))
		return -ENOMEM;
	error = open_link(prober, index);
	if (error)
		log_unusable(prober, index, error);
	return error;
}

void prober_address_added(struct prober *prober, const struct address_event *event)
{
	const struct config_node *own = &prober->heartbeat->nodes[prober->own_node];

	for (size_t index = 0; index < prober->link_count; index++) {
		int error = 0;

		if (address_equal(&own->addresses[index], &event->address))
			error = open_link(prober, index);
		if (error && error != -EADDRINUSE) /* then the one before still works */
			log_warning("heartbeats on %s: cannot reopen the socket: %s",
				    prober->links[index].interface, limits_strerror(-error));
	}
}

void prober_interface_changed(struct prober *prober, const char *interface)
{
	for (size_t index = 0; index < prober->link_count; index++)
		if (!strcmp(prober->links[index].interface, interface))
			write_vlan(prober, index);
}

/* Counts the probe as lost that has just become too old: for an answer in time, or for the window
 * to tell whether there was one. */
static void count_lost(struct xb_peer *slot, const struct xb_peer *seen, uint32_t seq, bool is_up)
{
	uint32_t window_count = slot->ack_window_count;
	const struct xb_window *window = &seen->reply_window;
	uint32_t age_count = window_count < XB_WINDOW_BITS ? window_count : XB_WINDOW_BITS;
	int32_t lag = (int32_t)(window->high_seq - (seq - age_count));

	if (seq <= age_count || (!window->seen_bits && !is_up)) /* it was never there */
		return;
	if (!window->seen_bits || lag < 0 ||
	    (lag < XB_WINDOW_BITS && !(window->seen_bits >> lag & 1)))
		slot->probe_lost_count++;
}

/* 0 means "none" in an ack. */
static uint32_t next_seq(uint32_t seq)
{
	return seq + 1 ? seq + 1 : 1;
}

static void prepare(struct prober *prober, struct peer *peer, size_t index, uint64_t now_ns,
		    uint32_t late_apps_bits, struct xb_packet *packet)
{
	struct xb_peer *slot = &prober->kernel->peers[peer->first_slot + index];
	const struct xb_peer *seen = &peer->seen[index];
	struct heartbeat_target target = {
		.cluster_id = prober->heartbeat->cluster_id,
		.node_id = peer->node->id,
		.link = (uint8_t)index,
		.seq = next_seq(slot->probe_sent_seq),
		.ack = seen->probe_window.high_seq,
		.peer_epoch = seen->peer_epoch,
		.local_address = seen->local_address,
		.peer_address = seen->peer_address,
	};

	peers_note_probe(peer, index);
	count_lost(slot, seen, target.seq, peer->liveness.links[index] == VERDICT_UP);
	__atomic_store_n(&slot->probe_sent_seq, target.seq, __ATOMIC_RELEASE);
	slot->probe_sent_count++;
	heartbeat_build_probe(packet, prober->kernel->self, late_apps_bits, &target, now_ns,
			      &prober->key);
}

static void send_batch(struct prober_link *link)
{
	size_t sent = 0;
	int error = 0;

	/* sendmmsg stops at the first message that fails; the others must still be sent. */
	while (sent < link->count) {
		int done = sendmmsg(link->socket, link->messages + sent,
				    (unsigned)(link->count - sent), 0);

		if (done <= 0) {
			error = done < 0 ? errno : EIO;
			done = 1;
		}
		sent += (size_t)done;
	}
	if (error && error != link->last_error)
		log_warning("cannot send probes on %s: %s; check the interface and the route",
			    link->interface, limits_strerror(error));
	else if (!error && link->last_error)
		log_notice("probes on %s are sent again", link->interface);
	link->last_error = error;
}

void prober_send(struct prober *prober, uint64_t now_ns)
{
	uint32_t late_apps_bits = kernel_late_apps(prober->kernel);

	for (size_t index = 0; index < prober->link_count; index++) {
		struct prober_link *link = &prober->links[index];

		for (size_t i = 0; i < link->count; i++)
			prepare(prober, &prober->peers->list[i], index, now_ns, late_apps_bits,
				&link->packets[i]);
		send_batch(link);
	}
}

/* Sends at once, one by one, because it is rare. A lost QUERY is sent again. */
static void send_query(const struct prober *prober, size_t index, const struct peer *respondent,
		       uint16_t subject_id, uint64_t t1_ns)
{
	const struct prober_link *link = &prober->links[index];
	struct msghdr message = link->messages[respondent - prober->peers->list].msg_hdr;
	const struct xb_peer *seen = &respondent->seen[index];
	struct heartbeat_target target = {
		.cluster_id = prober->heartbeat->cluster_id,
		.node_id = respondent->node->id,
		.link = (uint8_t)index,
		.peer_epoch = seen->peer_epoch,
		.local_address = seen->local_address,
		.peer_address = seen->peer_address,
	};
	struct xb_packet packet;
	struct iovec data = {&packet, sizeof(packet)};

	heartbeat_build_query(&packet, prober->kernel->self, &target, subject_id, t1_ns,
			      &prober->key);
	message.msg_iov = &data;
	sendmsg(link->socket, &message, 0);
}

static void ask(void *context, const struct peer *respondent, uint16_t subject_id, uint64_t t1_ns)
{
	const struct prober *prober = context;

	for (size_t index = 0; index < prober->link_count; index++)
		send_query(prober, index, respondent, subject_id, t1_ns);
}

/* A QUERY about the peer itself reports that its REPLYs do not arrive here. */
static void report_losses(const struct prober *prober, uint64_t now_ns)
{
	struct peers *peers = prober->peers;

	for (size_t i = 0; i < peers->count; i++) {
		struct peer *peer = &peers->list[i];

		for (size_t index = 0; index < prober->link_count; index++)
			if (peers_loss_report_due(peers, peer, index, now_ns))
				send_query(prober, index, peer, peer->node->id, now_ns);
	}
}

static void on_tick(evutil_socket_t fd, short what, void *context)
{
	struct prober *prober = context;
	uint64_t interval_ns = prober->heartbeat->interval_ns;
	uint64_t now_ns = clock_now_ns();

	(void)fd;
	(void)what;
	prober->on_progress(prober->context, now_ns);
	kernel_self_set_progress(prober->kernel, now_ns);
	peers_refresh(prober->peers);
	prober_send(prober, now_ns);
	peers_judge(prober->peers, now_ns);
	peers_replies_judge(prober->peers, now_ns);
	report_losses(prober, now_ns);
	peers_answers_judge(prober->peers, now_ns);
	peers_detection_learn(prober->peers, now_ns);
	prober->due_ns += interval_ns;
	if (time_reached(now_ns, prober->due_ns))
		prober->due_ns = now_ns + interval_ns;
	peers_expect_tick(prober->peers, prober->due_ns);
	clock_arm(prober->tick, prober->due_ns);
}

int prober_start(struct prober *prober, const struct prober_setup *setup)
{
	size_t interface_count = setup->heartbeat->interface_count;

	*prober = (struct prober){
		.peers = setup->peers,
		.kernel = setup->kernel,
		.heartbeat = setup->heartbeat,
		.key = *setup->key,
		.own_node = setup->own_node,
		.due_ns = clock_now_ns(),
		.on_progress = setup->on_progress,
		.context = setup->context,
	};
	prober->links = calloc(interface_count, sizeof(*prober->links));
	prober->tick = evtimer_new(setup->base, on_tick, prober);
	if (!prober->links || !prober->tick)
		return -ENOMEM;
	while (prober->link_count < interface_count) {
		int error = start_link(prober, prober->link_count++);

		if (error)
			return error;
	}
	peers_use_asker(prober->peers, ask, prober);
	clock_arm(prober->tick, prober->due_ns);
	return 0;
}

void prober_set_key(struct prober *prober, const struct xb_key *key)
{
	prober->key = *key;
}

void prober_stop(struct prober *prober)
{
	if (prober->peers)
		peers_use_asker(prober->peers, NULL, NULL);
	for (size_t i = 0; i < prober->link_count; i++) {
		struct prober_link *link = &prober->links[i];

		if (link->socket >= 0)
			close(link->socket);
		free(link->packets);
		free(link->messages);
		free(link->data);
		free(link->to);
	}
	free(prober->links);
	if (prober->tick)
		event_free(prober->tick);
	*prober = (struct prober){0};
}
