/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the page is sent of a snapshot. */
#include "user/exporter/page/view.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define ROLES                                                                                      \
	"\"vrid\":51,\"name\":\"VI_1\",\"addresses\":[\"10.0.0.100\"],\"nodes\":["                 \
	"{\"node\":\"b\",\"state\":\"active\",\"name\":\"VI_1\"}"

static json_t *snapshot_with(const char *own, const char *roles)
{
	char text[2048];

	snprintf(text, sizeof(text),
		 "{\"taken_unix_ns\":5,\"status\":{\"node\":{\"name\":\"a\"},\"pid\":7,"
		 "\"heartbeat\":{\"name\":\"lan\",\"interval_ns\":10,\"multiplier\":3}},"
		 "\"peers\":[{\"name\":\"b\",\"verdict\":\"up\",\"links\":[{\"interface\":\"eth0\","
		 "\"address\":\"10.0.0.2\",\"sent\":4,\"on_link\":true,"
		 "\"rtt_minute_ns\":{\"p50\":9}}]}],"
		 "\"vrrp\":[%s],\"drops\":{\"bad_tag\":1},\"cluster\":{\"nodes\":[{\"name\":\"b\","
		 "\"version\":\"9\"}],\"instances\":[{%s]}]}}",
		 own, roles);
	return json_loads(text, 0, NULL);
}

static json_t *view_of(const char *own, const char *roles)
{
	json_t *snapshot = snapshot_with(own, roles), *view;

	assert_non_null(snapshot);
	view = view_make(snapshot, NULL);
	json_decref(snapshot);
	assert_non_null(view);
	return view;
}

static const json_t *first(const json_t *view, const char *name)
{
	return json_array_get(json_object_get(view, name), 0);
}

static void only_what_it_shows(void **state)
{
	json_t *view = view_of("{\"name\":\"VI_1\",\"vrid\":51,\"transitions\":3}",
			       ROLES ",{\"node\":\"a\",\"state\":\"backup\",\"name\":\"VI_1\"}");
	const json_t *peer = first(view, "peers"), *instance = first(view, "vrrp");
	const json_t *link = first(peer, "links");

	(void)state;
	assert_null(json_object_get(view, "drops"));
	assert_null(json_object_get(json_object_get(view, "status"), "pid"));
	assert_string_equal(json_string_value(json_object_get(peer, "version")), "9");
	assert_int_equal(json_integer_value(json_object_get(link, "sent")), 4);
	assert_non_null(json_object_get(link, "rtt_minute_ns"));
	assert_null(json_object_get(link, "rtt_now_ns"));
	assert_null(json_object_get(instance, "transitions"));
	assert_int_equal(json_array_size(json_object_get(instance, "nodes")), 2);
	assert_int_equal(json_array_size(json_object_get(view, "vrrp")), 1);
	json_decref(view);
}

static void instances_of_other_nodes(void **state)
{
	json_t *view = view_of("", ROLES);
	const json_t *instance = first(view, "vrrp");

	(void)state;
	assert_true(json_is_true(json_object_get(instance, "elsewhere")));
	assert_string_equal(json_string_value(first(instance, "owners")), "b");
	json_decref(view);
}

/* COUNT servers, of which the last is down. */
static json_t *pool_of(int count)
{
	json_t *servers = json_array();

	for (int i = 0; i < count; i++)
		json_array_append_new(servers,
				      json_pack("{s:i, s:s, s:i}", "weight", i, "state",
						i == count - 1 ? "down" : "up", "changes", 1));
	return json_pack("{s:s, s:o, s:i}", "name", "p", "servers", servers, "services", 1);
}

static void pools_without_what_is_not_shown(void **state)
{
	json_t *snapshot = snapshot_with("", ROLES), *view;
	const json_t *pool, *servers;

	(void)state;
	json_object_set_new(
		snapshot, "pools",
		json_pack("{s:{s:s}, s:[o]}", "checker", "state", "away", "pools", pool_of(1000)));
	view = view_make(snapshot, NULL);
	pool = first(json_object_get(view, "pools"), "pools");
	servers = json_object_get(pool, "servers");
	assert_null(json_object_get(pool, "services"));
	assert_int_equal(json_array_size(servers), 200);
	assert_string_equal(json_string_value(json_object_get(first(pool, "servers"), "state")),
			    "down");
	assert_null(json_object_get(first(pool, "servers"), "changes"));
	json_decref(view);
	json_object_del(snapshot, "pools");
	view = view_make(snapshot, NULL);
	assert_null(json_object_get(view, "pools"));
	json_decref(view);
	json_decref(snapshot);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_it_shows),
		cmocka_unit_test(instances_of_other_nodes),
		cmocka_unit_test(pools_without_what_is_not_shown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
