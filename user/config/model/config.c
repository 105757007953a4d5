// SPDX-License-Identifier: GPL-2.0-or-later
/* Releases a configuration, and answers questions that need no parser. */
#include "user/config/model/command.h"
#include "user/config/model/signing.h"
#include "user/lib/address.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void heartbeat_free(struct config_heartbeat *heartbeat)
{
	if (!heartbeat)
		return;
	free(heartbeat->key_file);
	free(heartbeat->nodes);
	free(heartbeat);
}

void config_routes_free(struct config_route_list *routes)
{
	for (size_t i = 0; i < routes->count; i++)
		free(routes->entries[i].next_hops);
	free(routes->entries);
}

void config_rules_free(struct config_rule_list *rules)
{
	free(rules->entries);
}

static void instance_free(struct config_instance *instance)
{
	free(instance->name);
	free(instance->address_vmacs);
	free(instance->vips);
	free(instance->listed);
	config_routes_free(&instance->routes);
	config_rules_free(&instance->rules);
	free(instance->unicast_peers);
	config_signing_free(&instance->signing);
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
	config_arguments_free(process->command);
}

static void file_free(struct config_file *file)
{
	free(file->name);
	free(file->path);
}

static void mail_free(struct config_mail *mail)
{
	config_arguments_free(mail->recipients);
	free(mail->server);
	free(mail->from);
	free(mail->helo);
}

static void app_free(struct config_app *app)
{
	free(app->name);
	free(app->notify_socket);
}

void config_drop_driven_instances(struct config *config)
{
	size_t kept = 0;

	config->witnessed = calloc(config->instance_count + 1, sizeof(*config->witnessed));
	if (!config->witnessed)
		limits_out_of_memory();
	for (size_t i = 0; i < config->instance_count; i++) {
		if (config->instances[i].heartbeat[0]) {
			config->witnessed[config->witnessed_count++] = config->instances[i].name;
			config->instances[i].name = NULL;
			instance_free(&config->instances[i]);
			config_groups_forget(config, kept);
		} else {
			config->instances[kept++] = config->instances[i];
		}
	}
	config->instance_count = kept;
}

