// SPDX-License-Identifier: GPL-2.0-or-later
/* Pools and servers as tables; names that select them. */
#include "tests/unit/ctl/show/fixture.h"
#include "user/ctl/pool/pool.h"

#define CHECK_BAD                                                                                                                                                \
	"{\"kind\":\"http\",\"target\":\"10.0.0.12:80\",\"state\":\"down\",\"reason\":\"http 503 after 12 ms\",\"bad_count\":3,\"last_good_age_ns\":4400000000," \
	"\"results\":{\"good\":9,\"bad\":3,\"stalled\":0,\"local_error\":0}}"
#define UP                                                                                                                                                     \
	"{\"address\":\"10.0.0.11:80\",\"state\":\"up\",\"mode\":\"ready\",\"state_age_ns\":31000000000,\"reason\":\"\",\"configured_weight\":1,\"weight\":1," \
	"\"present\":true,\"counters\":{\"connections\":120034,\"active\":12},\"checks\":[{\"kind\":\"tcp\",\"target\":\"10.0.0.11:80\",\"state\":\"up\","     \
	"\"reason\":\"connected after 0.2 ms\"}]}"
#define DOWN                                                                                                                                                                \
	"{\"address\":\"10.0.0.12:80\",\"state\":\"down\",\"mode\":\"ready\",\"state_age_ns\":4100000000,\"reason\":\"http 503 after 12 ms, 3 of 3; last good 4.4 s ago\"," \
	"\"configured_weight\":3,\"weight\":0,\"present\":false,\"checks\":[" CHECK_BAD "]}"
#define DRAINED                                                                                                                                         \
	"{\"address\":\"[2001:db8::1]:80\",\"state\":\"drain\",\"mode\":\"drain\",\"state_age_ns\":1000000000,\"reason\":\"\",\"configured_weight\":1," \
	"\"weight\":0,\"present\":true,\"drain_left_ns\":60000000000,\"operator_weight\":7,\"backup\":true,\"checks\":[]}"
#define POOL(name, servers)                                                                                                               \
	"{\"name\":\"" name                                                                                                               \
	"\",\"state\":\"up\",\"state_age_ns\":31000000000,\"reason\":\"\",\"quorum\":{\"weight\":1,\"hysteresis\":0,\"alive_weight\":2}," \
	"\"servers_by_state\":{\"up\":2,\"down\":1,\"drain\":0,\"maintenance\":0},\"data_plane\":\"ipvs\",\"sorry_active\":false,"        \
	"\"servers\":[" servers "]}"
#define ANSWER(pools)                                                                                              \
	"{\"checker\":{\"state\":\"running\"},\"plane\":{\"name\":\"ipvs\",\"state\":\"works\"},\"pools\":[" pools \
	"]}"

static void no_pools(void **state)
{
	(void)state;
	assert_shown(pool_show_list, ANSWER(""), "no pools (virtual_server) are configured\n");
	assert_shown(pool_show_servers, ANSWER(""), "no pools (virtual_server) are configured\n");
}

static void list_names_what_gets_no_connections(void **state)
{
	(void)state;
	assert_shown(
		pool_show_list, ANSWER(POOL("10.0.0.100:80/tcp", UP "," DOWN)),
		"POOL               STATE  SERVERS UP  WEIGHT  QUORUM  SORRY  SINCE\n"
		"10.0.0.100:80/tcp  up         2 of 3       2       1  none    31 s\n"
		"    10.0.0.12:80 down for 4.1 s: http 503 after 12 ms, 3 of 3; last good 4.4 s\n"
		"    ago\n");
}

static void list_stays_short(void **state)
{
	_cleanup_free_ char *text = shown(
		pool_show_list,
		ANSWER(POOL("p", DOWN "," DOWN "," DOWN "," DOWN "," DOWN "," DOWN "," DOWN)));

	(void)state;
	assert_non_null(strstr(text, "and 2 more: xbeatctl pool show p\n"));
}

