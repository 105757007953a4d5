/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What is to be in the kernel's IPVS beside what is there, for each service and server. A difference
 * is an entry in the queue; the next request for an entry follows from the two alone. No I/O.
 */
#ifndef XBEAT_PLANE_IPVS_TABLE_H
#define XBEAT_PLANE_IPVS_TABLE_H

#include "user/plane/ipvs/entry.h"
#include <sys/queue.h>

struct ipvs_service;

/* What services and servers have in common. */
struct ipvs_item {
	struct ipvs_service *service; /* whose server it is; of a service: itself */
	bool is_server;
	bool wanted; /* it is to be there */
	bool present; /* it is there, as far as is known */
	bool left; /* an earlier daemon left it, and it has not been set since */
	bool lost; /* another program removed it */
	bool queued, waiting;
	int error; /* of the last refusal; 0: none */
	uint64_t users; /* pools that want it (users.h); none once it is not wanted */
	unsigned refusals; /* one after the other */
	uint64_t retry_ns;
	uint64_t changed_ns; /* the last change of this daemon */
	uint64_t round; /* the last look that found it */
	uint64_t hash;
	struct ipvs_item *next; /* of the same bucket */
	TAILQ_ENTRY(ipvs_item) queue; /* ready, or waiting */
	TAILQ_ENTRY(ipvs_item) beside; /* services of the table, or servers of a service */
};

TAILQ_HEAD(ipvs_items, ipvs_item);

struct ipvs_service {
	struct ipvs_item item; /* first */
	struct ipvs_service_id id;
	struct ipvs_service_settings wanted, present;
	struct ipvs_counters counters;
	struct plane_service shown; /* as it was set */
	struct ipvs_items servers;
	char (*user_names)[sizeof(((struct config_pool *)0)->name)];
	size_t user_count; /* places, also those without a user */
	uint32_t mark; /* of an address that is reached by one (marks.h) */
	size_t server_count;
	uint64_t servers_round; /* the last look at its servers */
	uint64_t removed_ns; /* the last removal of one of them */
};

struct ipvs_server {
	struct ipvs_item item; /* first */
	struct config_endpoint endpoint;
	struct ipvs_server_settings wanted, present;
	struct ipvs_counters counters;
	uint32_t active, inactive; /* connections */
	struct plane_server shown;
};

struct ipvs_table {
	struct ipvs_item **buckets;
	size_t bucket_count, count;
	struct ipvs_items services;
	struct ipvs_items ready, waiting;
	bool record_lacks; /* services have come since the record was written */
	bool record_stale; /* what is ours has changed since the record was written */
	bool completed; /* what is left may be removed */
};

void ipvs_table_init(struct ipvs_table *table);
void ipvs_table_free(struct ipvs_table *table);

/* Return NULL if there is none. */
struct ipvs_service *ipvs_table_service(const struct ipvs_table *table,
					const struct ipvs_service_id *id);
struct ipvs_server *ipvs_table_server(const struct ipvs_table *table,
				      const struct ipvs_service *service,
				      const struct config_endpoint *endpoint);

/* The same, or a new one that is neither wanted nor present. */
struct ipvs_service *ipvs_table_add_service(struct ipvs_table *table,
					    const struct ipvs_service_id *id);
struct ipvs_server *ipvs_table_add_server(struct ipvs_table *table, struct ipvs_service *service,
					  const struct config_endpoint *endpoint);

static inline struct ipvs_service *ipvs_item_service(struct ipvs_item *item)
{
	return (struct ipvs_service *)item;
}

static inline struct ipvs_server *ipvs_item_server(struct ipvs_item *item)
{
	return (struct ipvs_server *)item;
}

/* The next request for an entry: IPVS_CMD_*; IPVS_CMD_UNSPEC: none. service_present: the service of
 * a server is there, or a request for it goes before. */
uint8_t ipvs_item_command(const struct ipvs_table *table, const struct ipvs_item *item,
			  bool service_present);

/* Whether it is to be there. With a service that is not, its servers. */
void ipvs_table_want(struct ipvs_table *table, struct ipvs_item *item, bool wanted);

/* Puts an entry in the queue if it differs; frees it if it is neither wanted nor present. A service
 * takes its servers with it. */
void ipvs_table_settle(struct ipvs_table *table, struct ipvs_item *item);

/* Puts everything in the queue that differs, and frees what is gone. */
void ipvs_table_sweep(struct ipvs_table *table);

/* The servers of a service only. */
void ipvs_table_settle_servers(struct ipvs_table *table, struct ipvs_service *service);

/* A refused one is put off. */
void ipvs_table_put_off(struct ipvs_table *table, struct ipvs_item *item, uint64_t until_ns);

/* What was put off until now is in the queue again. */
void ipvs_table_resume(struct ipvs_table *table, uint64_t now_ns);

/* It is not in the kernel any more. With a service, its servers. */
void ipvs_table_lose(struct ipvs_table *table, struct ipvs_item *item);

/* Returns the first of the queue, out of it; NULL: it is empty. */
struct ipvs_item *ipvs_table_take(struct ipvs_table *table);

#endif