bool config_is_witnessed(const struct config *config, const char *name)
{
	for (size_t i = 0; i < config->witnessed_count; i++)
		if (!strcmp(config->witnessed[i], name))
			return true;
	return false;
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
	for (size_t i = 0; i < config->witnessed_count; i++)
		free(config->witnessed[i]);
	free(config->witnessed);
	free(config->notify_fifo);
	free(config->vrrp_notify_fifo);
	free(config->net_namespace);
	free(config->daemon_instance);
	free(config->reload_file);
	free(config->state_dump_file);
	free(config->stats_dump_file);
	free(config->json_dump_file);
	free(config->config_save_dir);
	config_command_free(&config->startup_script.command);
	config_command_free(&config->shutdown_script.command);
	config_command_free(&config->notify_fifo_script);
	config_command_free(&config->vrrp_notify_fifo_script);
	mail_free(&config->mail);
	config_pools_free(&config->pools);
	config_routes_free(&config->static_routes);
	config_rules_free(&config->static_rules);
	free(config->static_addresses);
	free(config->interface_delays);
	for (size_t i = 0; i < config->garp_group_count; i++)
		free(config->garp_groups[i].interfaces);
	free(config->garp_groups);
	free(config);
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

/* How many of the node's addresses are among these. */
static size_t count_addresses(const struct config_node *node, const struct xb_address *addresses,
			      size_t count)
{
	size_t found = 0;

	for (size_t i = 0; i < node->address_count; i++)
		found += has_address(addresses, count, &node->addresses[i]);
	return found;
}

struct config_instance *config_find_instance(const struct config *config, const char *name)
{
	for (size_t i = 0; config && i < config->instance_count; i++)
		if (!strcmp(config->instances[i].name, name))
			return &config->instances[i];
	return NULL;
}

/* keepalived's router_id may be any text: one that names no node is ignored. */
static int find_by_name(const struct config_heartbeat *heartbeat, const char *name)
{
	for (size_t i = 0; i < heartbeat->node_count; i++) {
		if (!strcmp(heartbeat->nodes[i].name, name))
			return (int)i;
	}
	return -ENOENT;
}

/* The only node that has all its addresses here, or only some. */
static int find_by_addresses(const struct config_heartbeat *heartbeat,
			     const struct xb_address *addresses, size_t count, bool all)
{
	int found = -ENOENT;

	for (size_t i = 0; i < heartbeat->node_count; i++) {
		const struct config_node *node = &heartbeat->nodes[i];
		size_t here = count_addresses(node, addresses, count);

		if (!here || (all && here < node->address_count))
			continue;
		if (found >= 0)
			return -EEXIST;
		found = (int)i;
	}
	return found;
}

int config_find_own_node(const struct config *config, const struct xb_address *local_addresses,
			 size_t local_count)
{
	const struct config_heartbeat *heartbeat = config->heartbeat;
	int found;

	if (!heartbeat)
		return -ENOENT;
	found = find_by_name(heartbeat, config->router_id);
	if (found == -ENOENT)
		found = find_by_addresses(heartbeat, local_addresses, local_count, true);
	if (found == -ENOENT)
		found = find_by_addresses(heartbeat, local_addresses, local_count, false);
	return found;
}

void config_tracks_free(struct config_track *tracks, size_t count)
{
	for (size_t i = 0; i < count; i++)
		free(tracks[i].name);
	free(tracks);
}

void config_notify_free(struct config_notify *notify)
{
	for (size_t i = 0; i < CONFIG_NOTIFY_KINDS; i++)
		config_command_free(&notify->commands[i]);
}

void config_groups_forget(struct config *config, size_t instance)
{
	for (size_t i = 0; i < config->group_count; i++) {
		struct config_group *group = &config->groups[i];
		size_t kept = 0;

		for (size_t j = 0; j < group->member_count; j++) {
			size_t member = group->members[j];

			if (member != instance)
				group->members[kept++] = member - (member > instance);
		}
		group->member_count = kept;
	}
}

uint64_t config_guard_without_heartbeat_ns(const struct config_instance *instance)
{
	/* The deadline is extended once per interval, so it must be after the next one. */
	uint32_t adverts = instance->down_timer_adverts > 1 ? instance->down_timer_adverts : 2;
	uint64_t timeout_ns = adverts * instance->advert_interval_ns;

	return timeout_ns > CONFIG_GUARD_TIMEOUT_MIN_NS ? timeout_ns : CONFIG_GUARD_TIMEOUT_MIN_NS;
}

void config_heartbeat_retime(struct config_heartbeat *heartbeat,
			     const struct config_heartbeat *from)
{
	heartbeat->daemon_timeout_ns = from->daemon_timeout_ns;
	heartbeat->guard_timeout_ns = from->guard_timeout_ns;
	heartbeat->restart_grace_ns = from->restart_grace_ns;
	heartbeat->release_isolated = from->release_isolated;
	memcpy(heartbeat->compared, from->compared, sizeof(heartbeat->compared));
}

const char *track_kind_name(enum config_track_kind kind)
{
	static const char *const names[] = {
		[CONFIG_TRACK_INTERFACE] = "interface", [CONFIG_TRACK_SCRIPT] = "script",
		[CONFIG_TRACK_PROCESS] = "process",	[CONFIG_TRACK_FILE] = "file",
		[CONFIG_TRACK_PEER] = "peer",		[CONFIG_TRACK_APP] = "app",
		[CONFIG_TRACK_LINK] = "link",		[CONFIG_TRACK_CHECK] = "check",
	};

	return names[kind];
}

const char *track_use_text(enum config_track_use use)
{
	static const char *const texts[] = {
		[CONFIG_TRACK_LISTED] = "",
		[CONFIG_TRACK_OF_ADDRESS] = " (of its addresses)",
		[CONFIG_TRACK_OF_ROUTE] = " (of its routes)",
		[CONFIG_TRACK_OF_RULE] = " (of its rules)",
		[CONFIG_TRACK_OF_STATIC] = " (of its track_group)",
	};

	return texts[use];
}

const struct config_vmac *config_vmac_of(const struct config_instance *instance, unsigned number)
{
	if (number < 2)
		return number ? &instance->vmac : NULL;
	return &instance->address_vmacs[number - 2];
}

bool config_vmacs_equal(const struct config_instance *a, const struct config_instance *b)
{
	if (a->use_vmac != b->use_vmac || a->address_vmac_count != b->address_vmac_count ||
	    !config_vmac_equal(&a->vmac, &b->vmac))
		return false;
	for (size_t i = 0; i < a->address_vmac_count; i++)
		if (!config_vmac_equal(&a->address_vmacs[i], &b->address_vmacs[i]))
			return false;
	return true;
}

unsigned config_garp_group_of(const struct config *config, const char *interface)
{
	for (size_t i = 0; i < config->garp_group_count; i++)
		for (size_t k = 0; k < config->garp_groups[i].interface_count; k++)
			if (!strcmp(config->garp_groups[i].interfaces[k], interface))
				return (unsigned)i + 1;
	return 0;
}

const char *config_xdp_mode_name(enum config_xdp_mode mode)
{
	static const char *const names[] = {
#define X(id, name) name,
		CONFIG_XDP_MODES(X)
#undef X
	};

	return names[mode];
}
