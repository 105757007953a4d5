/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Sends PROBEs and QUERYs; see prober.h. The sockets only send: answers are taken by the XDP
 * program. */
#include "user/heartbeat/prober.h"
#include "user/core/heartbeat.h"
#include "user/heartbeat/answers.h"
#include "user/heartbeat/detection.h"
#include "user/heartbeat/own_links.h"
#include "user/heartbeat/port_holder.h"
#include "user/heartbeat/probe_socket.h"
#include "user/kernel/app_pages.h"
#include "user/kernel/self.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/net/netlink/local_address.h"
#include "user/net/netlink/vlan_device.h"
#include "user/net/send_buffer.h"
#include <errno.h>
#include <net/if.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

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

/* Opens or reopens the socket of a link, and addresses its packets. */
static int open_link(struct prober *prober, size_t index)
{
	struct prober_link *link = &prober->links[index];
	const struct xb_address *local =
		&prober->heartbeat->nodes[prober->own_node].addresses[index];
	const struct attachment *attachment = kernel_attachment(prober->kernel, link->interface);
	unsigned interface_index = attachment ? attachment->interface_index : 0;
	int fd =
		probe_socket_open(local, prober->heartbeat->port, interface_index, link->interface);

	if (fd < 0)
		return fd;
	write_arrival(prober, index);
	send_buffer_grow(fd, link->count);
	if (link->socket >= 0)
		close(link->socket);
	link->socket = fd;
	bypass_use_socket(&prober->peers->bypass[index], fd);
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
			write_arrival(prober, index);
}

/* The number after which it is decided whether a PROBE was answered in time: for an answer in time,
 * or for the window to tell whether there was one. 0: none yet. */
static uint32_t decided_seq(uint32_t sent_seq, uint32_t window_count)
{
	uint32_t age_count = window_count < XB_WINDOW_BITS ? window_count : XB_WINDOW_BITS;

	return sent_seq > age_count ? sent_seq - age_count : 0;
}

static bool was_answered(const struct xb_window *window, uint32_t seq)
{
	int32_t lag = (int32_t)(window->high_seq - seq);

	return window->seen_bits && lag >= 0 &&
	       (lag >= XB_WINDOW_BITS || (window->seen_bits >> lag & 1));
}

/* Counts the probes as lost that have just become too old. */
static void count_lost(struct xb_peer *slot, const struct xb_peer *seen, uint32_t after_seq,
		       bool is_up)
{
	uint32_t last_seq = decided_seq(slot->probe_sent_seq, slot->ack_window_count);

	if (!seen->reply_window.seen_bits && !is_up) /* it was never there */
		return;
	for (uint32_t seq = after_seq + 1; seq <= last_seq; seq++)
		slot->probe_lost_count += !was_answered(&seen->reply_window, seq);
}

/* 0 means "none" in an ack. */
static uint32_t next_seq(uint32_t seq)
{
	return seq + 1 ? seq + 1 : 1;
}

/* Numbers are compared by their difference, so one that lags by half of them seems to be ahead. */
static bool ends_half(uint32_t before, uint32_t seq)
{
	return before && (before ^ seq) >> 31;
}

/* What the PROBEs have in common that leave together. */
struct round {
	uint64_t now_ns;
	uint32_t late_apps_bits;
	bool extra; /* beside those of the ticks */
};

/* Returns the number of the PROBE. The window of acks grows by each extra one, and first: an ack of
 * what left before must not be too old for a moment. */
static uint32_t count_probe(struct prober *prober, struct peer *peer, size_t index,
			    const struct round *round)
{
	struct xb_peer *slot = &prober->kernel->peers[peer->first_slot + index];
	const struct liveness_timing *timing = &peer->timing;
	uint32_t ticks = detection_intervals(timing->detection_time_ns, timing->interval_ns);
	uint32_t seq = next_seq(slot->probe_sent_seq);
	uint32_t decided = decided_seq(slot->probe_sent_seq, slot->ack_window_count);

	__atomic_store_n(&slot->ack_window_count, ticks + extra_probes_in(&prober->extra, ticks),
			 __ATOMIC_RELEASE);
	prober->numbers_used_up |= ends_half(slot->probe_sent_seq, seq);
	__atomic_store_n(&slot->probe_sent_seq, seq, __ATOMIC_RELEASE);
	slot->probe_sent_count++;
	count_lost(slot, &peer->seen[index], decided, peer->liveness.links[index] == VERDICT_UP);
	peers_note_probe(peer, index, round->extra);
	return seq;
}

