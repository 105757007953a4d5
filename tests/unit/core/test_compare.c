// SPDX-License-Identifier: GPL-2.0-or-later
/* Statements: their bytes, and what differs between two of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/compare.h"
#include "user/lib/address.h"
#include "user/lib/array.h"
#include "user/lib/cleanup.h"
#include "user/lib/time.h"
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FOUND_BYTES 1024

static void add_address(struct statement_instance *instance, const char *text)
{
	instance->addresses = array_grow(instance->addresses, &instance->address_count,
					 sizeof(*instance->addresses));
	assert_int_equal(address_parse(text, &instance->addresses[instance->address_count - 1]), 0);
}

static struct statement_instance *add_instance(struct statement *statement, const char *name,
					       uint8_t vrid, const char *address)
{
	struct statement_instance *instance;

	statement->instances = array_grow(statement->instances, &statement->instance_count,
					  sizeof(*statement->instances));
	instance = &statement->instances[statement->instance_count - 1];
	instance->name = text_copy(name);
	instance->vrid = vrid;
	instance->family = strchr(address, ':') ? 6 : 4;
	instance->priority = 100;
	statement_set(&instance->settings, STATEMENT_VERSION, 3);
	statement_set(&instance->settings, STATEMENT_ADVERT_INTERVAL, NS_PER_SECOND);
	statement_set(&instance->settings, STATEMENT_INSTANCE_GUARD, 3 * NS_PER_SECOND);
	statement_set(&instance->settings, STATEMENT_HEARTBEAT, STATEMENT_PRESENT);
	add_address(instance, address);
	return instance;
}

static void add_node(struct statement *statement, uint16_t id, const char *name,
		     const char *address)
{
	struct statement_node node = {.id = id, .address_count = 1};

	snprintf(node.name, sizeof(node.name), "%s", name);
	assert_int_equal(address_parse(address, &node.addresses[0]), 0);
	statement->nodes = array_grow(statement->nodes, &statement->node_count, sizeof(node));
	statement->nodes[statement->node_count - 1] = node;
}

/* A cluster of two nodes with one instance. */
static struct statement make_statement(void)
{
	struct statement statement = {.node_id = 1, .name = "node-a", .version = "0.1.0"};

	statement_set(&statement.settings, STATEMENT_INTERVAL, 10 * NS_PER_MS);
	statement_set(&statement.settings, STATEMENT_MULTIPLIER, 3);
	statement_set(&statement.settings, STATEMENT_GUARD_TIMEOUT, 3 * NS_PER_SECOND);
	add_node(&statement, 1, "node-a", "10.0.0.1");
	add_node(&statement, 2, "node-b", "fd00::2");
	add_instance(&statement, "VI_1", 51, "10.0.0.100");
	return statement;
}

static void note(void *context, const struct disagreement *disagreement)
{
	char *text = context;
	size_t length = strlen(text);

	snprintf(text + length, FOUND_BYTES - length, "%s: %s, %s\n", disagreement->what,
		 disagreement->own, disagreement->other);
}

/* Compares, and frees both. Each line: what, own value, other value. */
static void expect(struct statement *own, struct statement *other, const char *expected)
{
	char text[FOUND_BYTES] = "";

	statement_sort(own);
	statement_sort(other);
	compare_statements(own, other, note, text);
	assert_string_equal(text, expected);
	statement_free(own);
	statement_free(other);
}

static void same_statements_agree(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	other.node_id = 2; /* each describes itself */
	other.instances[0].priority = 50;
	expect(&own, &other, "");
}

static void settings_of_the_block(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	statement_set(&other.settings, STATEMENT_MULTIPLIER, 0);
	statement_set(&other.settings, STATEMENT_GUARD_TIMEOUT, 1500 * NS_PER_MS);
	statement_set(&other.settings, STATEMENT_ON_ISOLATED,
		      STATEMENT_RELEASE); /* not known here */
	expect(&own, &other, "multiplier: 3, auto\nguard_timeout: 3 s, 1500 ms\n");
}

/* An instance that has the guard_timeout of its block adds nothing. */
static void guard_of_an_instance(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	statement_set(&other.settings, STATEMENT_GUARD_TIMEOUT, NS_PER_SECOND);
	statement_set(&other.instances[0].settings, STATEMENT_INSTANCE_GUARD, NS_PER_SECOND);
	expect(&own, &other, "guard_timeout: 3 s, 1 s\n");
	own = make_statement();
	other = make_statement();
	statement_set(&other.instances[0].settings, STATEMENT_INSTANCE_GUARD, NS_PER_SECOND);
	expect(&own, &other, "guard_timeout of VI_1: 3 s, 1 s\n");
}

