// SPDX-License-Identifier: GPL-2.0-or-later
/* Records of a statement about pools: their digests, servers that are down, orders of operators. */
#include "user/core/statement_record.h"
#include "user/lib/array.h"
#include <stdlib.h>
#include <string.h>

/* Orders come first: the others only serve comparisons. */
#define ROOM_BYTES (STATEMENT_BYTES_MAX - 2 - RECORD_PAYLOAD_MAX)

static bool has_room(const struct record_writer *writer)
{
	return writer->length <= ROOM_BYTES;
}

/* A name with its length before it. */
static void put_name(struct record_writer *writer, const char *name)
{
	record_put_u8(writer, strlen(name));
	record_put(writer, name, strlen(name));
}

static void write_order(struct record_writer *writer, const struct shared_order *order)
{
	record_put_u32(writer, order->counter);
	record_put_u16(writer, order->node_id);
	record_put_u8(writer, order->family);
	record_put_u8(writer, order->mode);
	record_put_u32(writer, order->weight);
	record_put_u32(writer, order->drain_s);
	put_name(writer, order->pool);
	record_put(writer, order->server, strlen(order->server));
	record_end(writer, RECORD_ORDER);
}

void statement_write_pools(struct record_writer *writer, const struct statement *statement)
{
	for (size_t i = 0; i < statement->order_count && has_room(writer); i++)
		write_order(writer, &statement->orders[i]);
	if (!statement->pool_total || !has_room(writer))
		return;
	record_put_u32(writer, statement->pool_total);
	record_put_u64(writer, statement->pools_digest);
	record_end(writer, RECORD_POOLS);
	for (size_t i = 0; i < statement->pool_count && has_room(writer); i++) {
		record_put_u64(writer, statement->pools[i].digest);
		record_put(writer, statement->pools[i].name, strlen(statement->pools[i].name));
		record_end(writer, RECORD_POOL);
	}
	for (size_t i = 0; i < statement->down_count && has_room(writer); i++) {
		put_name(writer, statement->down[i].pool);
		record_put(writer, statement->down[i].server, strlen(statement->down[i].server));
		record_end(writer, RECORD_DOWN);
	}
}

/* Cut to fit. */
static void get_name(struct record_reader *reader, char *name, size_t room)
{
	struct record_reader part = {.length = record_get_u8(reader)};

	if (part.length > reader->length) {
		reader->bad = true;
		name[0] = '\0';
		return;
	}
	part.bytes = reader->bytes;
	reader->bytes += part.length;
	reader->length -= part.length;
	record_get_text(&part, name, room);
}

static void read_order(struct record_reader *reader, struct statement *statement)
{
	struct shared_order order = {.counter = record_get_u32(reader)};

	order.node_id = record_get_u16(reader);
	order.family = record_get_u8(reader);
	order.mode = record_get_u8(reader);
	order.weight = record_get_u32(reader);
	order.drain_s = record_get_u32(reader);
	get_name(reader, order.pool, sizeof(order.pool));
	record_get_text(reader, order.server, sizeof(order.server));
	if (reader->bad || order.mode >= ORDER_MODES || statement->order_count == ORDERS_MAX)
		return;
	statement->orders = array_grow(statement->orders, &statement->order_count, sizeof(order));
	statement->orders[statement->order_count - 1] = order;
}

static void read_pool(struct record_reader *reader, struct statement *statement)
{
	struct statement_pool pool = {.digest = record_get_u64(reader)};
	char name[RECORD_PAYLOAD_MAX + 1];

	record_get_text(reader, name, sizeof(name));
	if (reader->bad || statement->pool_count == STATEMENT_POOLS_MAX)
		return;
	pool.name = text_copy(name);
	statement->pools = array_grow(statement->pools, &statement->pool_count, sizeof(pool));
	statement->pools[statement->pool_count - 1] = pool;
}

static void read_down(struct record_reader *reader, struct statement *statement)
{
	char pool[RECORD_PAYLOAD_MAX + 1], server[RECORD_PAYLOAD_MAX + 1];

	get_name(reader, pool, sizeof(pool));
	record_get_text(reader, server, sizeof(server));
	if (reader->bad || statement->down_count == STATEMENT_DOWN_MAX)
		return;
	statement->down =
		array_grow(statement->down, &statement->down_count, sizeof(*statement->down));
	statement->down[statement->down_count - 1] =
		(struct statement_down){text_copy(pool), text_copy(server)};
}

void statement_read_pools(struct record_reader *reader, enum record type,
			  struct statement *statement)
{
	if (type == RECORD_POOLS) {
		statement->pool_total = record_get_u32(reader);
		statement->pools_digest = record_get_u64(reader);
	} else if (type == RECORD_POOL) {
		read_pool(reader, statement);
	} else if (type == RECORD_DOWN) {
		read_down(reader, statement);
	} else {
		read_order(reader, statement);
	}
}
