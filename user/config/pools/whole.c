// SPDX-License-Identifier: GPL-2.0-or-later
/* Finalizes pools when the whole file is known: groups, names, track files, global_defs. */
#include "user/config/blocks/globals.h"
#include "user/config/pools/draft.h"
#include "user/config/pools/groups.h"
#include "user/config/pools/pools.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void report_unknown_group(struct config_parser *parser, const struct group_index *index,
				 const struct config_pool *pool)
{
	struct spelling_search search = {.text = pool->group};

	for (size_t i = 0; i < index->count; i++)
		spelling_consider(&search, index->uses[i].group->name);
	if (spelling_found(&search))
		config_error(parser, pool->location,
			     "virtual_server_group %s is not defined; did you mean '%s'?",
			     pool->group, spelling_found(&search));
	else
		config_error(
			parser, pool->location,
			"virtual_server_group %s is not defined; add \"virtual_server_group %s { ... }\"",
			pool->group, pool->group);
}

static bool all_tunnels(const struct config_pool *pool)
{
	for (size_t i = 0; i < pool->server_count; i++)
		if (pool->servers[i].forwarding.method != CONFIG_LVS_TUN)
			return false;
	return true;
}

static void check_entry(struct config_parser *parser, struct config_pool *pool,
			const struct config_group_entry *entry)
{
	if (entry->family && entry->family != pool->family && !all_tunnels(pool))
		config_error(
			parser, pool->location,
			"virtual_server_group %s has IPv%u, and the real servers are of IPv%u; only with TUN a group can have both",
			pool->group, entry->family, pool->family);
	if (entry->mark || entry->first.port || pool->persistence_timeout_s ||
	    pool->plane != CONFIG_PLANE_IPVS)
		return;
	pool->persistence_timeout_s = POOL_PERSISTENCE_DEFAULT_S;
	config_warning(
		parser, pool->location,
		"virtual_server_group %s has an address without a port, which needs persistence; persistence_timeout is set to %d",
		pool->group, POOL_PERSISTENCE_DEFAULT_S);
}

static void finalize_group(struct config_parser *parser, const struct group_index *index,
			   struct config_pool *pool)
{
	struct group_use *use = group_index_use(index, pool->group);

	if (!use) {
		report_unknown_group(parser, index, pool);
		return;
	}
	pool->group_ordinal = use->user_count++;
	for (size_t i = 0; i < use->group->entry_count; i++)
		check_entry(parser, pool, &use->group->entries[i]);
}

static void set_name(struct config_pool *pool)
{
	const char *protocol = config_protocol_name(pool->protocol);
	char text[ADDRESS_TEXT_BYTES];

	if (pool->mark)
		snprintf(pool->name, sizeof(pool->name), "fwmark/%u%s", pool->mark,
			 pool->family == 6 ? "/inet6" : "");
	else if (pool->group)
		snprintf(pool->name, sizeof(pool->name), "%.*s:%u/%s", POOL_GROUP_NAME_MAX,
			 pool->group, pool->group_ordinal, protocol);
	else
		snprintf(pool->name, sizeof(pool->name),
			 pool->family == 6 ? "[%s]:%u/%s" : "%s:%u/%s",
			 address_format(&pool->endpoint.address, text), pool->endpoint.port,
			 protocol);
}

static void report_unknown_file(struct config_parser *parser, const struct config_check *check)
{
	const struct config *config = parser->config;
	struct spelling_search search = {.text = check->file};

	for (size_t i = 0; i < config->file_count; i++)
		spelling_consider(&search, config->files[i].name);
	if (spelling_found(&search))
		config_error(parser, check->location,
			     "track_file %s is not defined; did you mean '%s'?", check->file,
			     spelling_found(&search));
	else
		config_error(parser, check->location,
			     "track_file %s is not defined; add \"track_file %s { ... }\"",
			     check->file, check->file);
}

/* As in FILE_CHECK of keepalived; a file that is missing would leave the server up. */
static void finalize_file(struct config_parser *parser, struct config_check *check)
{
	const struct config *config = parser->config;

	for (size_t i = 0; i < config->file_count; i++) {
		const struct config_file *file = &config->files[i];

		if (strcmp(file->name, check->file) != 0)
			continue;
		if (!check->has_file_weight) {
			check->file_weight = file->weight;
			check->file_reverse = file->reverse;
		}
		return;
	}
	report_unknown_file(parser, check);
}

static void finalize_checks(struct config_parser *parser, struct config_real_server *server)
{
	for (size_t i = 0; i < server->check_count; i++) {
		struct config_check *check = &server->checks[i];

		if (!check->has_log_all_failures)
			check->log_all_failures = parser->globals->checker_log_all;
		if (check->file)
			finalize_file(parser, check);
	}
}

/* smtp_alert: keepalived's order. */
static bool mail_or(const struct config_globals *globals, bool default_mail)
{
	if (globals->has_checker_mail)
		return globals->checker_mail;
	return globals->has_mail ? globals->mail : default_mail;
}

static void finalize_pool(struct config_parser *parser, const struct group_index *index,
			  struct config_pool *pool)
{
	if (!pool->has_mail)
		pool->mail = mail_or(parser->globals, false);
	if (pool->group)
		finalize_group(parser, index, pool);
	for (size_t i = 0; i < pool->server_count; i++) {
		struct config_real_server *server = &pool->servers[i];

		if (!server->has_mail)
			server->mail = mail_or(parser->globals, true);
		finalize_checks(parser, server);
	}
	set_name(pool);
}

static int compare_pools(const void *left, const void *right)
{
	const struct config_pool *a = *(const struct config_pool *const *)left;
	const struct config_pool *b = *(const struct config_pool *const *)right;
	int order = strcmp(a->name, b->name);

	return order ? order : (a > b) - (a < b);
}

/* Its address or mark is wrong, which is reported: it has no name of its own. */
static bool is_nameless(const struct config_parser *parser, const struct config_pool *pool)
{
	return parser->sources->diagnostics->error_count && !pool->mark && !pool->group &&
	       address_is_unset(&pool->endpoint.address);
}

static void check_names(struct config_parser *parser)
{
	const struct config_pools *pools = &parser->config->pools;
	const struct config_pool **sorted = calloc(pools->count + 1, sizeof(struct config_pool *));

	if (!sorted)
		limits_out_of_memory();
	for (size_t i = 0; i < pools->count; i++)
		sorted[i] = &pools->list[i];
	qsort(sorted, pools->count, sizeof(struct config_pool *), compare_pools);
	for (size_t i = 1; i < pools->count; i++)
		if (!strcmp(sorted[i - 1]->name, sorted[i]->name) &&
		    !is_nameless(parser, sorted[i]))
			config_error(parser, sorted[i]->location,
				     "virtual_server %s is already defined on %s; keep one of them",
				     sorted[i]->name,
				     config_location_text(parser, sorted[i - 1]->location));
	free(sorted);
}

void config_finalize_pools(struct config_parser *parser)
{
	struct config_pools *pools = &parser->config->pools;
	struct group_index index = group_index_make(parser);

	for (size_t i = 0; i < pools->count; i++)
		finalize_pool(parser, &index, &pools->list[i]);
	check_names(parser);
	config_check_shared_services(parser, &index);
	pool_finalize_bfd(parser);
	free(index.uses);
}
