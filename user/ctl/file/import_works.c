// SPDX-License-Identifier: GPL-2.0-or-later
/* "xbeatctl import": what of a configuration works in xbeatd, counted and with its names. */
#include "user/ctl/file/import.h"
#include "user/lib/array.h"
#include "user/lib/limits.h"
#include "user/lib/text/json_text.h"
#include <stdio.h>
#include <string.h>

struct kind {
	const char *name; /* for programs: mostly the keyword */
	const char *one, *many; /* for people; NULL: the names suffice */
};

/* "2 scripts: chk_dns, chk_web"; "unicast: VI_1" */
static json_t *kind_text(const struct kind *kind, size_t count, const json_t *names)
{
	const json_t *name;
	json_t *result;
	char *text;
	size_t index, bytes;
	FILE *memory = open_memstream(&text, &bytes);

	if (!memory)
		limits_out_of_memory();
	if (kind->many)
		fprintf(memory, "%zu ", count);
	fputs(count == 1 || !kind->many ? kind->one : kind->many, memory);
	json_array_foreach(names, index, name)
		fprintf(memory, "%s%s", index > 0 ? ", " : ": ", json_string_value(name));
	fclose(memory);
	result = json_text(text);
	free(text);
	return result;
}

/* names: taken over; NULL: none. Nothing is added for a count of 0. */
static void add_kind(json_t *works, const struct kind *kind, size_t count, json_t *names)
{
	json_t *entry;

	if (count > 0) {
		entry = json_pack("{s:s, s:I, s:o}", "kind", kind->name, "count", (json_int_t)count,
				  "text", kind_text(kind, count, names));
		if (names)
			json_object_set(entry, "names", names);
		json_array_append_new(works, entry);
	}
	json_decref(names);
}

static bool is_unicast(const struct config_instance *instance)
{
	return instance->unicast_peer_count > 0;
}

static bool has_vmac(const struct config_instance *instance)
{
	return instance->use_vmac;
}

static bool has_password(const struct config_instance *instance)
{
	return instance->authentication == CONFIG_AUTHENTICATION_PASS;
}

static bool is_signed(const struct config_instance *instance)
{
	return instance->signing.mode != XB_SIGNED_NONE;
}

static bool is_version_3(const struct config_instance *instance)
{
	return instance->version == 3;
}

static bool any(const struct config_instance *instance)
{
	(void)instance;
	return true;
}

static const struct {
	struct kind kind;
	bool (*has)(const struct config_instance *instance);
} instance_kinds[] = {
	{{"vrrp_instance", "VRRP instance", "VRRP instances"}, any},
	{{"version_3", "version 3", NULL}, is_version_3},
	{{"unicast_peer", "unicast", NULL}, is_unicast},
	{{"use_vmac", "virtual MAC address", NULL}, has_vmac},
	{{"auth_pass", "password", NULL}, has_password},
	{{"auth_hmac", "signed adverts", NULL}, is_signed},
};

static void add_instances(json_t *works, const struct config *config)
{
	for (size_t i = 0; i < ARRAY_SIZE(instance_kinds); i++) {
		json_t *names = json_array();

		for (size_t k = 0; k < config->instance_count; k++)
			if (instance_kinds[i].has(&config->instances[k]))
				json_array_append_new(names, json_text(config->instances[k].name));
		add_kind(works, &instance_kinds[i].kind, json_array_size(names), names);
	}
}

/* The names of count entries of entry_bytes, each of which begins with its name. */
static json_t *names_of(const void *entries, size_t count, size_t entry_bytes)
{
	const char *entry = entries;
	json_t *names = json_array();

	for (size_t i = 0; i < count; i++)
		json_array_append_new(
			names, json_text(*(char *const *)(const void *)(entry + i * entry_bytes)));
	return names;
}

#define ADD_NAMED(works, keyword, one, many, list, number)                                         \
	add_kind((works), &(const struct kind){keyword, one, many}, (number),                      \
		 names_of((list), (number), sizeof(*(list))))
#define ADD_COUNT(works, keyword, one, many, number)                                               \
	add_kind((works), &(const struct kind){keyword, one, many}, (number), NULL)

static void add_contents(json_t *works, const struct config *config)
{
	size_t addresses = 0, routes = 0, rules = 0;

	for (size_t i = 0; i < config->instance_count; i++) {
		addresses += config->instances[i].vip_count;
		routes += config->instances[i].routes.count;
		rules += config->instances[i].rules.count;
	}
	ADD_COUNT(works, "virtual_ipaddress", "virtual address", "virtual addresses", addresses);
	ADD_COUNT(works, "virtual_routes", "route", "routes", routes);
	ADD_COUNT(works, "virtual_rules", "rule", "rules", rules);
	ADD_COUNT(works, "static", "static address, route or rule",
		  "static addresses, routes and rules",
		  config->static_address_count + config->static_routes.count +
			  config->static_rules.count);
}

static size_t count_commands(const struct config_notify *notify)
{
	size_t count = 0;

	for (size_t i = 0; i < CONFIG_NOTIFY_KINDS; i++)
		count += notify->commands[i].arguments != NULL;
	return count;
}

static void add_notifications(json_t *works, const struct config *config)
{
	size_t count = 0;

	for (size_t i = 0; i < config->instance_count; i++)
		count += count_commands(&config->instances[i].notify);
	for (size_t i = 0; i < config->group_count; i++)
		count += count_commands(&config->groups[i].notify);
	ADD_COUNT(works, "notify", "notify program", "notify programs", count);
	ADD_COUNT(works, "notify_fifo", "notify FIFO", "notify FIFOs",
		  (size_t)(config->notify_fifo != NULL) + (config->vrrp_notify_fifo != NULL));
}

static json_t *pool_names(const struct config_pools *pools)
{
	json_t *names = json_array();

	for (size_t i = 0; i < pools->count; i++)
		json_array_append_new(names, json_text(pools->list[i].name));
	return names;
}

static void add_pools(json_t *works, const struct config_pools *pools)
{
	size_t servers = 0, checks = 0;

	for (size_t i = 0; i < pools->count; i++) {
		servers += pools->list[i].server_count;
		for (size_t k = 0; k < pools->list[i].server_count; k++)
			checks += pools->list[i].servers[k].check_count;
	}
	add_kind(works, &(const struct kind){"virtual_server", "virtual server", "virtual servers"},
		 pools->count, pool_names(pools));
	ADD_COUNT(works, "real_server", "real server", "real servers", servers);
	ADD_COUNT(works, "check", "check", "checks", checks);
	ADD_NAMED(works, "vrrp_check", "vrrp_check", "vrrp_checks", pools->checks,
		  pools->check_count);
	ADD_NAMED(works, "bfd_instance", "BFD session", "BFD sessions", pools->bfd,
		  pools->bfd_count);
}

json_t *import_works(const struct config *config)
{
	json_t *works = json_array();

	add_instances(works, config);
	add_contents(works, config);
	ADD_NAMED(works, "vrrp_sync_group", "sync group", "sync groups", config->groups,
		  config->group_count);
	ADD_NAMED(works, "vrrp_script", "script", "scripts", config->scripts, config->script_count);
	ADD_NAMED(works, "vrrp_track_process", "tracked process", "tracked processes",
		  config->processes, config->process_count);
	ADD_NAMED(works, "vrrp_track_file", "tracked file", "tracked files", config->files,
		  config->file_count);
	add_notifications(works, config);
	add_pools(works, &config->pools);
	return works;
}
