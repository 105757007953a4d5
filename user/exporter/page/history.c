/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See history.h. */
#include "user/exporter/page/history.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/time.h"

#define KEPT_NS (3600 * NS_PER_SECOND)

static json_int_t number(const json_t *event, const char *name)
{
	return json_integer_value(json_object_get(event, name));
}

static void empty(struct history *history)
{
	json_decref(history->events);
	history->events = json_array();
	if (!history->events)
		limits_out_of_memory();
	history->sequence = 0;
}

void history_start(struct history *history)
{
	*history = (struct history){.life = 1};
	empty(history);
}

void history_stop(struct history *history)
{
	json_decref(history->events);
}

bool history_lacks(struct history *history, json_int_t newest, json_int_t epoch)
{
	if (newest < history->sequence || epoch != history->epoch) {
		empty(history);
		history->life++;
	}
	history->epoch = epoch;
	return newest > history->sequence;
}

static bool is_old(const json_t *event)
{
	return (json_int_t)clock_unix_ns() - number(event, "time_unix_ns") > (json_int_t)KEPT_NS;
}

void history_add(struct history *history, const json_t *events)
{
	json_t *event;
	size_t index;

	json_array_foreach(events, index, event)
	{
		if (number(event, "sequence") <= history->sequence)
			continue;
		history->sequence = number(event, "sequence");
		json_array_append(history->events, event);
	}
	while (json_array_size(history->events) > HISTORY_EVENTS_MAX ||
	       (json_array_size(history->events) && is_old(json_array_get(history->events, 0))))
		json_array_remove(history->events, 0);
}

json_t *history_after(const struct history *history, json_int_t *from, size_t limit)
{
	json_t *found = NULL;
	json_t *event;
	size_t index;

	json_array_foreach(history->events, index, event)
	{
		if (number(event, "sequence") <= *from)
			continue;
		if (json_array_size(found) == limit)
			break;
		if (!found)
			found = json_array();
		json_array_append(found, event);
		*from = number(event, "sequence");
	}
	return found;
}
