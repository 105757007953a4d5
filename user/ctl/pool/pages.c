// SPDX-License-Identifier: GPL-2.0-or-later
/* The answers of the method "pools", each with some of the servers, as one. */
#include "user/ctl/call/query.h"
#include "user/ctl/pool/pool.h"
#include <string.h>

static const char *name_of(const json_t *pool)
{
	const char *name = json_string_value(json_object_get(pool, "name"));

	return name ? name : "";
}

/* A pool may continue on the next page. */
void pool_append(json_t *all, const json_t *page)
{
	json_t *list = json_object_get(all, "pools"), *pool;
	size_t index;

	json_array_foreach(json_object_get(page, "pools"), index, pool)
	{
		json_t *last = json_array_get(list, json_array_size(list) - 1);

		if (last && !strcmp(name_of(last), name_of(pool)))
			json_array_extend(json_object_get(last, "servers"),
					  json_object_get(pool, "servers"));
		else
			json_array_append(list, pool);
	}
}

/* How many servers are to be skipped for the next page; 0: it was the last one. */
static json_int_t next_of(const json_t *page)
{
	return json_integer_value(json_object_get(page, "next"));
}

enum command_status pool_ask(const struct command *command, json_t **answer)
{
	enum command_status status = query_ask(command, "pools", json_object(), answer);
	json_int_t skip = status == COMMAND_OK ? next_of(*answer) : 0, next;
	json_t *page;

	if (skip)
		json_object_del(*answer, "next");
	for (; skip; skip = next) {
		status = query_ask(command, "pools", json_pack("{s:I}", "skip", skip), &page);
		if (status != COMMAND_OK) {
			json_decref(*answer);
			return status;
		}
		pool_append(*answer, page);
		next = next_of(page) > skip ? next_of(page) : 0;
		json_decref(page);
	}
	return status;
}
