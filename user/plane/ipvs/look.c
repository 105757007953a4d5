/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Reads what is in the kernel: at the start, because an earlier daemon may have left it, and then
 * from time to time, because IPVS reports no changes of other programs. Services first, then the
 * servers of each that is ours. What this daemon has changed since a dump began is not compared with
 * that dump.
 */
#include "user/lib/address.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/plane/ipvs/difference.h"
#include "user/plane/ipvs/marks.h"
#include "user/plane/ipvs/settings.h"
#include "user/plane/ipvs/state.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <string.h>

#define PART_BYTES 32768
/* Each is one answer of the kernel, with up to a hundred servers. */
#define PARTS_PER_TURN 4
#define PERIOD_NS (5 * NS_PER_SECOND)
/* A round takes at most this part of the time: 1 % */
#define REST_FACTOR 100

/* Ends the round; 0: all was read. */
static void finish_round(struct ipvs_plane *plane, int error)
{
	struct ipvs_look *look = &plane->look;
	bool first = !look->loaded;

	if (error && !look->failed)
		log_warning("ipvs: what is in the kernel cannot be read: %s; it is tried again",
			    limits_strerror(-error));
	look->failed = error;
	look->running = false;
	look->loaded = true;
	if (first)
		ipvs_table_sweep(&plane->table);
	/* A dump that has not ended would refuse the next one, which gets another socket. */
	if (error)
		ipvs_socket_close(&look->socket);
}

static int send_request(struct ipvs_look *look, uint8_t command)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	int error = look->socket.netlink.socket ? 0 : ipvs_socket_open(&look->socket);
	struct nlmsghdr *message;

	if (error)
		return error;
	message = ipvs_message(buffer, look->socket.family, command, NLM_F_DUMP);
	if (look->of_service)
		ipvs_put_service(message, &look->service_id, NULL);
	message->nlmsg_seq = ++look->socket.netlink.sequence;
	look->began_ns = clock_now_ns();
	return mnl_socket_sendto(look->socket.netlink.socket, message, message->nlmsg_len) < 0
		       ? -errno
		       : 0;
}

static void request_dump(struct ipvs_plane *plane, uint8_t command)
{
	int error = send_request(&plane->look, command);

	if (error)
		finish_round(plane, error);
}

/* An entry that is to be there is not; or one is there that is not to be. */
static void judge_missing(struct ipvs_plane *plane, struct ipvs_item *item)
{
	struct ipvs_look *look = &plane->look;

	if (item->round == look->round || !item->present ||
	    time_reached(item->changed_ns, look->began_ns))
		return;
	item->lost = item->wanted;
	ipvs_table_lose(&plane->table, item);
}

static void judge_missing_of(struct ipvs_plane *plane, struct ipvs_items *items)
{
	struct ipvs_item *item = TAILQ_FIRST(items), *next;

	for (; item; item = next) {
		next = TAILQ_NEXT(item, beside);
		judge_missing(plane, item);
	}
}

/* Whether it agreed with what was wanted, so that a difference is another program's. */
static bool was_settled(const struct ipvs_plane *plane, const struct ipvs_item *item)
{
	return plane->look.loaded && item->present && item->wanted &&
	       !ipvs_item_command(&plane->table, item, true);
}

static bool is_newer(const struct ipvs_plane *plane, const struct ipvs_item *item)
{
	return item->changed_ns && time_reached(item->changed_ns, plane->look.began_ns);
}

/* lvs_flush: at the start all that is there counts as left by an earlier daemon. */
static bool flushes(const struct ipvs_plane *plane)
{
	return plane->settings->flush && !plane->look.loaded;
}

static void take_service(struct ipvs_plane *plane, const struct ipvs_service_entry *entry)
{
	struct ipvs_service *service = ipvs_table_service(&plane->table, &entry->id);
	char what[IPVS_DIFFERENCE_BYTES];

	if (!service && !flushes(plane))
		return; /* another program's */
	if (!service) {
		service = ipvs_table_add_service(&plane->table, &entry->id);
		service->item.left = true;
	}
	service->item.round = plane->look.round;
	service->counters = entry->counters;
	if (is_newer(plane, &service->item))
		return;
	if (was_settled(plane, &service->item) &&
	    ipvs_service_difference(&entry->settings, &service->present, what))
		ipvs_report_restored(plane, &service->item, what);
	service->present = entry->settings;
	service->item.present = true;
	ipvs_table_settle(&plane->table, &service->item);
}

/* With its address, because no server of the pool has it. */
static void report_stranger(const struct ipvs_plane *plane, struct ipvs_item *item)
{
	const struct config_endpoint *endpoint = &ipvs_item_server(item)->endpoint;
	char what[IPVS_DIFFERENCE_BYTES], address[ADDRESS_TEXT_BYTES];

	snprintf(what, sizeof(what), "server %s port %u had been added",
		 address_format(&endpoint->address, address), endpoint->port);
	ipvs_report_restored(plane, item, what);
}

/* A server that is not known. What was removed since the dump began may still be in it. */
static void take_stranger(struct ipvs_plane *plane, const struct ipvs_server_entry *entry)
{
	struct ipvs_service *service = plane->look.service;
	struct ipvs_item *item;

	if (service->removed_ns && time_reached(service->removed_ns, plane->look.began_ns))
		return;
	item = &ipvs_table_add_server(&plane->table, service, &entry->endpoint)->item;
	item->round = plane->look.round;
	item->present = true;
	item->left = !plane->look.loaded || !plane->table.completed;
	ipvs_item_server(item)->present = entry->settings;
	ipvs_item_server(item)->shown.endpoint = entry->endpoint;
	if (!item->left)
		report_stranger(plane, item);
	ipvs_table_settle(&plane->table, item);
}

