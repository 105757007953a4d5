// SPDX-License-Identifier: GPL-2.0-or-later
/* The text of keepalived.json; see dump.h. */
#include "user/config/model/config.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/text/json_text.h"
#include "user/lib/time.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/signing.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/report/dump.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/room.h"
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DUMP_REFUSAL_BYTES 32

/* Whole seconds as an integer: readers with types expect one. */
static json_t *seconds(uint64_t ns)
{
	if (ns % NS_PER_SECOND)
		return json_real((double)ns / (double)NS_PER_SECOND);
	return json_integer((json_int_t)(ns / NS_PER_SECOND));
}

static void set_number(json_t *json, const char *name, uint64_t value)
{
	json_object_set_new(json, name, json_integer((json_int_t)value));
}

static void set_flag(json_t *json, const char *name, bool value)
{
	json_object_set_new(json, name, json_boolean(value));
}

static void add_names(json_t *json, const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	const char *vmac = config->use_vmac ? config->vmac.name : "";

	json_object_set_new(json, "iname", json_text(config->name));
	set_number(json, "dont_track_primary", config->dont_track_primary);
	set_number(json, "strict_mode", config->strict);
	json_object_set_new(json, "vmac_ifname", json_text(vmac));
	json_object_set_new(json, "ifp_ifname", json_text(*vmac ? vmac : config->interface));
}

static void add_announcements(json_t *json, const struct config_instance *config)
{
	json_object_set_new(json, "garp_delay", seconds(config->garp_delay_ns));
	set_number(json, "garp_refresh", config->garp_refresh_ns / NS_PER_SECOND);
	set_number(json, "garp_rep", config->garp_repeat);
	set_number(json, "garp_refresh_rep", config->garp_refresh_repeat);
	set_number(json, "garp_lower_prio_delay", config->garp_lower_prio_delay_ns / NS_PER_SECOND);
	set_number(json, "garp_lower_prio_rep", config->garp_lower_prio_repeat);
	set_number(json, "lower_prio_no_advert", config->lower_prio_no_advert);
	set_number(json, "higher_prio_send_advert", config->higher_prio_send_advert);
}

static bool has_addresses(const struct instance *instance)
{
	for (size_t i = 0; i < instance->config->vip_count; i++)
		if (instance->vips->list[i].held)
			return true;
	return false;
}

static void add_router(json_t *json, const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	const struct vrrp *vrrp = &instance->vrrp;

	set_number(json, "master_priority", vrrp->active_priority);
	json_object_set_new(
		json, "last_transition",
		json_real((double)instance->report->since_unix_ns / (double)NS_PER_SECOND));
	set_number(json, "vrid", config->vrid);
	set_number(json, "base_priority", config->priority);
	set_number(json, "effective_priority", vrrp->effective_priority);
	set_flag(json, "vipset", has_addresses(instance));
	set_flag(json, "promote_secondaries", config->promote_secondaries);
	json_object_set_new(json, "adver_int", seconds(config->advert_interval_ns));
	json_object_set_new(json, "master_adver_int",
			    seconds(vrrp->active_interval_ns ? vrrp->active_interval_ns
							     : config->advert_interval_ns));
	set_number(json, "accept", config->accept);
	set_flag(json, "nopreempt", !config->preempt);
	set_number(json, "preempt_delay", config->preempt_delay_ns / NS_PER_SECOND);
	set_number(json, "state", (uint64_t)dump_state_of(instance)->number);
	set_number(json, "wantstate", config->start_as_master ? 2 : 1);
	set_number(json, "version", config->version);
	set_flag(json, "notify_deleted", config->notify.deleted);
	set_flag(json, "smtp_alert", config->notify.mail);
	set_number(json, "auth_type", config->authentication == CONFIG_AUTHENTICATION_PASS);
}

static void add_command(json_t *array, json_t *object, const char *name,
			const struct config_command *command)
{
	_cleanup_free_ char *text = command->arguments ? dump_command(command->arguments) : NULL;

	if (!text)
		return;
	if (array)
		json_array_append_new(array, json_text(text));
	else
		json_object_set_new(object, name, json_text(text));
}

static void add_commands(json_t *json, const struct config_notify *notify)
{
	static const char *const names[CONFIG_NOTIFY_KINDS] = {
		[CONFIG_NOTIFY_ANY] = "script",
		[CONFIG_NOTIFY_MASTER] = "script_master",
		[CONFIG_NOTIFY_BACKUP] = "script_backup",
		[CONFIG_NOTIFY_FAULT] = "script_fault",
		[CONFIG_NOTIFY_STOP] = "script_stop",
		[CONFIG_NOTIFY_DELETED] = "script_deleted",
		[CONFIG_NOTIFY_MASTER_RX_LOWER_PRI] = "script_master_rx_lower_pri",
	};

	for (size_t i = 0; i < CONFIG_NOTIFY_KINDS; i++)
		add_command(NULL, json, names[i], &notify->commands[i]);
}