static void prepare(struct prober *prober, struct peer *peer, size_t index,
		    const struct round *round, struct xb_packet *packet)
{
	const struct xb_peer *seen = &peer->seen[index];
	struct xb_peer now;
	struct heartbeat_target target;

	if (round->extra) { /* a tick has just read it */
		kernel_read_peer(prober->kernel, peer->first_slot + index, &now);
		seen = &now;
	}
	target = (struct heartbeat_target){
		.cluster_id = prober->heartbeat->cluster_id,
		.node_id = peer->node->id,
		.link = (uint8_t)index,
		.seq = count_probe(prober, peer, index, round),
		.ack = seen->probe_window.high_seq,
		.peer_epoch = seen->peer_epoch,
		.local_address = seen->local_address,
		.peer_address = seen->peer_address,
	};

	heartbeat_build_probe(packet, prober->kernel->self, round->late_apps_bits, &target,
			      round->now_ns, &prober->key);
}

/* What keeps this node's own PROBEs from leaving is no fault of a peer. */
static void report_sending(const struct prober_link *link, struct peers *peers, int error)
{
	char subject[XB_NAME_BYTES + 8];

	snprintf(subject, sizeof(subject), "self/%s", link->interface);
	if (error)
		event_log_add(peers->event_log, "probes", subject, "sent", "not sent", "%s%s",
			      limits_strerror(error), peers_send_remedy(error));
	else
		event_log_add(peers->event_log, "probes", subject, "not sent", "sent",
			      "they leave again");
}

static void send_batch(struct prober_link *link, struct peers *peers, size_t index)
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
	if (error != link->last_error)
		report_sending(link, peers, error);
	link->last_error = error;
	peers->send_error[index] = error;
}

static void send_round(struct prober *prober, const struct round *round)
{
	for (size_t index = 0; index < prober->link_count; index++) {
		struct prober_link *link = &prober->links[index];

		for (size_t i = 0; i < link->count; i++)
			prepare(prober, &prober->peers->list[i], index, round, &link->packets[i]);
		send_batch(link, prober->peers, index);
	}
}

static void send_tick(struct prober *prober, uint64_t now_ns)
{
	extra_probes_tick(&prober->extra);
	send_round(prober, &(struct round){.now_ns = now_ns,
					   .late_apps_bits = kernel_late_apps(prober->kernel)});
}

static void probe_now(void *context)
{
	struct prober *prober = context;

	extra_probes_add(&prober->extra);
	send_round(prober, &(struct round){.now_ns = clock_now_ns(),
					   .late_apps_bits = kernel_late_apps(prober->kernel),
					   .extra = true});
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
	if (prober->numbers_used_up)
		prober->on_numbers_used_up(prober->context);
	prober->numbers_used_up = false;
	kernel_self_set_progress(prober->kernel, now_ns);
	peers_refresh(prober->peers);
	send_tick(prober, now_ns);
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
	const struct liveness_timing timing = detection_timing(setup->heartbeat);
	size_t interface_count = setup->heartbeat->interface_count;

	*prober = (struct prober){
		.peers = setup->peers,
		.kernel = setup->kernel,
		.heartbeat = setup->heartbeat,
		.key = *setup->key,
		.own_node = setup->own_node,
		.due_ns = clock_now_ns(),
		.on_progress = setup->on_progress,
		.on_numbers_used_up = setup->on_numbers_used_up,
		.context = setup->context,
	};
	prober->links = calloc(interface_count, sizeof(*prober->links));
	prober->tick = evtimer_new(setup->base, on_tick, prober);
	if (!prober->links || !prober->tick ||
	    extra_probes_start(&prober->extra,
			       detection_intervals(timing.detection_time_ns, timing.interval_ns)))
		return -ENOMEM;
	while (prober->link_count < interface_count) {
		int error = start_link(prober, prober->link_count++);

		if (error)
			return error;
	}
	peers_use_prober(prober->peers, ask, probe_now, prober);
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
		peers_use_prober(prober->peers, NULL, NULL, NULL);
	for (size_t i = 0; i < prober->link_count; i++) {
		struct prober_link *link = &prober->links[i];

		bypass_use_socket(&prober->peers->bypass[i], -1);
		if (link->socket >= 0)
			close(link->socket);
		free(link->packets);
		free(link->messages);
		free(link->data);
		free(link->to);
	}
	free(prober->links);
	extra_probes_stop(&prober->extra);
	if (prober->tick)
		event_free(prober->tick);
	*prober = (struct prober){0};
}
