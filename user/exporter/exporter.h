/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The running exporter: its pages, its server, and what it knows of xbeatd. */
#ifndef XBEAT_EXPORTER_EXPORTER_H
#define XBEAT_EXPORTER_EXPORTER_H

#include "user/exporter/http/server.h"
#include "user/exporter/options.h"
#include "user/exporter/page/page.h"
#include "user/exporter/source/snapshot.h"
#include <event2/event.h>

struct exporter {
	const struct options *options;
	struct event_base *base;
	struct http_server server;
	struct snapshot_source *source;
	struct page *page;
	uint64_t scrape_ns; /* how long the last one took */
};

/* Listens. Returns 0 or a negative errno, which is logged. */
int exporter_start(struct exporter *exporter, const struct options *options);

/* Returns after SIGTERM or SIGINT. */
void exporter_run(struct exporter *exporter);

/* Also after a failed start. */
void exporter_stop(struct exporter *exporter);

#endif