static void settings_of_an_instance(void **state)
{
	struct statement own = make_statement(), other = make_statement();
	struct statement_settings *settings = &own.instances[0].settings;

	(void)state;
	statement_set(settings, STATEMENT_VERSION, 2);
	statement_set(settings, STATEMENT_ADVERT_INTERVAL, 2 * NS_PER_SECOND);
	statement_set(settings, STATEMENT_ON_PARTITION, STATEMENT_HOLD);
	statement_set(settings, STATEMENT_ROUTERS, STATEMENT_NODES);
	settings = &other.instances[0].settings;
	statement_set(settings, STATEMENT_ON_PARTITION, STATEMENT_TAKE);
	statement_set(settings, STATEMENT_ROUTERS, STATEMENT_LEARNT);
	expect(&own, &other,
	       "version of VI_1: 2, 3\nadvert_int of VI_1: 2 s, 1 s\n"
	       "on_partition of VI_1: hold, take\nrouters of VI_1: nodes, not given\n");
}

/* In version 3 a Backup follows the Active's interval. */
static void interval_of_version_3(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	statement_set(&own.instances[0].settings, STATEMENT_ADVERT_INTERVAL, 2 * NS_PER_SECOND);
	expect(&own, &other, "");
}

static void lists_of_addresses(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	add_address(&own.instances[0], "10.0.0.102");
	add_address(&own.instances[0], "10.0.0.101");
	add_address(&other.instances[0], "fe80::1");
	expect(&own, &other,
	       "addresses of VI_1 that only one node has: 10.0.0.101 and 1 more, fe80::1\n");
	own = make_statement();
	other = make_statement();
	add_address(&own.instances[0], "10.0.0.102");
	own.shortened = true; /* the lists are not known */
	expect(&own, &other, "");
}

/* One for each pair of instances, however many addresses they share. */
static void address_under_two_vrids(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	other.instances[0].vrid = 52;
	add_address(&own.instances[0], "10.0.0.101");
	add_address(&other.instances[0], "10.0.0.101");
	expect(&own, &other, "VRID of 10.0.0.100 (VI_1): 51, 52 (VI_1)\n");
}

/* Of another network each, or (in VRFs) twice on both nodes. */
static void addresses_that_may_be_twice(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	add_instance(&own, "VI_6", 60, "fe80::1");
	add_instance(&other, "VI_6", 61, "fe80::1");
	add_instance(&own, "VRF", 53, "10.0.0.100");
	add_instance(&other, "VRF", 53, "10.0.0.100");
	expect(&own, &other, "");
}

/* Without heartbeats, in two VRFs: each is compared with its own. */
static void addresses_in_two_instances(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	add_instance(&own, "VRF", 53, "10.0.0.100");
	other.instances[0].vrid = 53;
	add_instance(&other, "VRF", 51, "10.0.0.100");
	for (size_t i = 0; i < 2; i++) {
		statement_set(&own.instances[i].settings, STATEMENT_HEARTBEAT, STATEMENT_MISSING);
		statement_set(&other.instances[i].settings, STATEMENT_HEARTBEAT, STATEMENT_MISSING);
		statement_set(&own.instances[i].settings, STATEMENT_VERSION, 2);
	}
	expect(&own, &other, "version of VI_1: 2, 3\nversion of VRF: 2, 3\n");
}

static void heartbeat_line_missing(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	statement_set(&other.instances[0].settings, STATEMENT_HEARTBEAT, STATEMENT_MISSING);
	expect(&own, &other, "heartbeat of VI_1: present, missing\n");
}

/* Without heartbeats and a common address, a VRID may be that of another network. */
static void vrid_of_another_network(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	statement_set(&other.instances[0].settings, STATEMENT_HEARTBEAT, STATEMENT_MISSING);
	statement_set(&other.instances[0].settings, STATEMENT_VERSION, 2);
	assert_int_equal(address_parse("10.9.0.100", &other.instances[0].addresses[0]), 0);
	expect(&own, &other, "");
}

static void nodes(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	add_node(&own, 3, "node-c", "10.0.0.3");
	add_node(&other, 4, "judge", "10.0.0.4");
	other.nodes[2].witness = true;
	assert_int_equal(address_parse("10.0.0.7", &other.nodes[0].addresses[0]), 0);
	expect(&own, &other,
	       "node 1: node-a 10.0.0.1, node-a 10.0.0.7\nnode 3: node-c 10.0.0.3, missing\n"
	       "node 4: missing, judge 10.0.0.4 witness\n");
}

