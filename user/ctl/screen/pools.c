// SPDX-License-Identifier: GPL-2.0-or-later
/* The line of "xbeatctl top" about server pools: see rows.h. */
#include "user/ctl/screen/rows.h"
#include "user/ctl/show/field.h"
#include "user/lib/array.h"
#include <inttypes.h>
#include <string.h>

static const char *const states[] = {"up", "down", "drain", "maintenance"};
#define STATES ARRAY_SIZE(states)

/* How many servers of a pool are in each state. */
static void add_servers(json_int_t counts[static STATES], const json_t *pool)
{
	const json_t *by_state = json_object_get(pool, "servers_by_state");

	for (size_t i = 0; i < STATES; i++)
		counts[i] += json_integer_value(json_object_get(by_state, states[i]));
}

/* "5 up, 1 down": those that there are. */
static void list_servers(char *text, size_t bytes, const json_int_t counts[static STATES])
{
	size_t length = 0;

	snprintf(text, bytes, "no servers");
	for (size_t i = 0; i < STATES && length < bytes; i++)
		if (counts[i])
			length += (size_t)snprintf(text + length, bytes - length,
						   "%s%" JSON_INTEGER_FORMAT " %s",
						   length ? ", " : "", counts[i], states[i]);
}

/* What is known of a pool that is checked on another node (ha_suspend) is old. */
static enum terminal_style style_of(const json_t *pool, bool up)
{
	const json_t *by_state = json_object_get(pool, "servers_by_state");

	if (json_is_true(json_object_get(pool, "suspended")))
		return TERMINAL_PLAIN;
	if (!up)
		return TERMINAL_BAD;
	return json_integer_value(json_object_get(by_state, "down")) ? TERMINAL_WARNING
								     : TERMINAL_PLAIN;
}

enum terminal_style rows_pools_line(const json_t *snapshot, char *line, size_t bytes)
{
	const json_t *pools = json_object_get(json_object_get(snapshot, "pools"), "pools"), *pool;
	enum terminal_style worst = TERMINAL_PLAIN;
	json_int_t counts[STATES] = {0};
	size_t index, up_count = 0, count = json_array_size(pools);
	char servers[96];

	json_array_foreach(pools, index, pool)
	{
		bool up = !strcmp(field_text(pool, "state"), "up");
		enum terminal_style style = style_of(pool, up);

		up_count += up;
		worst = style > worst ? style : worst;
		add_servers(counts, pool);
	}
	list_servers(servers, sizeof(servers), counts);
	*line = '\0';
	if (count)
		snprintf(line, bytes, "pools: %zu of %zu up; servers: %s", up_count, count,
			 servers);
	return worst;
}
