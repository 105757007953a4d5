/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * What operators have asked of the servers of pools (drain, maintenance, weights), on whatever node of
 * the cluster: each node has the orders of all, and the newest for a server holds everywhere. Newer
 * is the higher counter, as Lamport's clocks count: a node counts on from the highest that it knows.
 * Clocks of machines do not matter. Of two orders that were given at once, that of the higher node
 * id holds.
 */
#ifndef XBEAT_CORE_ORDERS_H
#define XBEAT_CORE_ORDERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORDERS_MAX 256
#define ORDER_POOL_BYTES 96
#define ORDER_SERVER_BYTES 56
#define ORDER_WEIGHT_CONFIGURED UINT32_MAX
#define ORDER_MODES 3 /* of enum pool_mode in core/pool; a newer version may send more */

struct shared_order {
	char pool[ORDER_POOL_BYTES];
	char server[ORDER_SERVER_BYTES];
	uint8_t family; /* of the pool: 4 or 6 */
	uint8_t mode; /* enum pool_mode of core/pool; 0: as configured */
	uint32_t weight; /* or ORDER_WEIGHT_CONFIGURED */
	uint32_t drain_s; /* after which what still drains is removed; 0: never */
	uint32_t counter;
	uint16_t node_id; /* where it was given */
	bool early; /* given before this node received orders of others; not sent */
};

struct orders {
	struct shared_order list[ORDERS_MAX];
	size_t count;
	uint32_t counter; /* the highest that is known */
	bool met; /* orders of another node have been received */
};

/* Whether they are about the same server. */
bool order_same_server(const struct shared_order *a, const struct shared_order *b);

/*
 * An operator of this node asks for it: newer than all that is known. Returns the order; NULL: there
 * are ORDERS_MAX that hold, so that it is not shared. Orders that were withdrawn make room.
 */
const struct shared_order *orders_give(struct orders *orders, const struct shared_order *order,
				       uint16_t node_id);

/* Before orders_take() of what another node has. What was given here before, as after a boot, counted
 * from 0; it is given again, above all that the other one has. Returns whether anything was. */
bool orders_meet(struct orders *orders, const struct shared_order *list, size_t count);

/* Takes an order of another node, or of a file. Returns whether it is newer than what was known. */
bool orders_take(struct orders *orders, const struct shared_order *order);

#endif
