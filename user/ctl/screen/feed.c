// SPDX-License-Identifier: GPL-2.0-or-later
/* What the daemon knows now: see feed.h. */
#include "user/ctl/screen/feed.h"
#include "user/ctl/call/query.h"
#include "user/lib/clock.h"

static json_int_t newest_sequence(const json_t *snapshot)
{
	return json_integer_value(
		json_object_get(json_object_get(snapshot, "status"), "event_sequence"));
}

/* A lower number than before: the log was begun again. */
static void take_events(struct feed *feed)
{
	json_int_t newest = newest_sequence(feed->snapshot);
	json_t *events;

	if (newest == feed->sequence && json_array_size(feed->events))
		return;
	if (newest < feed->sequence) {
		feed->sequence = 0;
		json_array_clear(feed->events);
	}
	events = query_try(feed->command, "events",
			   json_pack("{s:I}", "since_sequence", feed->sequence));
	if (!json_is_array(events)) {
		json_decref(events);
		return;
	}
	json_array_extend(feed->events, events);
	json_decref(events);
	while (json_array_size(feed->events) > FEED_EVENTS_MAX)
		json_array_remove(feed->events, 0);
	feed->sequence = newest;
}

static void take(struct feed *feed, json_t *snapshot)
{
	json_decref(feed->snapshot);
	feed->snapshot = snapshot;
	feed->lost_ns = 0;
	take_events(feed);
}

enum command_status feed_open(struct feed *feed, const struct command *command)
{
	json_t *snapshot;
	enum command_status status = query_ask(command, "snapshot", json_object(), &snapshot);

	*feed = (struct feed){.command = command};
	if (status != COMMAND_OK)
		return status;
	feed->events = json_array();
	take(feed, snapshot);
	return COMMAND_OK;
}

void feed_refresh(struct feed *feed)
{
	json_t *snapshot = query_try(feed->command, "snapshot", json_object());

	if (snapshot)
		take(feed, snapshot);
	else if (!feed->lost_ns)
		feed->lost_ns = clock_now_ns();
}

void feed_close(struct feed *feed)
{
	json_decref(feed->snapshot);
	json_decref(feed->events);
	*feed = (struct feed){0};
}
