// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A configuration from its text to the object the daemon uses. The work is in
 *
 *	config_preprocess.c definitions, conditions, includes, loops
 *	config_lexer.c      words and braces of keepalived's grammar
 *	config_parser.c     statements, blocks, recovery after errors
 *	config_value.c      numbers, durations, addresses, names
 *	config_globals.c    the words outside all blocks, global_defs
 *	config_heartbeat.c  heartbeat
 *	config_instance.c   vrrp_instance; its parts in config_authentication.c,
 *	                    config_unicast.c, config_vmac.c
 *	config_script.c     what can be tracked by name: scripts, processes, files
 *	config_app.c        vrrp_app
 *	config_track.c      what instances and sync groups track
 *	config_group.c      vrrp_sync_group
 *	config_notify.c     FIFOs; config_command.c command values, those of notify too
 *	config_vip.c        lists of addresses, config_vip_option.c their options
 *	config_settle.c     what settings say of one another, config_strict.c with strict_mode
 *	config_route.c      virtual_routes, static_routes; config_rule.c the rules,
 *	                    config_option*.c, config_route_options.c their words
 *	config_unserved.c   keepalived's words that are not served yet
 *	config_suggest.c    "did you mean"
 *	config_check.c      the file as a whole
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <user/core/address.h>
#include <user/core/config_parser.h>
#include <user/core/config_preprocess.h>
#include <user/core/config_track.h>

static void heartbeat_free(struct config_heartbeat *heartbeat)
{
	if (!heartbeat)
		return;
	free(heartbeat->key_file);
	free(heartbeat->nodes);
	free(heartbeat);
}

static void instance_free(struct config_instance *instance)
{
	free(instance->name);
	free(instance->vips);
	free(instance->routes.entries);
	free(instance->rules.entries);
	free(instance->unicast_peers);
	config_tracks_free(instance->tracks, instance->track_count);
	config_notify_free(&instance->notify);
}

static void group_free(struct config_group *group)
{
	free(group->name);
	free(group->members);
	config_tracks_free(group->tracks, group->track_count);
	config_notify_free(&group->notify);
}

static void script_free(struct config_script *script)
{
	free(script->name);
	config_command_free(&script->command);
}

static void process_free(struct config_process *process)
{
	free(process->name);
	config_words_free(process->command);
}

static void file_free(struct config_file *file)
{
	free(file->name);
	free(file->path);
}

static void app_free(struct config_app *app)
{
	free(app->name);
}

void config_drop_driven_instances(struct config *config)
{
	size_t kept = 0;

	for (size_t i = 0; i < config->instance_count; i++) {
		if (config->instances[i].heartbeat[0]) {
			instance_free(&config->instances[i]);
			config_groups_forget(config, kept);
		} else {
			config->instances[kept++] = config->instances[i];
		}
	}
	config->instance_count = kept;
}

#define FREE_LIST(list, list_count, free_entry)                                                    \
	do {                                                                                       \
		for (size_t i = 0; i < config->list_count; i++)                                    \
			(free_entry)(&config->list[i]);                                            \
		free(config->list);                                                                \
	} while (0)

void config_free(struct config *config)
{
	if (!config)
		return;
	heartbeat_free(config->heartbeat);
	FREE_LIST(instances, instance_count, instance_free);
	FREE_LIST(groups, group_count, group_free);
	FREE_LIST(scripts, script_count, script_free);
	FREE_LIST(processes, process_count, process_free);
	FREE_LIST(files, file_count, file_free);
	FREE_LIST(apps, app_count, app_free);
	for (size_t i = 0; i < config->source_count; i++)
		free(config->sources[i]);
	free(config->sources);
	free(config->notify_fifo);
	free(config->vrrp_notify_fifo);
	config_command_free(&config->notify_fifo_script);
	config_command_free(&config->vrrp_notify_fifo_script);
	free(config->static_routes.entries);
	free(config->static_rules.entries);
	free(config->static_addresses);
	free(config);
}

/* The configuration itself first, then the files it includes in their order. */
static size_t file_rank(const char *file, const struct diagnostics *diagnostics)
{
	for (size_t i = 0; i < diagnostics->name_count; i++) {
		if (diagnostics->names[i] == file)
			return i + 1;
	}
	return 0;
}

static int compare_numbers(size_t a, size_t b)
{
	return a == b ? 0 : a < b ? -1 : 1;
}

/* By place, errors first; the text decides between equals, so that the order never depends on
 * qsort_r(). */