/* Packets name them by their number. The first one that differs is enough. */
static void order_of_applications(void **state)
{
	static const char *const names[] = {"web", "db", "mail"};
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		strcpy(own.apps[own.app_count++], names[i]);
		strcpy(other.apps[other.app_count++], names[i]);
	}
	strcpy(other.apps[1], "mail");
	strcpy(other.apps[2], "db");
	expect(&own, &other, "application 2 (vrrp_app): db, mail\n");
	own = make_statement();
	other = make_statement();
	strcpy(own.apps[own.app_count++], "web");
	expect(&own, &other, "application 1 (vrrp_app): web, missing\n");
}

/* What is written is read, and equal to what it was. */
static void bytes_and_back(void **state)
{
	struct statement own = make_statement(), read;
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length;

	(void)state;
	add_instance(&own, "VI_6", 60, "fe80::1");
	for (unsigned i = 0; i < 200; i++) { /* several records */
		char text[ADDRESS_TEXT_BYTES];

		snprintf(text, sizeof(text), i % 2 ? "fd00::%x" : "10.1.0.%u", i);
		add_address(&own.instances[1], text);
	}
	statement_sort(&own);
	own.witness = true;
	strcpy(own.apps[own.app_count++], "web");
	own.keys[own.key_count++] = (struct statement_key){2, true, 0x0123456789abcdef};
	own.keys[own.key_count++] = (struct statement_key){1, false, 7};
	bytes = statement_encode(&own, &length);
	assert_int_equal(statement_decode(bytes, length, &read), 0);
	assert_int_equal(read.node_id, 1);
	assert_string_equal(read.name, "node-a");
	assert_string_equal(read.version, "0.1.0");
	assert_true(read.witness);
	assert_false(read.shortened);
	assert_int_equal(read.instances[1].address_count, 201);
	assert_int_equal(read.key_count, 2);
	assert_int_equal(read.keys[0].id, 2);
	assert_true(read.keys[0].signs && !read.keys[1].signs);
	assert_true(read.keys[0].fingerprint == 0x0123456789abcdef);
	assert_int_equal(read.instances[0].priority, 100);
	expect(&own, &read, "");
}

static void unknown_records_are_skipped(void **state)
{
	static const uint8_t bytes[] = {
		1,  6, 0,   9, 1, 'a', 'b', 'c', /* self */
		99, 2, 1,   2, /* a record of a later version */
		3,  2, 200, 7, /* and a setting */
		3,  3, 6,   1, 0, /* guard_timeout 256 ns */
	};
	struct statement statement;

	(void)state;
	assert_int_equal(statement_decode(bytes, sizeof(bytes), &statement), 0);
	assert_int_equal(statement.node_id, 9);
	assert_true(statement.witness);
	assert_string_equal(statement.name, "abc");
	assert_int_equal(statement.settings.values[STATEMENT_GUARD_TIMEOUT], 256);
	assert_int_equal(statement.settings.known_bits, 1U << STATEMENT_GUARD_TIMEOUT);
	statement_free(&statement);
}

static void add_pool(struct statement *statement, const char *name, uint64_t digest)
{
	statement->pools =
		array_grow(statement->pools, &statement->pool_count, sizeof(*statement->pools));
	statement->pools[statement->pool_count - 1] =
		(struct statement_pool){.name = text_copy(name), .digest = digest};
	statement->pool_total++;
	statement->pools_digest += digest;
}

/* A node without pools is no director, and agrees. */
static void pools(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	add_pool(&own, "10.0.0.1:80/tcp", 1);
	add_pool(&own, "10.0.0.1:81/tcp", 2);
	add_pool(&own, "10.0.0.1:82/tcp", 3);
	add_pool(&other, "10.0.0.1:82/tcp", 3); /* in whatever order */
	add_pool(&other, "10.0.0.1:80/tcp", 17);
	expect(&own, &other,
	       "virtual_server 10.0.0.1:80/tcp: settings 00000001, settings 00000011\n"
	       "virtual_server 10.0.0.1:81/tcp: settings 00000002, missing\n");
	own = make_statement();
	other = make_statement();
	add_pool(&own, "10.0.0.1:80/tcp", 1);
	expect(&own, &other, "");
}

/* Too many to describe each. */
static void many_pools(void **state)
{
	struct statement own = make_statement(), other = make_statement();

	(void)state;
	own.pool_total = other.pool_total = 5000;
	own.pools_digest = 1;
	other.pools_digest = 2;
	expect(&own, &other,
	       "settings of all virtual_servers: 5000 pools, settings 00000001, 5000 pools, settings 00000002\n");
}