/* An empty list is left out. */
static void set_list(json_t *json, const char *name, json_t *list)
{
	if (json_array_size(list))
		json_object_set(json, name, list);
	json_decref(list);
}

static json_t *vips_json(const struct instance *instance, size_t first, size_t end)
{
	json_t *list = json_array();
	char text[DUMP_VIP_BYTES];

	for (size_t i = first; i < end; i++) {
		dump_vip(instance, i, text);
		json_array_append_new(list, json_text(text));
	}
	return list;
}

static json_t *tracked_json(const struct config_instance *config, enum config_track_kind kind)
{
	json_t *list = json_array();

	for (size_t i = 0; i < config->track_count; i++)
		if (config->tracks[i].kind == kind)
			json_array_append_new(list, json_text(config->tracks[i].name));
	return list;
}

/* Of a script keepalived shows the command. */
static json_t *scripts_json(const struct config *config, const struct config_instance *instance)
{
	json_t *list = json_array();

	for (size_t i = 0; i < instance->track_count; i++)
		for (size_t k = 0; k < config->script_count; k++)
			if (instance->tracks[i].kind == CONFIG_TRACK_SCRIPT &&
			    !strcmp(instance->tracks[i].name, config->scripts[k].name))
				add_command(list, NULL, NULL, &config->scripts[k].command);
	return list;
}

static json_t *data_json(const struct vrrp_room *room, const struct instance *instance)
{
	const struct config_instance *config = instance->config;
	json_t *json = json_object();

	add_names(json, instance);
	add_announcements(json, config);
	add_router(json, instance);
	add_commands(json, &config->notify);
	set_list(json, "vips", vips_json(instance, 0, config->advertised_count));
	set_list(json, "evips", vips_json(instance, config->advertised_count, config->vip_count));
	set_list(json, "track_ifp", tracked_json(config, CONFIG_TRACK_INTERFACE));
	set_list(json, "track_script", scripts_json(room->node.config, config));
	set_list(json, "track_process", tracked_json(config, CONFIG_TRACK_PROCESS));
	return json;
}

static void add_refusals(json_t *json, const struct instance *instance)
{
	const struct xb_signed *state = instance_signing_state(instance);
	char name[DUMP_REFUSAL_BYTES];

	for (size_t i = 0; instance->config->signing.mode && i < XB_SIGNED_REASON_COUNT; i++) {
		snprintf(name, sizeof(name), "auth_ext_%s", instance_signing_kind_name(i));
		set_number(json, name, state->refused_count[i]);
	}
}

static json_t *statistics_json(const struct instance *instance)
{
	json_t *json = json_object();
	struct xb_vrrp router;

	instance_router_read(instance, &router);
	set_number(json, "advert_rcvd", router.received_count);
	set_number(json, "advert_sent", instance->adverts->sent_count);
	set_number(json, "become_master", instance->report->became_active_count);
	set_number(json, "release_master", instance->report->left_active_count);
	set_number(json, "pri_zero_sent", instance->adverts->release_sent_count);
	add_refusals(json, instance);
	return json;
}

static json_t *process_json(const struct config_process *process)
{
	json_t *json = json_object();

	json_object_set_new(json, "process", json_text(process->command[0]));
	set_number(json, "min_processes", process->quorum);
	if (process->quorum_max < UINT32_MAX)
		set_number(json, "max_processes", process->quorum_max);
	json_object_set_new(json, "weight",
			    json_integer(process->reverse ? -process->weight : process->weight));
	json_object_set_new(json, "terminate_delay", seconds(process->terminate_delay_ns));
	json_object_set_new(json, "fork_delay", seconds(process->fork_delay_ns));
	set_flag(json, "full_command", process->full_command);
	return json;
}

static json_t *add_processes(const struct config *config, json_t *instances)
{
	json_t *json = json_object(), *processes = json_array();

	for (size_t i = 0; i < config->process_count; i++)
		json_array_append_new(processes, process_json(&config->processes[i]));
	json_object_set_new(json, "vrrp", instances);
	set_list(json, "track_process", processes);
	return json;
}

char *dump_json(const struct vrrp_room *room, unsigned version)
{
	json_t *json = json_array();
	char *text;

	for (size_t i = 0; i < room->instances.count; i++) {
		json_t *instance = json_object();

		json_object_set_new(instance, "data", data_json(room, room->instances.list[i]));
		json_object_set_new(instance, "stats", statistics_json(room->instances.list[i]));
		json_array_append_new(json, instance);
	}
	if (version == 2)
		json = add_processes(room->node.config, json);
	text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(16));
	json_decref(json);
	if (!text)
		limits_out_of_memory();
	return text;
}
