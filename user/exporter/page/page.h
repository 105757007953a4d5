/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The page for people at "/", and "/events", by which it lives: a stream of server-sent events,
 * each a JSON object.
 *
 *	state	what the page shows now (view.h), or failure: why xbeatd does not answer
 *	events	events: new entries of xbeatd's event log; again: true if it was begun again
 *
 * xbeatd is asked once in PAGE_INTERVAL_NS, however many pages are open, and not at all without
 * one.
 */
#ifndef XBEAT_EXPORTER_PAGE_PAGE_H
#define XBEAT_EXPORTER_PAGE_PAGE_H

#include "user/exporter/http/server.h"
#include "user/exporter/source/snapshot.h"

#define PAGE_INTERVAL_NS NS_PER_SECOND
#define PAGE_STREAMS_MAX 16

struct page;

/* Adds its routes to the server. All arguments stay the caller's; socket: xbeatd's. */
struct page *page_new(struct http_server *server, struct snapshot_source *source,
		      struct event_base *base, const char *socket);

/* After http_server_stop(). */
void page_free(struct page *page);

#endif