static void workers_that_are_away(void **state)
{
	_cleanup_free_ char *text = shown(
		pool_show_list,
		"{\"checker\":{\"state\":\"away\"},\"plane\":{\"name\":\"ipvs\",\"state\":\"missing\",\"reason\":\"no ip_vs\"},\"pools\":[" POOL(
			"p", "") "]}");

	(void)state;
	assert_non_null(strstr(text, "checker    not running"));
	assert_non_null(strstr(text, "data plane ipvs is missing"));
	assert_non_null(strstr(text, "(no ip_vs)"));
}

static void servers_with_their_checks(void **state)
{
	(void)state;
	assert_shown(
		pool_show_servers, ANSWER(POOL("10.0.0.100:80/tcp", UP "," DOWN "," DRAINED)),
		"pool       10.0.0.100:80/tcp is up: weight 2 alive, quorum 1\n"
		"SERVER            STATE  WEIGHT  CHECKS  CONNECTIONS  ACTIVE  SINCE\n"
		"10.0.0.11:80      up          1  1 of 1       120034      12   31 s\n"
		"    tcp 10.0.0.11:80: connected after 0.2 ms\n"
		"10.0.0.12:80      down   0 of 3  0 of 1            -       -  4.1 s\n"
		"    http 503 after 12 ms, 3 of 3; last good 4.4 s ago\n"
		"[2001:db8::1]:80  drain  0 of 1    none            -       -    1 s\n"
		"    drained by an operator, connections are cut in 1 min; to end it: xbeatctl\n"
		"    pool enable [2001:db8::1]:80\n"
		"    weight 7 set by an operator; to restore: xbeatctl pool weight\n"
		"    [2001:db8::1]:80 default\n"
		"    backup: used only while no other server is up\n");
}

static void what_an_operator_changed(void **state)
{
	(void)state;
	assert_shown(
		pool_show_changed,
		"{\"servers\":[{\"pool\":\"p\",\"server\":\"10.0.0.11:80\",\"mode\":\"drain\",\"weight\":0,\"state\":\"drain\",\"drain_left_ns\":60000000000}]}",
		"drain      10.0.0.11:80 of pool p: state drain, weight 0\n"
		"           keeps its connections and gets no new ones\n"
		"           what is left is cut in 1 min\n"
		"           to end it: xbeatctl pool enable 10.0.0.11:80\n");
}

static void explained_in_each_pool(void **state)
{
	(void)state;
	assert_shown(
		pool_show_explained,
		"[{\"pool\":\"p\",\"server\":\"10.0.0.11:80\",\"state\":\"up\",\"state_age_ns\":1000000000,\"reason\":\"r\",\"lines\":[\"a\",\"b\"]},"
		"{\"pool\":\"q\",\"server\":\"10.0.0.11:80\",\"state\":\"down\",\"lines\":[]}]",
		"state      10.0.0.11:80 is up in pool p, for 1 s\n"
		"reason     r\n"
		"known      a\n"
		"           b\n"
		"\n"
		"state      10.0.0.11:80 is down in pool q, for -\n");
}

/* Of two pools what a pattern leaves: "POOL:SERVER,SERVER;". */
static char *selected(const struct names *names, const char *pattern)
{
	json_t *answer = json_loads(ANSWER(POOL("10.0.0.100:80/tcp",
						UP "," DOWN) "," POOL("web:0/tcp", UP "," DRAINED)),
				    0, NULL);
	char *patterns[] = {(char *)pattern}, *text;
	const json_t *pool, *server;
	size_t bytes, i, k;
	FILE *memory = open_memstream(&text, &bytes);

	if (names_select(names, patterns, 1, &answer))
		json_array_foreach(json_object_get(answer, "pools"), i, pool)
		{
			fprintf(memory, "%s", json_string_value(json_object_get(pool, "name")));
			json_array_foreach(json_object_get(pool, "servers"), k, server)
				fprintf(memory, " %s",
					json_string_value(json_object_get(server, "address")));
			fputc(';', memory);
		}
	fclose(memory);
	json_decref(answer);
	return text;
}

