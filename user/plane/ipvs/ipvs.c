/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operations of the data plane: each changes what is wanted, and the loop does the rest. */
#include "user/plane/ipvs/ipvs.h"
#include "user/lib/array.h"
#include "user/lib/log.h"
#include "user/plane/ipvs/record.h"
#include "user/plane/ipvs/settings.h"
#include "user/plane/ipvs/state.h"
#include <errno.h>
#include <linux/ip_vs.h>
#include <stdlib.h>
#include <string.h>

static struct ipvs_plane *ipvs_of(struct plane *plane)
{
	return (struct ipvs_plane *)plane;
}

static struct ipvs_service *find_service(struct ipvs_plane *ipvs,
					 const struct plane_service *service)
{
	struct ipvs_service_id id = ipvs_service_id_of(service);

	return ipvs_table_service(&ipvs->table, &id);
}

/* What was refused before may be right with other settings: it is tried at once. */
static void want(struct ipvs_plane *ipvs, struct ipvs_item *item, bool wanted)
{
	item->wanted = wanted;
	item->left &= !wanted;
	item->refusals = 0;
	ipvs_table_settle(&ipvs->table, item);
	ipvs_work_wake(ipvs);
}

static int set_service(struct plane *plane, const struct plane_service *service)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);
	struct ipvs_service_id id = ipvs_service_id_of(service);
	struct ipvs_service *entry = ipvs_table_add_service(&ipvs->table, &id);

	entry->shown = *service;
	entry->wanted = ipvs_service_settings_of(service);
	want(ipvs, &entry->item, true);
	return 0;
}

static int remove_service(struct plane *plane, const struct plane_service *service)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);
	struct ipvs_service *entry = find_service(ipvs, service);
	struct ipvs_item *server;

	if (!entry || !entry->item.wanted)
		return -ENOENT;
	TAILQ_FOREACH(server, &entry->servers, beside)
	server->wanted = false;
	want(ipvs, &entry->item, false);
	return 0;
}

static int set_server(struct plane *plane, const struct plane_service *service,
		      const struct plane_server *server)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);
	struct ipvs_service *of = find_service(ipvs, service);
	struct ipvs_server *entry;

	if (!of || !of->item.wanted)
		return -ENOENT;
	entry = ipvs_table_add_server(&ipvs->table, of, &server->endpoint);
	entry->shown = *server;
	entry->wanted = ipvs_server_settings_of(server);
	want(ipvs, &entry->item, true);
	return 0;
}

static int remove_server(struct plane *plane, const struct plane_service *service,
			 const struct plane_server *server)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);
	struct ipvs_service *of = find_service(ipvs, service);
	struct ipvs_server *entry =
		of ? ipvs_table_server(&ipvs->table, of, &server->endpoint) : NULL;

	if (!entry || !entry->item.wanted)
		return -ENOENT;
	want(ipvs, &entry->item, false);
	return 0;
}

static void complete(struct plane *plane)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);

	ipvs->table.completed = true;
	if (ipvs->look.loaded)
		ipvs_table_sweep(&ipvs->table);
	ipvs_work_wake(ipvs);
}

static json_t *counters(struct plane *plane, const struct plane_service *service)
{
	const struct ipvs_service *entry = find_service(ipvs_of(plane), service);

	return entry && entry->item.present ? ipvs_counters_json(entry) : NULL;
}

static void unwant_all(struct ipvs_plane *ipvs)
{
	struct ipvs_item *service = TAILQ_FIRST(&ipvs->table.services), *next;

	for (; service; service = next) {
		next = TAILQ_NEXT(service, beside);
		service->wanted = service->left = false;
		ipvs_table_settle(&ipvs->table, service);
	}
}

static void release(struct ipvs_plane *ipvs)
{
	ipvs_look_stop(ipvs);
	ipvs_work_stop(ipvs);
	ipvs_table_free(&ipvs->table);
	free(ipvs->record);
	free(ipvs);
}

/* lvs_flush_on_stop: all services in one request, those of other programs, too. */
static bool flush(struct ipvs_plane *ipvs)
{
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct ipvs_socket *socket = &ipvs->work.socket;
	int error;

	if (!ipvs->settings->flush_on_stop || ipvs->settings->flush_on_stop_services)
		return false;
	error = ipvs_transact(socket, ipvs_message(buffer, socket->family, IPVS_CMD_FLUSH, 0));
	if (error)
		log_warning("ipvs: lvs_flush_on_stop: %s", strerror(-error));
	return !error;
}

static void withdraw(struct ipvs_plane *ipvs)
{
	ipvs_look_finish(ipvs);
	if (!flush(ipvs)) {
		unwant_all(ipvs);
		ipvs_work_finish(ipvs);
	}
	ipvs_sync_stop(ipvs);
	ipvs_timeouts_restore(ipvs);
	ipvs_record_remove(ipvs);
}

static void stop(struct plane *plane, bool keep)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);

	if (keep)
		ipvs_record_write(ipvs);
	else
		withdraw(ipvs);
	release(ipvs);
}

static const struct plane_operations operations = {
	.name = "ipvs",
	.set_service = set_service,
	.remove_service = remove_service,
	.set_server = set_server,
	.remove_server = remove_server,
	.complete = complete,
	.counters = counters,
	.stop = stop,
};

static void log_missing(int error)
{
	if (error == -ENOENT)
		log_error("this kernel has no ip_vs (modprobe ip_vs; packages of kernels for "
			  "containers may lack it): checks run, no connection is forwarded");
	else
		log_error("ip_vs cannot be used: %s: checks run, no connection is forwarded",
			  strerror(-error));
}

struct plane *plane_ipvs_start(struct event_base *base, const struct config_pools *settings,
			       const char *record, const struct plane_events *events)
{
	struct ipvs_plane *ipvs = calloc(1, sizeof(*ipvs));
	int error;

	if (!ipvs)
		return NULL;
	ipvs->plane.operations = &operations;
	ipvs->base = base;
	ipvs->settings = settings;
	ipvs->events = *events;
	ipvs->record = record ? text_copy(record) : NULL;
	ipvs_table_init(&ipvs->table);
	error = ipvs_work_start(ipvs);
	if (!error) {
		ipvs_record_read(ipvs);
		ipvs_timeouts_apply(ipvs);
		error = ipvs_look_start(ipvs);
	}
	if (!error)
		return &ipvs->plane;
	log_missing(error);
	release(ipvs);
	return NULL;
}

void plane_ipvs_reload(struct plane *plane, const struct config_pools *settings)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);

	ipvs->settings = settings;
	ipvs_timeouts_apply(ipvs);
	ipvs_sync_apply(ipvs);
	ipvs_work_wake(ipvs);
}

void plane_ipvs_sync(struct plane *plane, bool master, uint8_t vrid)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);
	const struct config_lvs_sync *settings = &ipvs->settings->sync;

	ipvs->sync.known = true;
	ipvs->sync.wanted[true] = master;
	ipvs->sync.wanted[false] = !master;
	ipvs->sync.id = settings->has_id ? settings->id : vrid;
	ipvs_sync_apply(ipvs);
	ipvs_work_wake(ipvs);
}
