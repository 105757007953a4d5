/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The operations of the data plane: each changes what is wanted, and the loop does the rest. */
#include "user/plane/ipvs/ipvs.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/plane/ipvs/marks.h"
#include "user/plane/ipvs/record.h"
#include "user/plane/ipvs/settings.h"
#include "user/plane/ipvs/state.h"
#include "user/plane/ipvs/users.h"
#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>
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

static void want(struct ipvs_plane *ipvs, struct ipvs_item *item, bool wanted)
{
	ipvs_table_want(&ipvs->table, item, wanted);
	ipvs_work_wake(ipvs);
}

/* NULL: too many pools use it. */
static struct ipvs_service *set_direct(struct ipvs_plane *ipvs, const struct plane_service *service)
{
	struct ipvs_service_id id = ipvs_service_id_of(service);
	struct ipvs_service *entry = ipvs_table_add_service(&ipvs->table, &id);

	if (!ipvs_users_add(entry, service->pool))
		return NULL;
	entry->shown = *service;
	entry->wanted = ipvs_service_settings_of(service);
	want(ipvs, &entry->item, true);
	return entry;
}

static void leave(struct ipvs_plane *ipvs, struct ipvs_item *item, uint64_t user)
{
	if (item->users == user)
		want(ipvs, item, false);
	else
		item->users &= ~user;
}

/* Others use it still. */
static void leave_service(struct ipvs_plane *ipvs, struct ipvs_service *service, uint64_t user)
{
	struct ipvs_item *server = TAILQ_FIRST(&service->servers), *next;

	service->item.users &= ~user;
	for (; server; server = next) {
		next = TAILQ_NEXT(server, beside);
		leave(ipvs, server, user);
	}
}

static int remove_direct(struct ipvs_plane *ipvs, const struct plane_service *service)
{
	struct ipvs_service *entry = find_service(ipvs, service);
	uint64_t user = entry ? ipvs_users_find(entry, service->pool) : 0;

	if (!user || !entry->item.wanted)
		return -ENOENT;
	if (entry->item.users == user)
		want(ipvs, &entry->item, false);
	else
		leave_service(ipvs, entry, user);
	return 0;
}

static int remove_marked(struct ipvs_plane *ipvs, struct ipvs_service *address)
{
	bool unused;
	struct plane_service service = ipvs_marks_remove(ipvs, address, &unused);

	ipvs_work_wake(ipvs);
	return unused ? remove_direct(ipvs, &service) : 0;
}

/* In a service of a mark: packets keep their port, but for NAT, whose servers may have another. */
static struct config_endpoint endpoint_in(const struct ipvs_service *of,
					  const struct plane_server *server)
{
	struct config_endpoint endpoint = server->endpoint;

	if (of->id.mark && server->forwarding.method != CONFIG_LVS_NAT)
		endpoint.port = 0;
	return endpoint;
}

static void set_in(struct ipvs_plane *ipvs, struct ipvs_service *of,
		   const struct plane_server *server, uint64_t user)
{
	struct config_endpoint endpoint = endpoint_in(of, server);
	struct ipvs_server *entry = ipvs_table_add_server(&ipvs->table, of, &endpoint);

	entry->item.users |= user;
	entry->shown = *server;
	entry->wanted = ipvs_server_settings_of(server);
	want(ipvs, &entry->item, true);
}

/* nftables_ipvs came or went: the service is another one now, with the same servers. */
static void move_servers(struct ipvs_plane *ipvs, const struct ipvs_service *from,
			 struct ipvs_service *to, const struct config_pool *pool)
{
	uint64_t user_from = ipvs_users_find(from, pool), user_to = ipvs_users_find(to, pool);
	const struct ipvs_item *item;

	TAILQ_FOREACH(item, &from->servers, beside)
	if (item->users & user_from)
		set_in(ipvs, to, &((const struct ipvs_server *)item)->shown, user_to);
}

/* The service that stands for one that is set: of a mark, or itself. NULL: neither is set. */
static struct ipvs_service *serving(struct ipvs_plane *ipvs, const struct plane_service *service)
{
	struct ipvs_service *address = ipvs_marks_find(ipvs, service);
	struct plane_service marked;
	struct ipvs_service *found;

	if (address) {
		marked = ipvs_marks_service(address);
		service = &marked;
	}
	found = find_service(ipvs, service);
	return found && found->item.wanted ? found : NULL;
}

/* A reload may have given it to another pool. */
static bool has_address(const struct plane_service *service, const struct ipvs_service *address)
{
	return address && !strcmp(address->shown.pool->name, service->pool->name);
}

static int remove_service(struct plane *plane, const struct plane_service *service)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);
	struct ipvs_service *address = ipvs_marks_find(ipvs, service);

	return has_address(service, address) ? remove_marked(ipvs, address)
					     : remove_direct(ipvs, service);
}

/* Returns the service that stands for it now. */
static struct ipvs_service *set_marked(struct ipvs_plane *ipvs, const struct plane_service *service)
{
	struct ipvs_service *address = ipvs_marks_find(ipvs, service);
	struct plane_service of_mark;