static int compare_diagnostics(const void *left, const void *right, void *diagnostics)
{
	const struct diagnostic *a = left, *b = right;
	int order = a->file == b->file ? 0
				       : compare_numbers(file_rank(a->file, diagnostics),
							 file_rank(b->file, diagnostics));

	if (!order)
		order = compare_numbers(a->line, b->line);
	if (!order)
		order = compare_numbers(a->column, b->column);
	if (!order)
		order = compare_numbers(b->severity, a->severity);
	return order ? order : strcmp(a->text, b->text);
}

/* A loop says the same of the same place again and again: once is enough. */
static void drop_repeated(struct diagnostics *diagnostics, size_t first)
{
	size_t kept = first;

	for (size_t i = first; i < diagnostics->count; i++) {
		struct diagnostic *entry = &diagnostics->entries[i];

		if (kept > first &&
		    !compare_diagnostics(&diagnostics->entries[kept - 1], entry, diagnostics)) {
			diagnostics->error_count -= entry->severity == DIAGNOSTIC_ERROR;
			free(entry->text);
		} else {
			diagnostics->entries[kept++] = *entry;
		}
	}
	diagnostics->count = kept;
}

/* Checks of the whole file come last but belong where they point. */
static void sort_diagnostics(struct diagnostics *diagnostics, size_t first)
{
	if (diagnostics->count <= first)
		return;
	qsort_r(diagnostics->entries + first, diagnostics->count - first,
		sizeof(*diagnostics->entries), compare_diagnostics, diagnostics);
	drop_repeated(diagnostics, first);
}

/* Returns a parser with the defaults; aborts without memory. */
static struct config_parser *new_parser(const struct config_preprocessor *preprocessor)
{
	struct config_parser *parser = calloc(1, sizeof(*parser));

	if (!parser)
		abort();
	parser->origins = &preprocessor->origins;
	config_globals_defaults(&parser->globals);
	parser->config = calloc(1, sizeof(*parser->config));
	if (!parser->config)
		abort();
	return parser;
}

/* What is found out after parsing names files, too. */
static void keep_sources(struct config *config, const struct config_origins *origins)
{
	for (size_t i = 0; i < origins->file_count; i++) {
		config->sources =
			config_grow(config->sources, &config->source_count, sizeof(char *));
		config->sources[i] = config_copy(origins->files[i]);
	}
}

int config_parse(const char *file, const char *text, size_t length,
		 const struct config_environment *environment, struct config **out,
		 struct diagnostics *diagnostics)
{
	size_t first = diagnostics->count, errors = diagnostics->error_count;
	struct config_preprocessor preprocessor;
	struct config_parser *parser;

	config_preprocess(&preprocessor, file, text, length, environment, diagnostics);
	parser = new_parser(&preprocessor);
	config_lexer_init(&parser->lexer, &preprocessor.out, &preprocessor.origins);
	config_parser_run(parser);
	config_check(parser);
	keep_sources(parser->config, &preprocessor.origins);
	config_lexer_free(&parser->lexer);
	config_preprocess_free(&preprocessor);
	sort_diagnostics(diagnostics, first);
	if (diagnostics->error_count == errors)
		*out = parser->config;
	else
		config_free(parser->config);
	free(parser->instance_blocks);
	free(parser);
	return diagnostics->error_count == errors ? 0 : -EINVAL;
}

static bool has_address(const struct xb_address *addresses, size_t count,
			const struct xb_address *wanted)
{
	for (size_t i = 0; i < count; i++) {
		if (address_equal(&addresses[i], wanted))
			return true;
	}
	return false;
}

static bool has_all_addresses(const struct config_node *node, const struct xb_address *addresses,
			      size_t count)
{
	for (size_t i = 0; i < node->address_count; i++) {
		if (!has_address(addresses, count, &node->addresses[i]))
			return false;
	}
	return node->address_count > 0;
}

/* keepalived's router_id may be any text: one that names no node decides nothing. */
static int find_by_name(const struct config_heartbeat *heartbeat, const char *name)
{
	for (size_t i = 0; i < heartbeat->node_count; i++) {
		if (!strcmp(heartbeat->nodes[i].name, name))
			return (int)i;
	}
	return -ENOENT;
}

int config_find_own_node(const struct config *config, const struct xb_address *local_addresses,
			 size_t local_count)
{
	const struct config_heartbeat *heartbeat = config->heartbeat;
	int found;

	if (!heartbeat)
		return -ENOENT;
	found = find_by_name(heartbeat, config->router_id);
	if (found >= 0)
		return found;
	for (size_t i = 0; i < heartbeat->node_count; i++) {
		if (!has_all_addresses(&heartbeat->nodes[i], local_addresses, local_count))
			continue;
		if (found >= 0)
			return -EEXIST;
		found = (int)i;
	}
	return found;
}