static void take_server(struct ipvs_plane *plane, const struct ipvs_server_entry *entry)
{
	struct ipvs_server *server =
		ipvs_table_server(&plane->table, plane->look.service, &entry->endpoint);
	char what[IPVS_DIFFERENCE_BYTES];

	if (!server) {
		take_stranger(plane, entry);
		return;
	}
	server->item.round = plane->look.round;
	server->counters = entry->counters;
	server->active = entry->active;
	server->inactive = entry->inactive;
	if (is_newer(plane, &server->item))
		return;
	if (was_settled(plane, &server->item) &&
	    ipvs_server_difference(&entry->settings, &server->present, what))
		ipvs_report_restored(plane, &server->item, what);
	server->present = entry->settings;
	server->item.present = true;
	ipvs_table_settle(&plane->table, &server->item);
}

static int take_answer(const struct nlmsghdr *answer, void *context)
{
	struct ipvs_plane *plane = context;
	struct ipvs_service_entry service;
	struct ipvs_server_entry server;

	if (!plane->look.of_service && ipvs_read_service(answer, &service))
		take_service(plane, &service);
	else if (plane->look.service &&
		 ipvs_read_server(answer, plane->look.service->id.family, &server))
		take_server(plane, &server);
	return MNL_CB_OK;
}

/* The next service whose servers have not been read in this round. Read ones go to the end. */
static struct ipvs_service *next_service(struct ipvs_plane *plane)
{
	struct ipvs_items *services = &plane->table.services;
	struct ipvs_item *item;

	while ((item = TAILQ_FIRST(services)) &&
	       item->service->servers_round != plane->look.round) {
		item->service->servers_round = plane->look.round;
		TAILQ_REMOVE(services, item, beside);
		TAILQ_INSERT_TAIL(services, item, beside);
		if (item->present)
			return item->service;
	}
	return NULL;
}

static void dump_servers_of_next(struct ipvs_plane *plane)
{
	struct ipvs_look *look = &plane->look;

	look->service = next_service(plane);
	if (!look->service) {
		finish_round(plane, 0);
		return;
	}
	look->of_service = true;
	look->service_id = look->service->id;
	request_dump(plane, IPVS_CMD_GET_DEST);
}

static void finish_dump(struct ipvs_plane *plane)
{
	struct ipvs_look *look = &plane->look;

	if (!look->of_service)
		judge_missing_of(plane, &plane->table.services);
	else if (look->service)
		judge_missing_of(plane, &look->service->servers);
	dump_servers_of_next(plane);
}

static void read_part(struct ipvs_plane *plane)
{
	struct netlink *netlink = &plane->look.socket.netlink;
	char buffer[PART_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t length = mnl_socket_recvfrom(netlink->socket, buffer, sizeof(buffer));
	int more;

	if (length < 0) { /* never empty while a dump goes on */
		if (errno != EINTR)
			finish_round(plane, errno == EAGAIN ? -ENOBUFS : -errno);
		return;
	}
	more = mnl_cb_run(buffer, (size_t)length, netlink->sequence,
			  mnl_socket_get_portid(netlink->socket), take_answer, plane);
	if (more < 0)
		finish_round(plane, errno > 0 ? -errno : -EPROTO);
	else if (more == MNL_CB_STOP)
		finish_dump(plane);
}

/* It may be gone since the last turn. */
static void refresh_service(struct ipvs_plane *plane)
{
	struct ipvs_look *look = &plane->look;

	if (look->of_service)
		look->service = ipvs_table_service(&plane->table, &look->service_id);
}

static void arm_next(struct ipvs_look *look)
{
	uint64_t rest_ns = look->spent_ns * REST_FACTOR;

	clock_arm(look->next, clock_now_ns() + (rest_ns > PERIOD_NS ? rest_ns : PERIOD_NS));
}

static void on_turn(evutil_socket_t fd, short what, void *context)
{
	struct ipvs_plane *plane = context;
	struct ipvs_look *look = &plane->look;
	uint64_t began_ns = clock_now_ns();

	(void)fd;
	(void)what;
	refresh_service(plane);
	for (int part = 0; part < PARTS_PER_TURN && look->running; part++)
		read_part(plane);
	look->spent_ns += clock_now_ns() - began_ns;
	if (look->running)
		clock_arm(look->turn, clock_now_ns());
	else
		arm_next(look);
	ipvs_work_wake(plane);
}

static void begin_round(struct ipvs_plane *plane)
{
	struct ipvs_look *look = &plane->look;

	ipvs_sync_apply(plane);
	ipvs_marks_check(plane);
	look->round++;
	look->running = true;
	look->of_service = false;
	look->service = NULL;
	look->spent_ns = 0;
	request_dump(plane, IPVS_CMD_GET_SERVICE);
	clock_arm(look->turn, clock_now_ns());
}

static void on_next(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	begin_round(context);
}

int ipvs_look_start(struct ipvs_plane *plane)
{
	struct ipvs_look *look = &plane->look;
	int error = ipvs_socket_open(&look->socket);

	if (error)
		return error;
	look->turn = evtimer_new(plane->base, on_turn, plane);
	look->next = evtimer_new(plane->base, on_next, plane);
	if (!look->turn || !look->next)
		return -ENOMEM;
	begin_round(plane);
	return 0;
}

void ipvs_look_finish(struct ipvs_plane *plane)
{
	refresh_service(plane);
	while (plane->look.running)
		read_part(plane);
}

void ipvs_look_stop(struct ipvs_plane *plane)
{
	if (plane->look.turn)
		event_free(plane->look.turn);
	if (plane->look.next)
		event_free(plane->look.next);
	ipvs_socket_close(&plane->look.socket);
}
