// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Finalizes a pool at the "}" of its virtual_server: keepalived's defaults, and what keepalived
 * corrects. Each correction is reported.
 */
#include "user/config/pools/draft.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

#define SCHEDULER_DEFAULT "wlc"

static bool seen_either(const struct config_block *block, const char *one, const char *other)
{
	return config_block_seen(block, one) || config_block_seen(block, other);
}

/* A pool of a mark or of a group has the family of its servers; mixed ones need tunnels, and are
 * IPv4. */
static void finalize_family(struct config_parser *parser, struct pool_draft *draft,
			    const struct config_block *block)
{
	struct config_pool *pool = &draft->pool;
	uint8_t given = pool->family;
	bool has_ipv4 = false, has_ipv6 = false;

	if (!pool->mark && !pool->group) {
		pool->family = address_family(&pool->endpoint.address);
		if (given && given != pool->family)
			config_warning(
				parser, *config_block_seen(block, "ip_family"),
				"ip_family contradicts the address of the virtual server; remove it");
		return;
	}
	if (given)
		return;
	for (size_t i = 0; i < draft->server_count; i++) {
		uint8_t family = address_family(&draft->servers[i].server.endpoint.address);

		has_ipv4 |= family == 4;
		has_ipv6 |= family == 6;
	}
	pool->family = has_ipv6 && !has_ipv4 ? 6 : 4;
}

static void finalize_protocol(struct config_parser *parser, struct pool_draft *draft,
			      const struct config_block *block)
{
	struct config_pool *pool = &draft->pool;
	const struct config_location *ops = config_block_seen(block, "ops");

	if (pool->mark) {
		config_report_cleared(parser, block, "protocol", "fwmark");
		pool->protocol = 0;
	} else if (!pool->protocol) {
		pool->protocol = IPPROTO_UDP;
		if (!config_block_seen(block, "protocol"))
			config_warning(
				parser, block->location,
				"virtual_server has no protocol; as in keepalived it is UDP; add \"protocol TCP\" or \"protocol UDP\"");
	}
	if (ops && !pool->mark && pool->protocol != IPPROTO_UDP) {
		pool->one_packet = false;
		config_warning(parser, *ops, "ops has no effect without UDP or a mark; remove it");
	}
}

/* The keywords of flags, with the scheduler that has them. */
static const struct {
	const char *keyword, *scheduler;
} scheduler_flags[] = {
	{"sh-port", "sh"},
	{"sh-fallback", "sh"},
	{"mh-port", "mh"},
	{"mh-fallback", "mh"},
};

static void finalize_scheduler(struct config_parser *parser, struct pool_draft *draft,
			       const struct config_block *block)
{
	struct config_pool *pool = &draft->pool;

	config_report_overridden(parser, block, "lvs_sched", "lb_algo");
	config_report_overridden(parser, block, "lvs_method", "lb_kind");
	if (pool->plane == CONFIG_PLANE_IPVS && !seen_either(block, "lvs_sched", "lb_algo"))
		config_warning(
			parser, block->location,
			"virtual_server has no scheduler; as in keepalived it is wlc; add \"lvs_sched wlc\"");
	if (!*pool->scheduler)
		strcpy(pool->scheduler, SCHEDULER_DEFAULT);
	if (pool->plane == CONFIG_PLANE_IPVS && !seen_either(block, "lvs_method", "lb_kind"))
		config_warning(
			parser, block->location,
			"virtual_server has no forwarding method; as in keepalived it is NAT; add \"lvs_method NAT\"");
	for (size_t i = 0; i < ARRAY_SIZE(scheduler_flags); i++) {
		const struct config_location *seen =
			config_block_seen(block, scheduler_flags[i].keyword);

		if (seen && strcmp(pool->scheduler, scheduler_flags[i].scheduler) != 0)
			config_error(parser, *seen,
				     "%s is a flag of scheduler %s, not of %s; remove it",
				     scheduler_flags[i].keyword, scheduler_flags[i].scheduler,
				     pool->scheduler);
	}
}

/* Without a port all ports are meant, which IPVS serves only with persistence. */
static void finalize_persistence(struct config_parser *parser, struct pool_draft *draft,
				 const struct config_block *block)
{
	struct config_pool *pool = &draft->pool;
	bool needs = !pool->mark && !pool->group && !pool->endpoint.port;

	if (needs && !pool->persistence_timeout_s && pool->plane == CONFIG_PLANE_IPVS) {
		pool->persistence_timeout_s = POOL_PERSISTENCE_DEFAULT_S;
		config_warning(
			parser, block->location,
			"without a port the virtual server needs persistence; persistence_timeout is set to %d; add a port, or the timeout",
			POOL_PERSISTENCE_DEFAULT_S);
	}
	if ((draft->has_mask || draft->has_prefix) && !pool->persistence_timeout_s)
		pool->persistence_timeout_s = POOL_PERSISTENCE_DEFAULT_S;
	if (*pool->persistence_engine && !pool->persistence_timeout_s)
		config_report_cleared(parser, block, "persistence_engine",
				      "no persistence_timeout");
	if (pool->family == 6 ? draft->has_mask : draft->has_prefix)
		config_error(parser, *config_block_seen(block, "persistence_granularity"),
			     "persistence_granularity of IPv%u takes %s", pool->family,
			     pool->family == 6 ? "a prefix length, 1 to 128"
					       : "a netmask, as 255.255.255.0");
	if (!draft->has_mask)
		pool->persistence_mask = address_from_ipv4(UINT32_MAX);
	if (!draft->has_prefix)
		pool->persistence_prefix = 128;
}

