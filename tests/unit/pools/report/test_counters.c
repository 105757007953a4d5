// SPDX-License-Identifier: GPL-2.0-or-later
/* What a data plane counts, in the JSON of a pool. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/pools/report/counters.h"
#include <cmocka.h>

static json_int_t number(const json_t *of, const char *name)
{
	const json_t *value = json_object_get(json_object_get(of, "counters"), name);

	return value ? json_integer_value(value) : -1;
}

static void services_and_servers(void **state)
{
	json_t *pool = json_loads(
		"{\"services\":[{},{}],\"servers\":[{\"address\":\"10.0.0.1:80\"},{\"address\":\"[2001:db8::1]:80\"},"
		"{\"address\":\"10.0.0.3\"},{\"address\":\"10.0.0.4:80\"}]}",
		0, NULL);
	json_t *first = json_loads(
		"{\"connections\":9,\"bytes_in\":90,\"servers\":[{\"address\":\"10.0.0.1\",\"port\":80,\"connections\":4,\"active\":1,\"weight\":3},"
		"{\"address\":\"2001:db8::1\",\"port\":80,\"connections\":5},{\"address\":\"10.0.0.3\",\"port\":0,\"connections\":7},"
		"{\"address\":\"10.0.0.99\",\"port\":80,\"connections\":1}]}",
		0, NULL);
	json_t *second = json_loads(
		"{\"connections\":1,\"servers\":[{\"address\":\"10.0.0.1\",\"port\":80,\"connections\":2,\"active\":2}]}",
		0, NULL);
	const json_t *services = json_object_get(pool, "services"),
		     *servers = json_object_get(pool, "servers");

	(void)state;
	counters_add(pool, 0, first);
	counters_add(pool, 1, second);
	counters_add(pool, 2, second); /* a service that is not listed */
	assert_int_equal(number(json_array_get(services, 0), "connections"), 9);
	assert_int_equal(number(json_array_get(services, 0), "bytes_in"), 90);
	assert_int_equal(number(json_array_get(services, 1), "connections"), 1);
	assert_int_equal(number(json_array_get(servers, 0), "connections"), 8);
	assert_int_equal(number(json_array_get(servers, 0), "active"), 5);
	assert_int_equal(number(json_array_get(servers, 0), "weight"), -1);
	assert_int_equal(number(json_array_get(servers, 1), "connections"), 5);
	assert_int_equal(number(json_array_get(servers, 2), "connections"), 7);
	assert_null(json_object_get(json_array_get(servers, 3), "counters"));
	json_decref(second);
	json_decref(first);
	json_decref(pool);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(services_and_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
