// SPDX-License-Identifier: GPL-2.0-or-later
/* Gives each BFD_CHECK its session, when the whole file is known, so that the order is free. */
#include "user/config/pools/draft.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include <stdlib.h>
#include <string.h>

/* Sessions by name. */
struct session_index {
	struct session_use {
		const struct config_bfd *session;
		bool used;
	} * uses;
	size_t count;
};

static int in_file_order(const struct config_bfd *one, const struct config_bfd *other)
{
	return (one > other) - (one < other);
}

static int compare_names(const void *left, const void *right)
{
	const struct session_use *one = left, *other = right;
	int order = strcmp(one->session->name, other->session->name);

	return order ? order : in_file_order(one->session, other->session);
}

static struct session_index index_sessions(struct config_parser *parser)
{
	const struct config_pools *pools = &parser->config->pools;
	struct session_index index = {.count = pools->bfd_count};

	index.uses = calloc(index.count + 1, sizeof(*index.uses));
	if (!index.uses)
		limits_out_of_memory();
	for (size_t i = 0; i < index.count; i++)
		index.uses[i].session = &pools->bfd[i];
	qsort(index.uses, index.count, sizeof(*index.uses), compare_names);
	for (size_t i = 1; i < index.count; i++) {
		const struct config_bfd *one = index.uses[i - 1].session;
		const struct config_bfd *other = index.uses[i].session;

		if (strcmp(one->name, other->name) != 0)
			continue;
		config_error(
			parser, other->location,
			"bfd_instance %s is already defined on %s; give each instance its own name",
			other->name, config_location_text(parser, one->location));
		index.uses[i - 1].used = index.uses[i].used = true; /* one message is enough */
	}
	return index;
}

static int compare_name(const void *name, const void *use)
{
	return strcmp(name, ((const struct session_use *)use)->session->name);
}

static struct session_use *find_session(const struct session_index *index, const char *name)
{
	return bsearch(name, index->uses, index->count, sizeof(*index->uses), compare_name);
}

/* What tells the packets of sessions apart before their discriminators are known. */
static int compare_identities(const struct config_bfd *one, const struct config_bfd *other)
{
	int order = memcmp(&one->neighbour.address, &other->neighbour.address,
			   sizeof(one->neighbour.address));

	if (!order)
		order = memcmp(&one->source.address, &other->source.address,
			       sizeof(one->source.address));
	if (!order)
		order = one->settings.multihop - other->settings.multihop;
	if (!order && address_is_link_local(&one->neighbour.address))
		order = strcmp(one->interface, other->interface);
	return order;
}

static int compare_sessions(const void *left, const void *right)
{
	const struct config_bfd *one = *(const struct config_bfd *const *)left;
	const struct config_bfd *other = *(const struct config_bfd *const *)right;
	int order = compare_identities(one, other);

	return order ? order : in_file_order(one, other);
}

static void check_identities(struct config_parser *parser)
{
	const struct config_pools *pools = &parser->config->pools;
	const struct config_bfd **sorted =
		calloc(pools->bfd_count + 1, sizeof(struct config_bfd *));

	if (!sorted)
		limits_out_of_memory();
	for (size_t i = 0; i < pools->bfd_count; i++)
		sorted[i] = &pools->bfd[i];
	qsort(sorted, pools->bfd_count, sizeof(struct config_bfd *), compare_sessions);
	for (size_t i = 1; i < pools->bfd_count; i++)
		if (!address_is_unset(&sorted[i]->neighbour.address) &&
		    !compare_identities(sorted[i - 1], sorted[i]))
			config_error(
				parser, sorted[i]->location,
				"bfd_instance %s has neighbor_ip, source_ip and multihop of %s on %s; keep one of them, which several checks may name",
				sorted[i]->name, sorted[i - 1]->name,
				config_location_text(parser, sorted[i - 1]->location));
	free(sorted);
}

static void report_unknown(struct config_parser *parser, const struct session_index *index,
			   const struct config_check *check)
{
	struct spelling_search search = {.text = check->text};

	for (size_t i = 0; i < index->count; i++)
		spelling_consider(&search, index->uses[i].session->name);
	if (spelling_found(&search))
		config_error(parser, check->location,
			     "bfd_instance %s is not defined; did you mean '%s'?", check->text,
			     spelling_found(&search));
	else
		config_error(
			parser, check->location,
			"bfd_instance %s is not defined; add \"bfd_instance %s { neighbor_ip ADDRESS }\"",
			check->text, check->text);
}

static void finalize_check(struct config_parser *parser, const struct session_index *index,
			   struct config_check *check)
{
	const struct config_bfd *session;
	struct session_use *use;

	check->log_all_failures = false;
	if (!check->text)
		return; /* reported where it was read */
	use = find_session(index, check->text);
	if (!use) {
		report_unknown(parser, index, check);
		return;
	}
	session = use->session;
	use->used = true;
	if (session->vrrp_only)
		config_error(
			parser, check->location,
			"bfd_instance %s on %s is for VRRP only; add \"checker\" to it, or remove \"vrrp\"",
			session->name, config_location_text(parser, session->location));
	check->target = session->neighbour;
	check->bind = session->source;
	check->bfd = session->settings;
	memcpy(check->interface, session->interface, sizeof(check->interface));
}

static void warn_of_unused(struct config_parser *parser, const struct session_index *index)
{
	for (size_t i = 0; i < index->count; i++) {
		const struct config_bfd *session = index->uses[i].session;

		if (!index->uses[i].used)
			config_warning(
				parser, session->location,
				"no BFD_CHECK names bfd_instance %s, so that no session is started; add \"BFD_CHECK { name %s }\" to a real_server",
				session->name, session->name);
	}
}

void pool_finalize_bfd(struct config_parser *parser)
{
	struct config_pools *pools = &parser->config->pools;
	struct session_index index = index_sessions(parser);

	check_identities(parser);
	for (size_t i = 0; i < pools->count; i++)
		for (size_t k = 0; k < pools->list[i].server_count; k++) {
			struct config_real_server *server = &pools->list[i].servers[k];

			for (size_t n = 0; n < server->check_count; n++)
				if (server->checks[n].kind == CONFIG_CHECK_BFD)
					finalize_check(parser, &index, &server->checks[n]);
		}
	warn_of_unused(parser, &index);
	free(index.uses);
}