	if (address && !has_address(service, address))
		remove_marked(ipvs, address);
	of_mark = ipvs_marks_add(ipvs, service);
	return set_direct(ipvs, &of_mark);
}

static int set_service(struct plane *plane, const struct plane_service *service)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);
	struct ipvs_service *before = serving(ipvs, service);
	struct ipvs_service *was_marked = ipvs_marks_find(ipvs, service);
	bool marked = ipvs_marks_wanted(ipvs, service);
	struct ipvs_service *now = marked ? set_marked(ipvs, service) : set_direct(ipvs, service);

	if (!now)
		return -ENOSPC;
	if (!before || marked == (was_marked != NULL))
		return 0;
	move_servers(ipvs, before, now, service->pool);
	return was_marked ? remove_marked(ipvs, was_marked) : remove_direct(ipvs, service);
}

static int set_server(struct plane *plane, const struct plane_service *service,
		      const struct plane_server *server)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);
	struct ipvs_service *of = serving(ipvs, service);
	uint64_t user = of ? ipvs_users_find(of, service->pool) : 0;

	if (!user)
		return -ENOENT;
	set_in(ipvs, of, server, user);
	return 0;
}

static int remove_server(struct plane *plane, const struct plane_service *service,
			 const struct plane_server *server)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);
	struct ipvs_service *of = serving(ipvs, service);
	uint64_t user = of ? ipvs_users_find(of, service->pool) : 0;
	struct config_endpoint endpoint;
	struct ipvs_server *entry;

	if (!user)
		return -ENOENT;
	endpoint = endpoint_in(of, server);
	entry = ipvs_table_server(&ipvs->table, of, &endpoint);
	if (!entry || !(entry->item.users & user))
		return -ENOENT;
	leave(ipvs, &entry->item, user);
	return 0;
}

static void complete(struct plane *plane)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);

	ipvs->table.completed = true;
	ipvs_marks_forget(ipvs);
	if (ipvs->look.loaded)
		ipvs_table_sweep(&ipvs->table);
	ipvs_work_wake(ipvs);
}

static json_t *counters(struct plane *plane, const struct plane_service *service)
{
	const struct ipvs_service *entry = serving(ipvs_of(plane), service);

	return entry && entry->item.present ? ipvs_counters_json(entry) : NULL;
}

static void unwant_all(struct ipvs_plane *ipvs)
{
	struct ipvs_item *service = TAILQ_FIRST(&ipvs->table.services), *next;

	for (; service; service = next) {
		next = TAILQ_NEXT(service, beside);
		service->left = false;
		ipvs_table_want(&ipvs->table, service, false);
	}
}

static void release(struct ipvs_plane *ipvs)
{
	ipvs_look_stop(ipvs);
	ipvs_work_stop(ipvs);
	ipvs_table_free(&ipvs->table);
	ipvs_marks_free(ipvs);
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
		log_warning("ipvs: lvs_flush_on_stop: %s", limits_strerror(-error));
	return !error;
}

static void withdraw(struct ipvs_plane *ipvs)
{
	if (!ipvs->look.loaded)
		ipvs_look_finish(ipvs);
	ipvs_marks_stop(ipvs);
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

void plane_ipvs_problem(int error, char problem[static PLANE_PROBLEM_BYTES])
{
	if (error == -ENOENT)
		snprintf(problem, PLANE_PROBLEM_BYTES, "this kernel has no ip_vs");
	else
		snprintf(problem, PLANE_PROBLEM_BYTES, "ip_vs cannot be used: %s",
			 limits_strerror(-error));
}

static void log_missing(int error, const char *problem)
{
	log_error("%s%s: checks run, no connection is forwarded", problem,
		  error == -ENOENT ? " (modprobe ip_vs, then reload; packages of kernels for "
				     "containers may lack it)"
				   : "");
}

struct plane *plane_ipvs_start(struct event_base *base, const struct config_pools *settings,
			       const char *record, const struct plane_events *events,
			       char problem[static PLANE_PROBLEM_BYTES])
{
	struct ipvs_plane *ipvs = calloc(1, sizeof(*ipvs));
	int error;

	if (!ipvs) {
		plane_ipvs_problem(-ENOMEM, problem);
		return NULL;
	}
	ipvs->plane.operations = &operations;
	ipvs->base = base;
	ipvs->settings = settings;
	ipvs->events = *events;
	ipvs->record = record ? text_copy(record) : NULL;
	ipvs_table_init(&ipvs->table);
	ipvs_table_init(&ipvs->marks.addresses);
	error = ipvs_work_start(ipvs);
	if (!error) {
		ipvs_record_read(ipvs);
		ipvs_timeouts_apply(ipvs);
		error = ipvs_look_start(ipvs);
	}
	if (!error)
		return &ipvs->plane;
	plane_ipvs_problem(error, problem);
	log_missing(error, problem);
	release(ipvs);
	return NULL;
}

void plane_ipvs_reload(struct plane *plane, const struct config_pools *settings)
{
	struct ipvs_plane *ipvs = ipvs_of(plane);

	ipvs->settings = settings;
	ipvs->marks.stale |= ipvs->marks.table[0] != '\0'; /* its name or priority may be another */
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
