// SPDX-License-Identifier: GPL-2.0-or-later
/* Finalizes the real servers of a pool and their checks: what they inherit, and which are dropped. */
#include "user/config/pools/draft.h"
#include "user/config/pools/pools.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

static const char *text_of(const struct config_endpoint *endpoint, char text[static 64])
{
	char address[ADDRESS_TEXT_BYTES];

	snprintf(text, 64, "%s port %u", address_format(&endpoint->address, address),
		 endpoint->port);
	return text;
}

/* The port to which IPVS sends: only NAT can change it. */
static void finalize_port(struct config_parser *parser, const struct config_pool *pool,
			  struct server_draft *draft)
{
	struct config_real_server *server = &draft->server;
	bool by_address = !pool->mark && !pool->group;
	uint16_t port = by_address ? pool->endpoint.port : 0;

	if (!draft->has_port)
		server->endpoint.port = port;
	if (server->forwarding.method == CONFIG_LVS_NAT || pool->group ||
	    pool->plane != CONFIG_PLANE_IPVS || server->endpoint.port == port)
		return;
	config_warning(
		parser, server->location,
		"port %u has no effect with DR and TUN, which keep the port of the virtual server; it is %s",
		server->endpoint.port,
		by_address ? "reset to that, as in keepalived" : "used by checks only");
	draft->check_port = server->endpoint.port;
	server->endpoint.port = port;
}

static void inherit(struct config_parser *parser, const struct pool_draft *pool,
		    struct server_draft *draft)
{
	struct config_real_server *server = &draft->server;

	rules_draft_inherit(&draft->rules, &pool->rules);
	server->weight = draft->weight < 0 ? pool->weight : draft->weight;
	if (!draft->has_forwarding)
		server->forwarding = pool->pool.forwarding;
	if (!draft->has_inhibit)
		server->inhibit_on_failure = pool->pool.inhibit_on_failure;
	if (!server->virtualhost && pool->virtualhost)
		server->virtualhost = text_copy(pool->virtualhost);
	finalize_port(parser, &pool->pool, draft);
}

static bool needs_port(enum config_check_kind kind)
{
	return kind != CONFIG_CHECK_PING && kind != CONFIG_CHECK_MISC && kind != CONFIG_CHECK_FILE;
}

static bool connects(enum config_check_kind kind)
{
	return kind != CONFIG_CHECK_MISC && kind != CONFIG_CHECK_FILE;
}

static bool is_http(enum config_check_kind kind)
{
	return kind == CONFIG_CHECK_HTTP || kind == CONFIG_CHECK_GRPC;
}

/* Reports what a check cannot connect to. */
static void check_target(struct config_parser *parser, const struct config_check *check)
{
	if (!connects(check->kind))
		return;
	if (needs_port(check->kind) && !check->target.port)
		config_warning(
			parser, check->location,
			"the %s check has no port, so that it always fails; add \"connect_port PORT\"",
			config_check_kind_name(check->kind));
	if (address_is_link_local(&check->target.address) && !*check->interface)
		config_error(parser, check->location,
			     "a link-local address needs an interface; add \"bind_if NAME\"");
	if (!address_is_unset(&check->bind.address) &&
	    address_family(&check->bind.address) != address_family(&check->target.address))
		config_error(
			parser, check->location,
			"bindto has another address family than the server; write one of IPv%u",
			address_family(&check->target.address));
}

void pool_finalize_target(struct config_parser *parser, struct check_draft *draft)
{
	struct config_check *check = &draft->check;

	for (size_t i = 0; draft->tls_compliant && i < check->http.url_count; i++)
		check->http.urls[i].tls_compliant = true;
	check_target(parser, check);
	pool_check_size(parser, check);
}

static void finalize_check(struct config_parser *parser, const struct pool_draft *pool,
			   const struct server_draft *server, struct check_draft *draft)
{
	struct config_check *check = &draft->check;
	uint64_t interval_ns = pool->rules.interval_ns;
	uint16_t port = server->server.endpoint.port;

	if (check->kind == CONFIG_CHECK_BFD) {
		pool_finalize_bfd_rules(draft, &server->rules);
		return;
	}
	/* The time of a program is not that of a connection. */
	if (check->kind == CONFIG_CHECK_MISC && draft->rules.timeout_ns == UINT64_MAX)
		draft->rules.timeout_ns =
			interval_ns == UINT64_MAX ? POOL_INTERVAL_DEFAULT_NS : interval_ns;
	rules_draft_inherit(&draft->rules, &server->rules);
	if (check->kind == CONFIG_CHECK_FILE)
		draft->rules.initial = CHECK_INITIAL_UP;
	rules_draft_apply(&draft->rules, check->kind, &check->rules);
	if (address_is_unset(&check->target.address))
		check->target.address = server->server.endpoint.address;
	if (!check->target.port)
		check->target.port = server->check_port ? server->check_port : port;
	if (is_http(check->kind) && !check->http.virtualhost && server->server.virtualhost)
		check->http.virtualhost = text_copy(server->server.virtualhost);
	pool_finalize_target(parser, draft);
}

/* What a host of SMTP_CHECK does not have itself. */
static void inherit_host(const struct check_draft *smtp, struct check_draft *host)
{
	rules_draft_inherit(&host->rules, &smtp->rules);
	host->check.text = text_copy(smtp->check.text);
	if (host->check.has_log_all_failures)
		return;
	host->check.log_all_failures = smtp->check.log_all_failures;
	host->check.has_log_all_failures = smtp->check.has_log_all_failures;
}

