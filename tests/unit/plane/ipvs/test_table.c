/* SPDX-License-Identifier: GPL-2.0-or-later */
/* user/plane/ipvs/table.c: which request follows from what is wanted and what is there, and that all
 * requests together come to what is wanted, whatever happens meanwhile. */
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "user/lib/array.h"
#include "user/plane/ipvs/table.h"
#include "user/plane/ipvs/users.h"
#include <arpa/inet.h>
#include <cmocka.h>
#include <linux/ip_vs.h>

static struct ipvs_service_id service_id(unsigned number)
{
	return (struct ipvs_service_id){
		.family = 4, .protocol = IPPROTO_TCP, .endpoint = {.port = (uint16_t)(number + 1)}};
}

static struct config_endpoint server_id(unsigned number)
{
	return (struct config_endpoint){.port = (uint16_t)(number + 1)};
}

static struct ipvs_service *wanted_service(struct ipvs_table *table, unsigned number)
{
	struct ipvs_service_id id = service_id(number);
	struct ipvs_service *service = ipvs_table_add_service(table, &id);

	ipvs_table_want(table, &service->item, true);
	return service;
}

static struct ipvs_server *wanted_server(struct ipvs_table *table, struct ipvs_service *service,
					 unsigned number)
{
	struct config_endpoint endpoint = server_id(number);
	struct ipvs_server *server = ipvs_table_add_server(table, service, &endpoint);

	ipvs_table_want(table, &server->item, true);
	return server;
}

static void requests_follow_from_both_sides(void **state)
{
	static const struct {
		bool wanted, present, differs, left;
		uint8_t command;
	} rows[] = {
		{false, false, false, false, IPVS_CMD_UNSPEC},
		{true, false, false, false, IPVS_CMD_NEW_DEST},
		{true, false, true, false, IPVS_CMD_NEW_DEST},
		{true, true, false, false, IPVS_CMD_UNSPEC},
		{true, true, true, false, IPVS_CMD_SET_DEST},
		{false, true, false, false, IPVS_CMD_DEL_DEST},
		{false, true, true, false, IPVS_CMD_DEL_DEST},
		{false, true, false, true, IPVS_CMD_UNSPEC},
	};
	struct ipvs_table table;
	struct ipvs_server *server;

	(void)state;
	ipvs_table_init(&table);
	server = wanted_server(&table, wanted_service(&table, 1), 1);
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		server->item.wanted = rows[i].wanted;
		server->item.present = rows[i].present;
		server->item.left = rows[i].left;
		server->present.weight = server->wanted.weight + rows[i].differs;
		assert_int_equal(ipvs_item_command(&table, &server->item, true), rows[i].command);
		assert_int_equal(ipvs_item_command(&table, &server->item, false), IPVS_CMD_UNSPEC);
	}
	ipvs_table_free(&table);
}

/* Before all is set one cannot know what an earlier daemon left too much. */
static void what_is_left_waits_for_the_end_of_the_start(void **state)
{
	struct ipvs_service_id id = service_id(1);
	struct ipvs_service *service;
	struct ipvs_table table;

	(void)state;
	ipvs_table_init(&table);
	service = ipvs_table_add_service(&table, &id);
	service->item.left = service->item.present = true;
	ipvs_table_settle(&table, &service->item);
	assert_null(ipvs_table_take(&table));
	table.completed = true;
	ipvs_table_sweep(&table);
	assert_ptr_equal(ipvs_table_take(&table), &service->item);
	assert_int_equal(ipvs_item_command(&table, &service->item, true), IPVS_CMD_DEL_SERVICE);
	ipvs_table_free(&table);
}

