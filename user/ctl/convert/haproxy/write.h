/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Parts of a virtual_server block. */
#ifndef XBEAT_CTL_CONVERT_HAPROXY_WRITE_H
#define XBEAT_CTL_CONVERT_HAPROXY_WRITE_H

#include "user/ctl/convert/blocks/conversion.h"
#include "user/ctl/convert/haproxy/model.h"

/* When a server is checked. */
struct haproxy_timing {
	uint64_t interval_ns, fast_interval_ns, down_interval_ns, timeout_ns, rise, fall;
};

/* Where clients connect: the endpoints of one virtual server. */
struct haproxy_frontage {
	struct haproxy_endpoint *list;
	size_t count;
};

/* Those of the frontends that lead to a backend; without an error, *count 0: it needs none. */
void haproxy_find_frontage(struct conversion *conversion, struct haproxy *haproxy,
			   struct haproxy_proxy *proxy, uint8_t family,
			   struct haproxy_frontage *frontage);

struct haproxy_timing haproxy_timing_of(const struct haproxy_proxy *proxy,
					const struct haproxy_server *server);

/* usual: what the pool has already; NULL: nothing. */
void haproxy_write_timing(struct conversion *conversion, const struct haproxy_timing *timing,
			  const struct haproxy_timing *usual);

/* The check blocks of a server. first: where clients connect. */
void haproxy_write_checks(struct conversion *conversion, const struct haproxy *haproxy,
			  const struct haproxy_proxy *proxy, const struct haproxy_server *server,
			  const struct haproxy_endpoint *first);

#endif