static void pools_as_bytes_and_back(void **state)
{
	const struct shared_order order = {.pool = "10.0.0.1:80/tcp",
					   .server = "[fd00::1]:80",
					   .family = 6,
					   .mode = 2,
					   .weight = 70000,
					   .drain_s = 30,
					   .counter = 9,
					   .node_id = 255};
	struct statement own = make_statement(), read;
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length;

	(void)state;
	add_pool(&own, "10.0.0.1:80/tcp", 0x0123456789abcdef);
	own.down = array_grow(own.down, &own.down_count, sizeof(*own.down));
	own.down[0] =
		(struct statement_down){text_copy("10.0.0.1:80/tcp"), text_copy("10.0.0.2:8")};
	for (size_t i = 0; i < 2; i++)
		own.orders = array_grow(own.orders, &own.order_count, sizeof(*own.orders));
	own.orders[0] = own.orders[1] = order;
	own.orders[1].mode = ORDER_MODES; /* of a newer version: ignored */
	bytes = statement_encode(&own, &length);
	assert_int_equal(statement_decode(bytes, length, &read), 0);
	assert_int_equal(read.pool_total, 1);
	assert_true(read.pools_digest == own.pools_digest);
	assert_string_equal(read.pools[0].name, "10.0.0.1:80/tcp");
	assert_true(read.pools[0].digest == own.pools[0].digest);
	assert_string_equal(read.down[0].pool, "10.0.0.1:80/tcp");
	assert_string_equal(read.down[0].server, "10.0.0.2:8");
	assert_int_equal(read.order_count, 1);
	assert_true(order_same_server(&read.orders[0], &order));
	assert_int_equal(read.orders[0].mode, order.mode);
	assert_int_equal(read.orders[0].weight, order.weight);
	assert_int_equal(read.orders[0].drain_s, order.drain_s);
	assert_int_equal(read.orders[0].counter, 9);
	assert_int_equal(read.orders[0].node_id, 255);
	expect(&own, &read, "");
}

/* Cut anywhere, it is refused or read in part; nothing is read beyond its end (ASan). */
static void cut_bytes(void **state)
{
	struct statement own = make_statement();
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length;

	(void)state;
	bytes = statement_encode(&own, &length);
	for (size_t i = 0; i < length; i++) {
		uint8_t *cut = malloc(i + 1);
		struct statement read;

		memcpy(cut, bytes, i);
		statement_decode(cut, i, &read);
		statement_free(&read);
		if (i) {
			cut[i - 1] ^= 0xff;
			statement_decode(cut, i, &read);
			statement_free(&read);
		}
		free(cut);
	}
	statement_free(&own);
}

/* With too many addresses it has none, and reports that. */
static void too_long(void **state)
{
	struct statement own = make_statement(), read;
	_cleanup_free_ uint8_t *bytes = NULL;
	size_t length;

	(void)state;
	for (unsigned i = 0; i < 2000; i++) {
		char text[ADDRESS_TEXT_BYTES];

		snprintf(text, sizeof(text), "fd00::%x", i);
		add_address(&own.instances[0], text);
	}
	bytes = statement_encode(&own, &length);
	assert_in_range(length, 1, STATEMENT_BYTES_MAX);
	assert_int_equal(statement_decode(bytes, length, &read), 0);
	assert_true(read.shortened);
	assert_int_equal(read.instances[0].address_count, 0);
	expect(&own, &read, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_statements_agree),
		cmocka_unit_test(settings_of_the_block),
		cmocka_unit_test(guard_of_an_instance),
		cmocka_unit_test(settings_of_an_instance),
		cmocka_unit_test(interval_of_version_3),
		cmocka_unit_test(lists_of_addresses),
		cmocka_unit_test(address_under_two_vrids),
		cmocka_unit_test(addresses_that_may_be_twice),
		cmocka_unit_test(addresses_in_two_instances),
		cmocka_unit_test(heartbeat_line_missing),
		cmocka_unit_test(vrid_of_another_network),
		cmocka_unit_test(nodes),
		cmocka_unit_test(order_of_applications),
		cmocka_unit_test(bytes_and_back),
		cmocka_unit_test(pools),
		cmocka_unit_test(many_pools),
		cmocka_unit_test(pools_as_bytes_and_back),
		cmocka_unit_test(unknown_records_are_skipped),
		cmocka_unit_test(cut_bytes),
		cmocka_unit_test(too_long),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