static void a_service_takes_its_servers_with_it(void **state)
{
	struct ipvs_service_id id = service_id(1);
	struct ipvs_service *service;
	struct ipvs_table table;

	(void)state;
	ipvs_table_init(&table);
	service = wanted_service(&table, 1);
	for (unsigned i = 0; i < 1000; i++)
		wanted_server(&table, service, i);
	assert_int_equal(table.count, 1001);
	ipvs_table_want(&table, &service->item, false);
	assert_int_equal(table.count, 0);
	assert_null(ipvs_table_service(&table, &id));
	assert_null(ipvs_table_take(&table));
	ipvs_table_free(&table);
}

static struct config_pool named(unsigned number)
{
	struct config_pool pool = {0};

	snprintf(pool.name, sizeof(pool.name), "G:%u/tcp", number);
	return pool;
}

/* More than fit are refused; a place is free again once nothing wants the service. */
static void users_have_a_bit_each(void **state)
{
	struct ipvs_table table;
	struct ipvs_service *service;
	struct config_pool pool;
	uint64_t all = 0;

	(void)state;
	ipvs_table_init(&table);
	service = wanted_service(&table, 1);
	for (unsigned i = 0; i < IPVS_USERS_MAX; i++) {
		pool = named(i);
		assert_int_equal(ipvs_users_find(service, &pool), 0);
		assert_int_equal(all & ipvs_users_add(service, &pool), 0);
		all |= ipvs_users_find(service, &pool);
		assert_int_equal(ipvs_users_add(service, &pool), ipvs_users_find(service, &pool));
	}
	assert_true(all == UINT64_MAX);
	pool = named(IPVS_USERS_MAX);
	assert_int_equal(ipvs_users_add(service, &pool), 0);
	service->item.users &= ~UINT64_C(2);
	assert_int_equal(ipvs_users_add(service, &pool), 2);
	service->item.present = true;
	wanted_server(&table, service, 1)->item.users = 3;
	ipvs_table_want(&table, &service->item, false);
	assert_int_equal(service->item.users, 0);
	assert_int_equal(ipvs_users_find(service, &pool), 0);
	ipvs_table_free(&table);
}

static void what_was_put_off_comes_back(void **state)
{
	struct ipvs_service *service;
	struct ipvs_table table;

	(void)state;
	ipvs_table_init(&table);
	service = wanted_service(&table, 1);
	assert_ptr_equal(ipvs_table_take(&table), &service->item);
	ipvs_table_put_off(&table, &service->item, 100);
	ipvs_table_resume(&table, 99);
	assert_null(ipvs_table_take(&table));
	ipvs_table_resume(&table, 100);
	assert_ptr_equal(ipvs_table_take(&table), &service->item);
	assert_null(ipvs_table_take(&table));
	ipvs_table_free(&table);
}

/* The kernel, as a plain array: weight + 1 of each server, 0: it is not there; likewise services. */
#define SERVICES 4
#define SERVERS 6
struct plain {
	bool services[SERVICES];
	uint32_t servers[SERVICES][SERVERS];
};

static void obey(struct plain *kernel, struct ipvs_item *item, uint8_t command)
{
	unsigned service = item->service->id.endpoint.port - 1u;
	struct ipvs_server *server = ipvs_item_server(item);
	uint32_t none = 0;
	uint32_t *place =
		item->is_server ? &kernel->servers[service][server->endpoint.port - 1] : &none;

	switch (command) {
	case IPVS_CMD_NEW_SERVICE:
		kernel->services[service] = true;
		break;
	case IPVS_CMD_DEL_SERVICE:
		kernel->services[service] = false;
		memset(kernel->servers[service], 0, sizeof(kernel->servers[service]));
		break;
	case IPVS_CMD_NEW_DEST:
	case IPVS_CMD_SET_DEST:
		assert_true(kernel->services[service]);
		assert_int_equal(*place != 0, command == IPVS_CMD_SET_DEST);
		*place = server->wanted.weight + 1;
		break;
	case IPVS_CMD_DEL_DEST:
		assert_int_not_equal(*place, 0);
		*place = 0;
		break;
	}
}

