/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What an operator asks of servers: modes and weights. They hold until they are changed again. */
#ifndef XBEAT_POOLS_OPERATOR_H
#define XBEAT_POOLS_OPERATOR_H

#include "user/pools/entries/modes.h"
#include "user/pools/entries/select.h"
#include "user/pools/pools.h"

/* More servers than one request may be about: the loop would be late. */
#define POOLS_SELECTED_MAX 256
bool pools_selects_too_many(const struct pools *pools, const struct pools_selection *selection);

/* Both return what was changed, as new JSON, and which pools have lost their quorum by it; NULL: no
 * server is selected. */
json_t *pools_order_mode(struct pools *pools, const struct pools_selection *selection,
			 enum pool_mode mode, uint64_t timeout_ns);
json_t *pools_order_weight(struct pools *pools, const struct pools_selection *selection,
			   int64_t weight);

/* All that operators have asked for, as new JSON: a list, empty if there is nothing. */
json_t *pools_operator_json(const struct pools *pools);

/* Asks for all of a list, as pools_operator_json() has it, of servers that are there. What the list
 * does not name is as configured. node, if an entry has it: where the order was
 * given; again: its drain has another time, in the same mode. list: borrowed; NULL: an empty one. */
void pools_set_operator(struct pools *pools, const json_t *list);

#endif
