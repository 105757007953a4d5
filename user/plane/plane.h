/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A data plane forwards connections to servers. It gets what is wanted; how it comes to that, and
 * keeps it, is its own matter. Nothing here waits.
 */
#ifndef XBEAT_PLANE_PLANE_H
#define XBEAT_PLANE_PLANE_H

#include "user/config/model/pool.h"
#include <event2/event.h>
#include <jansson.h>

#define PLANE_PROBLEM_BYTES 192 /* why a data plane cannot be used */

/* A virtual service: of an address, or of a mark. */
struct plane_service {
	uint8_t family; /* 4 or 6 */
	uint8_t protocol; /* IPPROTO_*; 0 with a mark */
	struct config_endpoint endpoint;
	uint32_t mark; /* 0: an address */
	/* Its settings: scheduler, persistence …; borrowed until the next set_service(). */
	const struct config_pool *pool;
};

struct plane_server {
	struct config_endpoint endpoint;
	struct config_forwarding forwarding;
	uint32_t weight;
	uint32_t upper_threshold, lower_threshold;
};

/* What goes on in a data plane; called from the loop. */
struct plane_events {
	/* Something could not be done; it is tried again. server: NULL: the service. */
	void (*refused)(void *context, const struct plane_service *service,
			const struct plane_server *server, const char *why);
	/* What was refused is done now. */
	void (*accepted)(void *context, const struct plane_service *service,
			 const struct plane_server *server);
	/* Another program had changed or removed it; it is put back. what: "weight 5 instead of 3" */
	void (*restored)(void *context, const struct plane_service *service,
			 const struct plane_server *server, const char *what);
	void *context;
};

struct plane;

struct plane_operations {
	const char *name;
	/* Adds or changes. What is set stays so until it is removed. Returns 0 or a negative errno. */
	int (*set_service)(struct plane *plane, const struct plane_service *service);
	/* With its servers. Of a service that several pools have set, and of its servers, only what no
	 * other one has set is removed. */
	int (*remove_service)(struct plane *plane, const struct plane_service *service);
	int (*set_server)(struct plane *plane, const struct plane_service *service,
			  const struct plane_server *server);
	int (*remove_server)(struct plane *plane, const struct plane_service *service,
			     const struct plane_server *server);
	/* After a start: all is set, and what an earlier daemon left besides is removed. */
	void (*complete)(struct plane *plane);
	/* Connections and bytes of a service and its servers, as new JSON; NULL: unknown. */
	json_t *(*counters)(struct plane *plane, const struct plane_service *service);
	/* keep: another daemon goes on; otherwise all that is set is removed. */
	void (*stop)(struct plane *plane, bool keep);
};

struct plane {
	const struct plane_operations *operations;
};

/* The data plane "none": remembers nothing, forwards nothing. */
struct plane *plane_none(void);

#endif
