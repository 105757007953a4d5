/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data plane IPVS, as its parts know it. */
#ifndef XBEAT_PLANE_IPVS_STATE_H
#define XBEAT_PLANE_IPVS_STATE_H

#include "user/plane/ipvs/ipvs.h"
#include "user/plane/ipvs/socket.h"
#include "user/plane/ipvs/table.h"
#include "user/plane/nft/nft.h"

/* work.c: sends what is to change, a batch in a turn of the loop. */
struct ipvs_work {
	struct ipvs_socket socket;
	struct event *turn, *retry;
	unsigned batch_count; /* as many as take about IPVS_TURN_NS */
	struct ipvs_batch batch;
};

/* look.c: reads what is there, a part in a turn of the loop. */
struct ipvs_look {
	struct ipvs_socket socket;
	struct event *turn, *next;
	uint64_t round; /* 0: none has been made; the first one reads what an earlier daemon left */
	bool running, loaded;
	bool failed; /* the last one: logged once */
	bool of_service; /* the dump is of a service's servers; else of services */
	struct ipvs_service_id service_id;
	struct ipvs_service *service; /* NULL: it is gone meanwhile */
	uint64_t began_ns; /* the dump that goes on */
	uint64_t spent_ns; /* in this round */
};

/* sync.c: arrays are by role: false is backup, true is master. */
struct ipvs_sync {
	bool known; /* plane_ipvs_sync() was called */
	bool wanted[2];
	int error[2]; /* of the last start; 0: none */
	uint8_t id;
	bool ours; /* this daemon, or the one before, started them */
};

struct ipvs_mark {
	uint32_t number;
	char pool[sizeof(((struct config_pool *)0)->name)];
	size_t users[2]; /* addresses, IPv4 and IPv6 */
};

/* marks.c */
struct ipvs_marks {
	struct ipvs_table addresses; /* what is reached by a mark; never in the kernel's IPVS */
	struct ipvs_mark *list;
	size_t count;
	struct nft nft;
	char table[NFT_NAME_BYTES]; /* the one in the kernel; "": none */
	bool stale; /* it is to be replaced */
	int error; /* of the last time; 0: none */
};

struct ipvs_plane {
	struct plane plane; /* first */
	struct event_base *base;
	const struct config_pools *settings;
	struct plane_events events;
	char *record; /* the file that names our services; NULL: none */
	struct ipvs_table table;
	struct ipvs_work work;
	struct ipvs_look look;
	size_t left_count; /* removed because an earlier daemon had left it */
	bool record_failed; /* the last time: logged once */
	struct ipvs_sync sync;
	struct ipvs_marks marks;
	struct ipvs_timeouts timeouts_before; /* those that are put back */
	bool has_timeouts_before;
};

/* Return 0 or a negative errno. */
int ipvs_work_start(struct ipvs_plane *plane);
void ipvs_work_stop(struct ipvs_plane *plane);

/* There may be something in the queue: it is sent from the loop. */
void ipvs_work_wake(struct ipvs_plane *plane);

/* Sends all that is in the queue now, for an end. */
void ipvs_work_finish(struct ipvs_plane *plane);

int ipvs_look_start(struct ipvs_plane *plane);
void ipvs_look_stop(struct ipvs_plane *plane);

/* Reads the rest of a look that goes on, for an end. */
void ipvs_look_finish(struct ipvs_plane *plane);

/* As new JSON. */
json_t *ipvs_counters_json(const struct ipvs_service *service);

/* Events, with what was changed. */
void ipvs_report_refused(const struct ipvs_plane *plane, const struct ipvs_item *item, int error);
void ipvs_report_accepted(const struct ipvs_plane *plane, const struct ipvs_item *item);
void ipvs_report_restored(const struct ipvs_plane *plane, const struct ipvs_item *item,
			  const char *what);

#endif