static void add_check(struct config_real_server *server, const struct check_draft *draft)
{
	server->checks = array_grow(server->checks, &server->check_count, sizeof(*server->checks));
	server->checks[server->check_count - 1] = draft->check;
}

/* Whether an earlier BFD_CHECK of the server names the same session: as in keepalived, it is one. */
static bool repeats_session(struct config_parser *parser, const struct config_real_server *server,
			    const struct config_check *check)
{
	for (size_t i = 0; check->kind == CONFIG_CHECK_BFD && i < server->check_count; i++) {
		const struct config_check *earlier = &server->checks[i];

		if (earlier->kind != check->kind || !earlier->text || !check->text ||
		    strcmp(earlier->text, check->text) != 0)
			continue;
		config_warning(
			parser, check->location,
			"BFD_CHECK %s is already listed on %s; this one is ignored, as in keepalived",
			check->text, config_location_text(parser, earlier->location));
		return true;
	}
	return false;
}

/* Moves the checks of a draft to its server. */
static void finalize_checks(struct config_parser *parser, const struct pool_draft *pool,
			    struct server_draft *draft)
{
	for (size_t i = 0; i < draft->check_count; i++) {
		struct check_draft *check = &draft->checks[i];

		for (size_t k = 0; k < check->host_count; k++) {
			inherit_host(check, &check->hosts[k]);
			finalize_check(parser, pool, draft, &check->hosts[k]);
			add_check(&draft->server, &check->hosts[k]);
		}
		if (check->host_count || repeats_session(parser, &draft->server, &check->check)) {
			config_check_free(&check->check);
		} else {
			finalize_check(parser, pool, draft, check);
			add_check(&draft->server, check);
		}
	}
}

static int compare_endpoints(const void *left, const void *right)
{
	const struct config_real_server *a = *(const struct config_real_server *const *)left;
	const struct config_real_server *b = *(const struct config_real_server *const *)right;
	int order = memcmp(&a->endpoint.address, &b->endpoint.address, sizeof(struct xb_address));

	if (!order)
		order = (a->endpoint.port > b->endpoint.port) -
			(a->endpoint.port < b->endpoint.port);
	return order ? order : (a > b) - (a < b);
}

/* Marks what repeats a server before it, in the order of the file. */
static void find_repeated(struct config_parser *parser, const struct config_pool *pool,
			  bool *dropped)
{
	const struct config_real_server **sorted =
		calloc(pool->server_count + 1, sizeof(struct config_real_server *));
	size_t first = 0;
	char text[64];

	if (!sorted)
		limits_out_of_memory();
	for (size_t i = 0; i < pool->server_count; i++)
		sorted[i] = &pool->servers[i];
	qsort(sorted, pool->server_count, sizeof(struct config_real_server *), compare_endpoints);
	for (size_t i = 1; i < pool->server_count; i++) {
		const struct config_endpoint *endpoint = &sorted[i]->endpoint;

		if (!address_equal(&endpoint->address, &sorted[first]->endpoint.address) ||
		    endpoint->port != sorted[first]->endpoint.port) {
			first = i;
			continue;
		}
		dropped[sorted[i] - pool->servers] = true;
		if (address_is_unset(&endpoint->address))
			continue; /* it was wrong, which is reported */
		config_warning(
			parser, sorted[i]->location,
			"real_server %s is already listed on %s; this one is ignored, as in keepalived",
			text_of(endpoint, text),
			config_location_text(parser, sorted[first]->location));
	}
	free(sorted);
}

static bool is_foreign(struct config_parser *parser, const struct config_pool *pool,
		       const struct config_real_server *server)
{
	if (!pool->family || server->forwarding.method == CONFIG_LVS_TUN ||
	    address_family(&server->endpoint.address) == pool->family ||
	    address_is_unset(&server->endpoint.address)) /* reported where it was read */
		return false;
	config_warning(
		parser, server->location,
		"the real_server is not of the virtual server's address family; it is ignored, as in keepalived; only TUN can mix families");
	return true;
}

static void drop_servers(struct config_pool *pool, const bool *dropped)
{
	size_t kept = 0;

	for (size_t i = 0; i < pool->server_count; i++) {
		if (dropped[i])
			config_server_free(&pool->servers[i]);
		else
			pool->servers[kept++] = pool->servers[i];
	}
	pool->server_count = kept;
}

void pool_finalize_servers(struct config_parser *parser, struct pool_draft *draft)
{
	struct config_pool *pool = &draft->pool;
	bool *dropped = calloc(draft->server_count + 1, sizeof(*dropped));

	pool->servers = calloc(draft->server_count + 1, sizeof(*pool->servers));
	if (!dropped || !pool->servers)
		limits_out_of_memory();
	for (size_t i = 0; i < draft->server_count; i++) {
		inherit(parser, draft, &draft->servers[i]);
		finalize_checks(parser, draft, &draft->servers[i]);
		pool->servers[i] = draft->servers[i].server;
	}
	pool->server_count = draft->server_count;
	find_repeated(parser, pool, dropped);
	for (size_t i = 0; i < pool->server_count; i++)
		dropped[i] = dropped[i] || is_foreign(parser, pool, &pool->servers[i]);
	drop_servers(pool, dropped);
	free(dropped);
}
