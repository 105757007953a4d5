// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Services that several pools have: a group that two of them use (often its marks, for TCP and UDP),
 * or an address of two groups. The data plane has each only once, and a server of it once, with the
 * weight that was set last. keepalived does the same and does not report it.
 */
#include "user/config/pools/groups.h"
#include "user/config/pools/pools.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A line of a group, or the service of a pool without one. */
struct span {
	uint32_t mark;
	uint8_t family, protocol;
	struct config_endpoint first;
	uint64_t count; /* of addresses */
	const struct config_pool *pool;
};

#define ORDER(a, b) (((a) > (b)) - ((a) < (b)))

/* 0: they differ at most in their addresses. */
static int compare_kinds(const struct span *a, const struct span *b)
{
	int order = ORDER(a->mark, b->mark);

	if (!order)
		order = ORDER(a->family, b->family);
	if (!order)
		order = ORDER(a->protocol, b->protocol);
	return order ? order : ORDER(a->first.port, b->first.port);
}

static int compare_spans(const void *left, const void *right)
{
	const struct span *a = left, *b = right;
	int order = compare_kinds(a, b);

	if (!order)
		order = memcmp(&a->first.address, &b->first.address, sizeof(a->first.address));
	return order ? order : ORDER(a->pool, b->pool);
}

/* The second does not begin before the first one. No span is so long that its first 64 bits change. */
static bool overlap(const struct span *first, const struct span *second)
{
	const uint8_t *a = first->first.address.bytes, *b = second->first.address.bytes;
	uint64_t distance = 0;

	if (compare_kinds(first, second) || memcmp(a, b, 8) != 0)
		return false;
	for (int i = 8; i < 16; i++)
		distance = (distance << 8) + b[i] - a[i];
	return distance < first->count;
}

/* Its port in the service: with NAT its own, otherwise the service's. */
static unsigned port_in(const struct span *span, const struct config_real_server *server)
{
	bool own = server->forwarding.method == CONFIG_LVS_NAT && server->endpoint.port;

	return own ? server->endpoint.port : span->first.port;
}

static void report_weights(struct config_parser *parser, const struct span *span,
			   const struct config_real_server *server, const struct span *other_span,
			   const struct config_real_server *other)
{
	char address[ADDRESS_TEXT_BYTES], shared[ADDRESS_TEXT_BYTES + 16];

	if (span->mark)
		snprintf(shared, sizeof(shared), "fwmark %u", span->mark);
	else
		snprintf(shared, sizeof(shared), "%s port %u",
			 address_format(&span->first.address, address), span->first.port);
	config_warning(
		parser, server->location,
		"real_server %s has weight %" PRIi64 " here and %" PRIi64
		" on %s, but virtual_server %s and %s share %s, where the weight that was set last applies; give both the same weight",
		address_format(&server->endpoint.address, address), server->weight, other->weight,
		config_location_text(parser, other->location), span->pool->name,
		other_span->pool->name, shared);
}

/* Returns whether a server has two weights; the first one is reported. */
static bool compare_servers(struct config_parser *parser, const struct span *first,
			    const struct span *second)
{
	for (size_t i = 0; i < second->pool->server_count; i++) {
		const struct config_real_server *server = &second->pool->servers[i];

		for (size_t k = 0; k < first->pool->server_count; k++) {
			const struct config_real_server *other = &first->pool->servers[k];

			if (other->weight == server->weight ||
			    !address_equal(&other->endpoint.address, &server->endpoint.address) ||
			    port_in(first, other) != port_in(second, server))
				continue;
			report_weights(parser, second, server, first, other);
			return true;
		}
	}
	return false;
}

static size_t span_count(const struct config_pools *pools, const struct group_index *index)
{
	size_t count = 0;

	for (size_t i = 0; i < pools->count; i++) {
		const struct config_server_group *group =
			group_index_find(index, pools->list[i].group);

		count += group ? group->entry_count : 1;
	}
	return count;
}

static struct span *add_spans(const struct group_index *index, const struct config_pool *pool,
			      struct span *span)
{
	const struct config_server_group *group = group_index_find(index, pool->group);

	if (!pool->group)
		*span++ = (struct span){
			pool->mark, pool->family, pool->mark ? 0 : pool->protocol, pool->endpoint,
			1,	    pool};
	for (size_t i = 0; group && i < group->entry_count; i++) {
		const struct config_group_entry *entry = &group->entries[i];

		*span++ = (struct span){entry->mark,
					entry->family ? entry->family : pool->family,
					entry->mark ? 0 : pool->protocol,
					entry->first,
					entry->mark ? 1 : entry->address_count,
					pool};
	}
	return span;
}

/* Each pool is reported once. */
static void compare_all(struct config_parser *parser, const struct span *spans,
			const struct span *end)
{
	const struct config_pools *pools = &parser->config->pools;
	bool *reported = calloc(pools->count + 1, sizeof(*reported));

	if (!reported)
		limits_out_of_memory();
	for (const struct span *first = spans; first < end; first++)
		for (const struct span *second = first + 1; second < end && overlap(first, second);
		     second++) {
			bool *of = &reported[second->pool - pools->list];

			if (first->pool != second->pool && !*of)
				*of = compare_servers(parser, first, second);
		}
	free(reported);
}

void config_check_shared_services(struct config_parser *parser, const struct group_index *index)
{
	const struct config_pools *pools = &parser->config->pools;
	struct span *spans, *end;

	if (!index->count)
		return; /* without groups a name is a service */
	spans = end = calloc(span_count(pools, index) + 1, sizeof(*spans));
	if (!spans)
		limits_out_of_memory();
	for (size_t i = 0; i < pools->count; i++)
		if (pools->list[i].plane == CONFIG_PLANE_IPVS)
			end = add_spans(index, &pools->list[i], end);
	qsort(spans, (size_t)(end - spans), sizeof(*spans), compare_spans);
	compare_all(parser, spans, end);
	free(spans);
}
