// SPDX-License-Identifier: GPL-2.0-or-later
/* See orders.h. Orders that were withdrawn stay, so that an older one that comes later does not hold
 * again. */
#include "user/core/orders.h"
#include <string.h>

bool order_same_server(const struct shared_order *a, const struct shared_order *b)
{
	return a->family == b->family && !strcmp(a->pool, b->pool) && !strcmp(a->server, b->server);
}

/* Whether nothing is asked: all is as configured. */
static bool is_withdrawn(const struct shared_order *order)
{
	return !order->mode && order->weight == ORDER_WEIGHT_CONFIGURED;
}

static bool is_newer(const struct shared_order *a, const struct shared_order *b)
{
	if (a->counter != b->counter)
		return a->counter > b->counter;
	return a->node_id > b->node_id;
}

static struct shared_order *find(struct orders *orders, const struct shared_order *like)
{
	for (size_t i = 0; i < orders->count; i++)
		if (order_same_server(&orders->list[i], like))
			return &orders->list[i];
	return NULL;
}

/* A new entry, or that of the order that was withdrawn longest ago; NULL: no room. */
static struct shared_order *make_room(struct orders *orders)
{
	struct shared_order *oldest = NULL;

	if (orders->count < ORDERS_MAX)
		return &orders->list[orders->count++];
	for (size_t i = 0; i < orders->count; i++) {
		struct shared_order *order = &orders->list[i];

		if (is_withdrawn(order) && (!oldest || is_newer(oldest, order)))
			oldest = order;
	}
	return oldest;
}

const struct shared_order *orders_give(struct orders *orders, const struct shared_order *order,
				       uint16_t node_id)
{
	struct shared_order *known = find(orders, order);

	if (!known)
		known = make_room(orders);
	if (!known)
		return NULL;
	*known = *order;
	known->node_id = node_id;
	known->counter = ++orders->counter;
	known->early = !orders->met;
	return known;
}

bool orders_meet(struct orders *orders, const struct shared_order *list, size_t count)
{
	bool given = false;

	for (size_t i = 0; i < count; i++)
		if (list[i].counter > orders->counter)
			orders->counter = list[i].counter;
	for (size_t i = 0; i < orders->count && !orders->met; i++) {
		if (!orders->list[i].early)
			continue;
		orders->list[i].early = false;
		orders->list[i].counter = ++orders->counter;
		given = true;
	}
	orders->met = true;
	return given;
}

bool orders_take(struct orders *orders, const struct shared_order *order)
{
	struct shared_order *known = find(orders, order);

	if (order->counter > orders->counter)
		orders->counter = order->counter;
	if (known && !is_newer(order, known))
		return false;
	if (!known)
		known = make_room(orders);
	if (!known)
		return false;
	*known = *order;
	known->early = false;
	return true;
}