static void finalize_suspend(struct config_parser *parser, struct pool_draft *draft,
			     const struct config_block *block)
{
	if (!draft->pool.mark || !draft->pool.ha_suspend)
		return;
	draft->pool.ha_suspend = false;
	config_report_cleared(parser, block, "ha_suspend", "fwmark");
}

static void finalize_sorry(struct config_parser *parser, struct pool_draft *draft)
{
	struct config_pool *pool = &draft->pool;
	struct config_real_server *sorry = &pool->sorry;

	if (!pool->has_sorry)
		return;
	if (!draft->has_sorry_forwarding)
		sorry->forwarding = pool->forwarding;
	if (!draft->has_sorry_port)
		sorry->endpoint.port = pool->endpoint.port;
	if (sorry->forwarding.method != CONFIG_LVS_NAT && !pool->mark && !pool->group)
		sorry->endpoint.port = pool->endpoint.port;
	if (sorry->forwarding.method == CONFIG_LVS_TUN ||
	    address_family(&sorry->endpoint.address) == pool->family)
		return;
	pool->has_sorry = false;
	config_warning(
		parser, sorry->location,
		"the sorry_server is not of the virtual server's address family; it is ignored, as in keepalived; only TUN can mix families");
}

/* A sorry server that is a real server, too, is one destination, with one setting. */
static void unite_sorry(struct config_parser *parser, struct config_pool *pool)
{
	struct config_real_server *sorry = &pool->sorry;

	for (size_t i = 0; pool->has_sorry && i < pool->server_count; i++) {
		const struct config_real_server *server = &pool->servers[i];

		if (!address_equal(&server->endpoint.address, &sorry->endpoint.address) ||
		    server->endpoint.port != sorry->endpoint.port ||
		    server->inhibit_on_failure == sorry->inhibit_on_failure)
			continue;
		sorry->inhibit_on_failure = server->inhibit_on_failure;
		config_warning(
			parser, sorry->location,
			"the sorry_server is a real_server, too; as in keepalived its inhibit setting is that of the real_server: %s",
			server->inhibit_on_failure ? "on" : "off");
	}
}

/* As keepalived, which could otherwise never gain it. */
static void finalize_quorum(struct config_parser *parser, struct config_pool *pool,
			    const struct config_block *block)
{
	const struct config_location *quorum = config_block_seen(block, "quorum");
	const struct config_location *hysteresis = config_block_seen(block, "hysteresis");
	uint64_t sum = 0;

	for (size_t i = 0; i < pool->server_count; i++)
		sum += (uint64_t)pool->servers[i].weight;
	if (pool->quorum > sum && sum) {
		config_warning(
			parser, quorum ? *quorum : block->location,
			"quorum %u is above the sum of the weights of the real servers; it is lowered to %llu, as in keepalived",
			pool->quorum, (unsigned long long)sum);
		pool->quorum = (uint32_t)sum;
	}
	if (pool->hysteresis < pool->quorum)
		return;
	config_warning(
		parser, hysteresis ? *hysteresis : block->location,
		"hysteresis %u is not below the quorum; it is lowered to %u, as in keepalived",
		pool->hysteresis, pool->quorum - 1);
	pool->hysteresis = pool->quorum - 1;
}

static void free_checks(struct server_draft *draft)
{
	for (size_t i = 0; i < draft->check_count; i++)
		free(draft->checks[i].hosts);
	free(draft->checks);
}

static void free_draft(struct pool_draft *draft)
{
	for (size_t i = 0; i < draft->server_count; i++)
		free_checks(&draft->servers[i]);
	free(draft->servers);
	free(draft->virtualhost);
}

static bool has_identity(const struct config_pool *pool)
{
	return pool->mark || pool->group || !address_is_unset(&pool->endpoint.address);
}

/* Each step builds on those before it. */
static void finalize(struct config_parser *parser, struct pool_draft *draft,
		     const struct config_block *block)
{
	uint32_t initial = draft->rules.initial;

	draft->pool.alpha = initial == CHECK_INITIAL_DOWN || initial == CHECK_INITIAL_FULLY_DOWN;
	finalize_family(parser, draft, block);
	finalize_protocol(parser, draft, block);
	finalize_scheduler(parser, draft, block);
	finalize_persistence(parser, draft, block);
	finalize_suspend(parser, draft, block);
	finalize_sorry(parser, draft);
	pool_finalize_servers(parser, draft);
	unite_sorry(parser, &draft->pool);
	finalize_quorum(parser, &draft->pool, block);
}

/* As keepalived, also with a sorry server. */
static void drop_empty(struct config_parser *parser, struct pool_draft *draft,
		       const struct config_block *block)
{
	config_warning(
		parser, block->location,
		"virtual_server has no real_server; it is ignored, as in keepalived; add one");
	config_pool_free(&draft->pool);
	free_draft(draft);
}

void pool_finalize(struct config_parser *parser, struct pool_draft *draft,
		   const struct config_block *block)
{
	struct config_pools *pools = &parser->config->pools;

	if (!draft->server_count) {
		drop_empty(parser, draft, block);
		return;
	}
	if (has_identity(&draft->pool))
		finalize(parser, draft, block);
	else
		pool_finalize_servers(parser, draft);
	pools->list = array_grow(pools->list, &pools->count, sizeof(*pools->list));
	pools->list[pools->count - 1] = draft->pool;
	free_draft(draft);
}
