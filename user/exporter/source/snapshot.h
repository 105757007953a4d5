/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What xbeatd knows, shared by all who ask: it is asked at most every SNAPSHOT_SPACING_NS, and
 * those who ask meanwhile get the same answer. No client waits longer than xbeatd may take for an
 * answer.
 */
#ifndef XBEAT_EXPORTER_SOURCE_SNAPSHOT_H
#define XBEAT_EXPORTER_SOURCE_SNAPSHOT_H

#include "user/lib/time.h"
#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>

#define SNAPSHOT_SPACING_NS (250 * NS_PER_MS)

/* What xbeatd answered, or why it did not. */
struct snapshot {
	uint64_t serial; /* of this answer; another one has another number */
	json_t *json; /* as the method "snapshot" has it; NULL: xbeatd is away */
	char failure[256]; /* then the reason */
};

struct snapshot_source;

/* Borrows the snapshot for the call. May be called before snapshot_ask() returns. */
typedef void snapshot_taker(void *context, const struct snapshot *snapshot);

/* path: of xbeatd's control socket; it stays the caller's and valid. */
struct snapshot_source *snapshot_source_new(struct event_base *base, const char *path);

/* Without calls of those who wait. */
void snapshot_source_free(struct snapshot_source *source);

/* Calls taker exactly once. */
void snapshot_ask(struct snapshot_source *source, snapshot_taker *taker, void *context);

/* How many snapshots there have been. */
uint64_t snapshot_source_count(const struct snapshot_source *source);

#endif
