// SPDX-License-Identifier: GPL-2.0-or-later
/* Orders of operators: the newest for a server holds on all nodes, in whatever order they come. */
#include "user/core/orders.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { READY, DRAIN, MAINTENANCE };

static struct shared_order make(const char *server, uint8_t mode)
{
	struct shared_order order = {.pool = "10.0.0.1:80/tcp",
				     .family = 4,
				     .mode = mode,
				     .weight = ORDER_WEIGHT_CONFIGURED};

	snprintf(order.server, sizeof(order.server), "%s", server);
	return order;
}

static const struct shared_order *give(struct orders *orders, const char *server, uint8_t mode,
				       uint16_t node_id)
{
	struct shared_order order = make(server, mode);

	return orders_give(orders, &order, node_id);
}

/* Each takes all of the other. */
static void exchange(struct orders *one, struct orders *other)
{
	struct orders copy = *one;

	orders_meet(one, other->list, other->count);
	orders_meet(other, copy.list, copy.count);
	copy = *one;
	for (size_t i = 0; i < other->count; i++)
		orders_take(one, &other->list[i]);
	for (size_t i = 0; i < copy.count; i++)
		orders_take(other, &copy.list[i]);
}

static uint8_t mode_of(const struct orders *orders, const char *server)
{
	struct shared_order like = make(server, READY);

	for (size_t i = 0; i < orders->count; i++)
		if (order_same_server(&orders->list[i], &like))
			return orders->list[i].mode;
	return UINT8_MAX;
}

static void the_newest_holds_on_both(void **state)
{
	struct orders one = {.met = true}, other = {.met = true};

	(void)state;
	give(&one, "a", DRAIN, 1);
	exchange(&one, &other);
	give(&other, "a", READY, 2);
	give(&other, "b", MAINTENANCE, 2);
	exchange(&one, &other);
	assert_int_equal(mode_of(&one, "a"), READY);
	assert_int_equal(mode_of(&other, "a"), READY);
	assert_int_equal(mode_of(&one, "b"), MAINTENANCE);
	assert_int_equal(one.counter, 3);
	assert_int_equal(other.counter, 3);
}

static void an_old_one_does_not_come_back(void **state)
{
	struct orders one = {.met = true}, other = {.met = true}, old;

	(void)state;
	give(&one, "a", DRAIN, 1);
	exchange(&one, &other);
	old = other; /* a node that was away */
	give(&one, "a", READY, 1);
	exchange(&one, &old);
	assert_int_equal(mode_of(&one, "a"), READY);
	assert_int_equal(mode_of(&old, "a"), READY);
}

static void at_once_the_higher_node_holds(void **state)
{
	struct orders one = {.met = true}, other = {.met = true};

	(void)state;
	give(&one, "a", DRAIN, 1);
	give(&other, "a", MAINTENANCE, 2);
	exchange(&one, &other);
	assert_int_equal(mode_of(&one, "a"), MAINTENANCE);
	assert_int_equal(mode_of(&other, "a"), MAINTENANCE);
}

/* After a boot a node counts from 0, and others know higher numbers. */
static void what_was_given_after_a_boot_is_newer(void **state)
{
	struct orders booted = {.met = false}, other = {.met = true};

	(void)state;
	for (int i = 0; i < 5; i++)
		give(&other, "a", i % 2 ? READY : DRAIN, 2);
	give(&booted, "a", MAINTENANCE, 1);
	exchange(&booted, &other);
	assert_int_equal(mode_of(&booted, "a"), MAINTENANCE);
	assert_int_equal(mode_of(&other, "a"), MAINTENANCE);
	assert_false(orders_meet(&booted, other.list, other.count));
}

static void withdrawn_ones_make_room(void **state)
{
	struct orders orders = {.met = true};
	char server[16];

	(void)state;
	for (int i = 0; i < ORDERS_MAX; i++) {
		snprintf(server, sizeof(server), "%d", i);
		assert_non_null(give(&orders, server, i == 7 || i == 9 ? READY : DRAIN, 1));
	}
	assert_non_null(give(&orders, "first", DRAIN, 1));
	assert_int_equal(mode_of(&orders, "7"), UINT8_MAX);
	assert_int_equal(mode_of(&orders, "9"), READY);
	assert_non_null(give(&orders, "second", DRAIN, 1));
	assert_null(give(&orders, "third", DRAIN, 1));
	assert_int_equal(orders.count, ORDERS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_newest_holds_on_both),
		cmocka_unit_test(an_old_one_does_not_come_back),
		cmocka_unit_test(at_once_the_higher_node_holds),
		cmocka_unit_test(what_was_given_after_a_boot_is_newer),
		cmocka_unit_test(withdrawn_ones_make_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