static void names_select_pools_and_servers(void **state)
{
	static const struct {
		const struct names *names;
		const char *pattern, *left;
	} cases[] = {
		{&pool_members, "web:0/tcp", "web:0/tcp 10.0.0.11:80 [2001:db8::1]:80;"},
		{&pool_members, "10.0.0.100:80", "10.0.0.100:80/tcp 10.0.0.11:80 10.0.0.12:80;"},
		{&pool_members, "10.0.0.100", "10.0.0.100:80/tcp 10.0.0.11:80 10.0.0.12:80;"},
		{&pool_members, "10.0.0.11",
		 "10.0.0.100:80/tcp 10.0.0.11:80;web:0/tcp 10.0.0.11:80;"},
		{&pool_members, "10.0.0.12:80", "10.0.0.100:80/tcp 10.0.0.12:80;"},
		{&pool_members, "2001:db8::1", "web:0/tcp [2001:db8::1]:80;"},
		{&pool_members, "[2001:db8::1]:80", "web:0/tcp [2001:db8::1]:80;"},
		{&pool_members, "10.0.0.1", ""},
		{&pool_names, "web:*", "web:0/tcp 10.0.0.11:80 [2001:db8::1]:80;"},
		{&pool_names, "10.0.0.11:80", ""},
		{&pool_servers, "web:0/tcp", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		_cleanup_free_ char *left = selected(cases[i].names, cases[i].pattern);

		assert_string_equal(left, cases[i].left);
	}
}

static void names_for_completion(void **state)
{
	json_t *answer = json_loads(ANSWER(POOL("p", UP "," DOWN) "," POOL("q", UP)), 0, NULL);
	static const struct {
		const struct names *names;
		const char *list;
	} cases[] = {
		{&pool_members, "[\"p\", \"10.0.0.11:80\", \"10.0.0.12:80\", \"q\"]"},
		{&pool_names, "[\"p\", \"q\"]"},
		{&pool_servers, "[\"10.0.0.11:80\", \"10.0.0.12:80\"]"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		json_t *list = names_list(cases[i].names, answer);
		_cleanup_free_ char *text = json_dumps(list, 0);

		assert_string_equal(text, cases[i].list);
		json_decref(list);
	}
	json_decref(answer);
}

static void a_row_for_each_server(void **state)
{
	json_t *answer = json_loads(ANSWER(POOL("p", UP "," DOWN) "," POOL("q", UP)), 0, NULL);
	json_t *flat = pool_flatten(answer), *list = json_object_get(flat, "servers");

	(void)state;
	assert_int_equal(json_array_size(list), 3);
	assert_string_equal(json_string_value(json_object_get(json_array_get(list, 2), "pool")),
			    "q");
	json_decref(flat);
	json_decref(answer);
}

static void pages_are_one_answer(void **state)
{
	json_t *all = json_loads(ANSWER(POOL("p", UP)), 0, NULL);
	json_t *page = json_loads(ANSWER(POOL("p", DOWN) "," POOL("q", UP)), 0, NULL);
	const json_t *pools = json_object_get(all, "pools");

	(void)state;
	pool_append(all, page);
	assert_int_equal(json_array_size(pools), 2);
	assert_int_equal(json_array_size(json_object_get(json_array_get(pools, 0), "servers")), 2);
	json_decref(page);
	json_decref(all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_pools),
		cmocka_unit_test(list_names_what_gets_no_connections),
		cmocka_unit_test(list_stays_short),
		cmocka_unit_test(workers_that_are_away),
		cmocka_unit_test(servers_with_their_checks),
		cmocka_unit_test(what_an_operator_changed),
		cmocka_unit_test(explained_in_each_pool),
		cmocka_unit_test(names_select_pools_and_servers),
		cmocka_unit_test(names_for_completion),
		cmocka_unit_test(a_row_for_each_server),
		cmocka_unit_test(pages_are_one_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
