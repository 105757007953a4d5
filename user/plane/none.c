/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The data plane "none": checks, states and notifications, but no forwarding. */
#include "user/plane/plane.h"

static int set_service(struct plane *plane, const struct plane_service *service)
{
	(void)plane;
	(void)service;
	return 0;
}

static int set_server(struct plane *plane, const struct plane_service *service,
		      const struct plane_server *server)
{
	(void)plane;
	(void)service;
	(void)server;
	return 0;
}

static void complete(struct plane *plane)
{
	(void)plane;
}

static json_t *counters(struct plane *plane, const struct plane_service *service)
{
	(void)plane;
	(void)service;
	return NULL;
}

static void stop(struct plane *plane, bool keep)
{
	(void)plane;
	(void)keep;
}

static const struct plane_operations operations = {
	.name = "none",
	.set_service = set_service,
	.remove_service = set_service,
	.set_server = set_server,
	.remove_server = set_server,
	.complete = complete,
	.counters = counters,
	.stop = stop,
};

struct plane *plane_none(void)
{
	static struct plane none = {.operations = &operations};

	return &none;
}