/* As work.c does after a success. */
static void note(struct ipvs_table *table, struct ipvs_item *item, uint8_t command)
{
	bool was_present = item->present;

	item->present = command != IPVS_CMD_DEL_SERVICE && command != IPVS_CMD_DEL_DEST;
	if (item->is_server)
		ipvs_item_server(item)->present = ipvs_item_server(item)->wanted;
	if (!item->is_server && item->present && !was_present)
		ipvs_table_settle_servers(table, item->service);
	ipvs_table_settle(table, item);
}

static void work(struct ipvs_table *table, struct plain *kernel, int steps)
{
	struct ipvs_item *item;
	uint8_t command;

	while (steps-- && (item = ipvs_table_take(table))) {
		command = ipvs_item_command(table, item, item->service->item.present);
		if (!command)
			continue;
		obey(kernel, item, command);
		note(table, item, command);
	}
}

static void change(struct ipvs_table *table, struct plain *wanted)
{
	unsigned service = (unsigned)random() % SERVICES, server = (unsigned)random() % SERVERS;
	struct ipvs_service_id id = service_id(service);
	struct config_endpoint endpoint = server_id(server);
	struct ipvs_service *of = ipvs_table_service(table, &id);
	struct ipvs_server *entry = of ? ipvs_table_server(table, of, &endpoint) : NULL;

	if (!wanted->services[service]) {
		wanted_service(table, service);
		wanted->services[service] = true;
	} else if (random() % 8 == 0) {
		ipvs_table_want(table, &of->item, false);
		wanted->services[service] = false;
		memset(wanted->servers[service], 0, sizeof(wanted->servers[service]));
	} else if (entry && entry->item.wanted && random() % 2) {
		ipvs_table_want(table, &entry->item, false);
		wanted->servers[service][server] = 0;
	} else {
		entry = ipvs_table_add_server(table, of, &endpoint);
		entry->wanted.weight = (uint32_t)random() % 3;
		ipvs_table_want(table, &entry->item, true);
		wanted->servers[service][server] = entry->wanted.weight + 1;
	}
}

/* Another program removes something, and a look finds it. */
static void disturb(struct ipvs_table *table, struct plain *kernel)
{
	unsigned service = (unsigned)random() % SERVICES, server = (unsigned)random() % SERVERS;
	struct ipvs_service_id id = service_id(service);
	struct config_endpoint endpoint = server_id(server);
	struct ipvs_service *of = ipvs_table_service(table, &id);
	struct ipvs_server *entry = of ? ipvs_table_server(table, of, &endpoint) : NULL;

	if (random() % 2) {
		kernel->services[service] = false;
		memset(kernel->servers[service], 0, sizeof(kernel->servers[service]));
		if (of && of->item.present)
			ipvs_table_lose(table, &of->item);
		return;
	}
	kernel->servers[service][server] = 0;
	if (entry && entry->item.present)
		ipvs_table_lose(table, &entry->item);
}

static void random_changes_come_to_what_is_wanted(void **state)
{
	(void)state;
	for (unsigned seed = 1; seed <= 300; seed++) {
		struct plain kernel = {0}, wanted = {0};
		struct ipvs_table table;

		srandom(seed);
		ipvs_table_init(&table);
		table.completed = true;
		for (int step = 0; step < 200; step++) {
			change(&table, &wanted);
			if (random() % 10 == 0)
				disturb(&table, &kernel);
			if (random() % 3 == 0)
				work(&table, &kernel, (int)(random() % 5));
		}
		work(&table, &kernel, 1000);
		assert_memory_equal(&kernel, &wanted, sizeof(kernel));
		ipvs_table_free(&table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(requests_follow_from_both_sides),
		cmocka_unit_test(what_is_left_waits_for_the_end_of_the_start),
		cmocka_unit_test(a_service_takes_its_servers_with_it),
		cmocka_unit_test(users_have_a_bit_each),
		cmocka_unit_test(what_was_put_off_comes_back),
		cmocka_unit_test(random_changes_come_to_what_is_wanted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
