// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl check FILE": prints errors and warnings of a configuration, and a summary. */
#include "user/config/model/config.h"
#include "user/ctl/call/output.h"
#include "user/ctl/file/foreign.h"
#include "user/ctl/file/load.h"
#include "user/ctl/file/local.h"
#include "user/ctl/file/location.h"
#include "user/ctl/show/text.h"
#include "user/lib/text/diagnostics_print.h"
#include "user/lib/text/json_text.h"
#include <stdio.h>

static const char *plural(size_t count)
{
	return count == 1 ? "" : "s";
}

static size_t count_addresses(const struct config *config)
{
	size_t count = 0;

	for (size_t i = 0; i < config->instance_count; i++)
		count += config->instances[i].vip_count;
	return count;
}

static size_t count_servers(const struct config *config)
{
	size_t count = 0;

	for (size_t i = 0; i < config->pools.count; i++)
		count += config->pools.list[i].server_count;
	return count;
}

static void print_summary(const char *path, const struct config *config)
{
	const struct config_heartbeat *heartbeat = config->heartbeat;
	size_t addresses = count_addresses(config);
	size_t pools = config->pools.count, servers = count_servers(config);
	char block[160] = "", served[80] = "";

	if (heartbeat)
		snprintf(block, sizeof(block),
			 "heartbeat %.64s with %zu node%s on %zu interface%s, ", heartbeat->name,
			 heartbeat->node_count, plural(heartbeat->node_count),
			 heartbeat->interface_count, plural(heartbeat->interface_count));
	if (pools)
		snprintf(served, sizeof(served), ", %zu server pool%s with %zu server%s", pools,
			 plural(pools), servers, plural(servers));
	text_print_labelled(stdout, 0, "", "%s: ok: %s%zu VRRP instance%s with %zu address%s%s",
			    path, block, config->instance_count, plural(config->instance_count),
			    addresses, addresses == 1 ? "" : "es", served);
}

static json_t *diagnostics_json(const struct diagnostics *diagnostics)
{
	json_t *array = json_array();

	for (size_t i = 0; i < diagnostics->count; i++) {
		const struct diagnostic *entry = &diagnostics->entries[i];
		json_t *json = location_json(entry);

		json_object_set_new(json, "severity",
				    json_string(diagnostics_severity_name(entry->severity)));
		json_object_set_new(json, "text", json_text(entry->text));
		json_array_append_new(array, json);
	}
	return array;
}

static void add_counts(json_t *json, const struct config *config)
{
	const struct config_heartbeat *heartbeat = config->heartbeat;

	json_object_set_new(json, "instance_count",
			    json_integer((json_int_t)config->instance_count));
	json_object_set_new(json, "address_count",
			    json_integer((json_int_t)count_addresses(config)));
	json_object_set_new(json, "pool_count", json_integer((json_int_t)config->pools.count));
	json_object_set_new(json, "server_count", json_integer((json_int_t)count_servers(config)));
	if (heartbeat)
		json_object_set_new(json, "heartbeat",
				    json_pack("{s:o, s:I, s:I}", "name", json_text(heartbeat->name),
					      "node_count", (json_int_t)heartbeat->node_count,
					      "interface_count",
					      (json_int_t)heartbeat->interface_count));
}

/* config: NULL if it is refused. */
static void print_json(const char *path, const struct config *config,
		       const struct diagnostics *diagnostics)
{
	json_t *json = json_pack("{s:o, s:b, s:o}", "file", json_text(path), "accepted",
				 config != NULL, "diagnostics", diagnostics_json(diagnostics));

	if (config) {
		add_counts(json, config);
		json_object_set_new(json, "foreign_programs", foreign_programs(config));
	}
	output_json(json);
	json_decref(json);
}

static void print_foreign(const struct config *config)
{
	json_t *programs = foreign_programs(config);
	const json_t *program;
	size_t index;

	json_array_foreach(programs, index, program) text_print_labelled(
		stdout, 0, "", "%s", json_string_value(json_object_get(program, "text")));
	json_decref(programs);
}

enum command_status local_check(const struct command *command)
{
	const char *path = command->arguments[0];
	struct diagnostics diagnostics = {0};
	struct config *config;
	enum command_status status = load_configuration(command, path, &config, &diagnostics);

	if (command->json && status == COMMAND_OK)
		print_json(path, config, &diagnostics);
	else
		diagnostics_print(&diagnostics, stderr);
	diagnostics_free(&diagnostics);
	if (!config)
		return status == COMMAND_OK ? COMMAND_FAILED : status;
	if (!command->json) {
		print_summary(path, config);
		print_foreign(config);
	}
	config_free(config);
	return output_finish();
}
