/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The events of the last hour, as xbeatd's event log has them. */
#ifndef XBEAT_EXPORTER_PAGE_HISTORY_H
#define XBEAT_EXPORTER_PAGE_HISTORY_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define HISTORY_EVENTS_MAX 512

struct history {
	json_t *events; /* oldest first */
	json_int_t sequence; /* of the newest that is known; 0: none */
	json_int_t epoch; /* of xbeatd */
	uint64_t life; /* from 1; grows when xbeatd's log was begun again */
};

void history_start(struct history *history);
void history_stop(struct history *history);

/* Whether xbeatd, whose newest event has this sequence, has events that are not here. Forgets all
 * if its log was begun again, as it may be in another epoch. */
bool history_lacks(struct history *history, json_int_t newest, json_int_t epoch);

/* Adds what xbeatd answered, and removes what is too old. */
void history_add(struct history *history, const json_t *events);

/* Returns new JSON: up to limit events above the sequence *from, and sets *from to the last of
 * these; NULL: there are none. */
json_t *history_after(const struct history *history, json_int_t *from, size_t limit);

#endif
