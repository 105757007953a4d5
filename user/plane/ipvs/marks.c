/* SPDX-License-Identifier: GPL-2.0-or-later */
#include "user/plane/ipvs/marks.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct config_server_group *find_group(const struct config_pools *settings,
						    const char *name)
{
	for (size_t i = 0; i < settings->group_count; i++)
		if (!strcmp(settings->groups[i].name, name))
			return &settings->groups[i];
	return NULL;
}

/* A group that has a mark of its own is served as without nftables_ipvs. */
static bool has_marks(const struct config_server_group *group)
{
	for (size_t i = 0; i < group->entry_count; i++)
		if (group->entries[i].mark)
			return true;
	return false;
}

bool ipvs_marks_wanted(const struct ipvs_plane *plane, const struct plane_service *service)
{
	const struct config_pool *pool = service->pool;
	const struct config_server_group *group;

	if (!plane->settings->nftables || !pool || !pool->group || service->mark ||
	    !service->endpoint.port)
		return false;
	group = find_group(plane->settings, pool->group);
	return group && !has_marks(group);
}

struct ipvs_service *ipvs_marks_find(const struct ipvs_plane *plane,
				     const struct plane_service *service)
{
	struct ipvs_service_id id = ipvs_service_id_of(service);

	return ipvs_table_service(&plane->marks.addresses, &id);
}

struct plane_service ipvs_marks_service(const struct ipvs_service *address)
{
	return (struct plane_service){
		.family = address->id.family,
		.mark = address->mark,
		.pool = address->shown.pool,
	};
}

/* NULL: no pool has it. */
static struct ipvs_mark *find_mark(const struct ipvs_marks *marks, uint32_t number)
{
	for (size_t i = 0; i < marks->count; i++)
		if (marks->list[i].number == number)
			return &marks->list[i];
	return NULL;
}

struct ipvs_mark *ipvs_marks_remember(struct ipvs_plane *plane, uint32_t number, const char *pool)
{
	struct ipvs_marks *marks = &plane->marks;
	struct ipvs_mark *mark;

	marks->list = array_grow(marks->list, &marks->count, sizeof(*marks->list));
	mark = &marks->list[marks->count - 1];
	mark->number = number;
	snprintf(mark->pool, sizeof(mark->pool), "%s", pool);
	plane->table.record_stale = true;
	return mark;
}

static struct ipvs_mark *mark_of(struct ipvs_plane *plane, const struct config_pool *pool)
{
	struct ipvs_marks *marks = &plane->marks;
	uint32_t number = plane->settings->nftables_first_mark;

	for (size_t i = 0; i < marks->count; i++)
		if (!strcmp(marks->list[i].pool, pool->name))
			return &marks->list[i];
	while (find_mark(marks, number))
		number++;
	return ipvs_marks_remember(plane, number, pool->name);
}

static size_t family_index(const struct ipvs_service *address)
{
	return address->id.family == 6;
}

struct plane_service ipvs_marks_add(struct ipvs_plane *plane, const struct plane_service *service)
{
	struct ipvs_marks *marks = &plane->marks;
	struct ipvs_service_id id = ipvs_service_id_of(service);
	struct ipvs_service *address = ipvs_table_add_service(&marks->addresses, &id);
	struct ipvs_mark *mark = mark_of(plane, service->pool);

	if (!address->mark) {
		mark->users[family_index(address)]++;
		marks->stale = true;
	}
	address->shown = *service;
	address->mark = mark->number;
	address->item.wanted = true;
	return ipvs_marks_service(address);
}

/* Returns whether no address of its family uses the mark any more. */
static bool stop_using(struct ipvs_marks *marks, const struct ipvs_service *address)
{
	struct ipvs_mark *mark = find_mark(marks, address->mark);

	return mark && !--mark->users[family_index(address)];
}

struct plane_service ipvs_marks_remove(struct ipvs_plane *plane, struct ipvs_service *address,
				       bool *unused)
{
	struct plane_service service = ipvs_marks_service(address);

	*unused = stop_using(&plane->marks, address);
	plane->marks.stale = true;
	address->item.wanted = false;
	ipvs_table_settle(&plane->marks.addresses, &address->item); /* it is freed */
	return service;
}

void ipvs_marks_forget(struct ipvs_plane *plane)
{
	struct ipvs_marks *marks = &plane->marks;
	size_t kept = 0;

	for (size_t i = 0; i < marks->count; i++)
		if (marks->list[i].users[0] || marks->list[i].users[1])
			marks->list[kept++] = marks->list[i];
	plane->table.record_stale |= kept != marks->count;
	marks->count = kept;
}

/* Returns the entries of all addresses, to be freed. */
static struct nft_entry *list_entries(const struct ipvs_table *addresses)
{
	struct nft_entry *entries = calloc(addresses->count + 1, sizeof(*entries));
	const struct ipvs_item *item;
	size_t count = 0;

	if (!entries)
		limits_out_of_memory();
	TAILQ_FOREACH(item, &addresses->services, beside)
	entries[count++] = (struct nft_entry){
		.protocol = item->service->id.protocol,
		.port = item->service->id.endpoint.port,
		.first = item->service->id.endpoint.address,
		.last = item->service->id.endpoint.address,
		.mark = item->service->mark,
	};
	return entries;
}

static int replace(struct ipvs_plane *plane, struct ipvs_marks *marks)
{
	struct nft_entry *entries = list_entries(&marks->addresses);
	const struct config_pools *settings = plane->settings;
	int error = nft_replace(&marks->nft, settings->nftables_table, settings->nftables_priority,
				entries, marks->addresses.count);

	free(entries);
	return error;
}

/* Those of another name, and all if no address has a mark any more. */
static int remove_old(struct ipvs_plane *plane, struct ipvs_marks *marks)
{
	int error;

	if (!marks->table[0] ||
	    (marks->addresses.count && !strcmp(marks->table, plane->settings->nftables_table)))
		return 0;
	error = nft_remove(&marks->nft, marks->table);
	marks->table[0] = '\0';
	plane->table.record_stale = true;
	return error;
}

static int apply(struct ipvs_plane *plane, struct ipvs_marks *marks)
{
	int error = marks->nft.socket ? 0 : nft_open(&marks->nft);

	if (!error)
		error = remove_old(plane, marks);
	if (error || !marks->addresses.count)
		return error;
	error = replace(plane, marks);
	if (!error) {
		snprintf(marks->table, sizeof(marks->table), "%s", plane->settings->nftables_table);
		plane->table.record_stale = true;
	}
	return error;
}

void ipvs_marks_apply(struct ipvs_plane *plane)
{
	struct ipvs_marks *marks = &plane->marks;
	int error;

	if (!marks->stale)
		return;
	marks->stale = false;
	error = apply(plane, marks);
	if (error && error != marks->error)
		log_error("ipvs: nftables refuses the table %s: %s: packets to the addresses of "
			  "groups are not forwarded (modprobe nf_tables, or configure without "
			  "nftables_ipvs); it is tried again",
			  plane->settings->nftables_table, limits_strerror(-error));
	marks->error = error;
}

void ipvs_marks_check(struct ipvs_plane *plane)
{
	struct ipvs_marks *marks = &plane->marks;
	struct ipvs_item *item = TAILQ_FIRST(&marks->addresses.services);

	marks->stale |= marks->error != 0;
	if (!item || marks->stale || nft_is_intact(&marks->nft))
		return;
	marks->stale = true;
	ipvs_report_restored(plane, item, "its table of nftables had been removed or changed");
}

void ipvs_marks_stop(struct ipvs_plane *plane)
{
	struct ipvs_marks *marks = &plane->marks;

	if (!marks->table[0] || (!marks->nft.socket && nft_open(&marks->nft)))
		return;
	nft_remove(&marks->nft, marks->table);
}

void ipvs_marks_free(struct ipvs_plane *plane)
{
	ipvs_table_free(&plane->marks.addresses);
	free(plane->marks.list);
	nft_close(&plane->marks.nft);
}
