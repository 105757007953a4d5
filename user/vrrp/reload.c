/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration requires of the machine, and the change from one to another. */
#include "user/vrrp/reload.h"
#include "user/config/model/config.h"
#include "user/config/print/print.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/text/json_text.h"
#include "user/net/announce.h"
#include "user/net/interfaces.h"
#include "user/net/netlink/local_address.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/follow_interface.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/notify.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/source.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/events.h"
#include "user/vrrp/lifecycle.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/rules/claim.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/handover.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/room.h"
#include "user/vrrp/state/services.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int check_interfaces(const struct config_instance *instance, struct interfaces *interfaces,
			    char *message, size_t bytes)
{
	if (instance->interface[0] && !interfaces_get(interfaces, instance->interface)->present) {
		snprintf(
			message, bytes,
			"no interface %s for %s: correct \"interface\" in the configuration, or create it first (ip link shows those that exist)",
			instance->interface, instance->name);
		return -ENODEV;
	}
	for (size_t i = 0; i < instance->vip_count; i++) {
		const struct config_vip *vip = &instance->vips[i];

		if (!vip->has_interface || interfaces_get(interfaces, vip->interface)->present)
			continue;
		snprintf(
			message, bytes,
			"%s: no interface %s for its virtual address: correct \"dev\", or create the interface first",
			instance->name, vip->interface);
		return -ENODEV;
	}
	return 0;
}

static bool same_text(char *a, char *b)
{
	bool same = !strcmp(a, b);

	free(a);
	free(b);
	return same;
}

/* Users are looked up outside the configuration; the ids that were found count. */
static bool same_users(const struct config_notify *a, const struct config_notify *b)
{
	for (size_t i = 0; i < CONFIG_NOTIFY_KINDS; i++)
		if (a->commands[i].uid != b->commands[i].uid ||
		    a->commands[i].gid != b->commands[i].gid)
			return false;
	return true;
}

static bool is_unchanged(const struct config_instance *a, const struct config_instance *b)
{
	return same_users(&a->notify, &b->notify) &&
	       same_text(config_print_instance(a), config_print_instance(b));
}

static bool was_checked(const struct config *from, const struct config_instance *instance)
{
	const struct config_instance *before = config_find_instance(from, instance->name);

	return before && is_unchanged(before, instance);
}

static int check_source(const struct config_instance *instance, const struct local_address *list,
			size_t count, char *message, size_t bytes)
{
	struct xb_address primary;
	char reason[512];
	int error = instance_find_primary(instance, list, count, &primary, reason, sizeof(reason));

	if (error)
		snprintf(message, bytes, "%s: %s", instance->name, reason);
	return error;
}

int instances_check(const struct config *config, const struct config *from,
		    struct interfaces *interfaces, char *message, size_t bytes)
{
	_cleanup_free_ struct local_address *list = NULL;
	size_t count = 0;
	int error = local_addresses(&list, &count);

	if (error) {
		snprintf(message, bytes, "cannot list this machine's addresses: %s",
			 limits_strerror(-error));
		return error;
	}
	for (size_t i = 0; i < config->instance_count; i++) {
		const struct config_instance *instance = &config->instances[i];

		if (was_checked(from, instance))
			continue;
		error = check_interfaces(instance, interfaces, message, bytes);
		if (error && !from)
			log_warning("%s; it waits until then", message); /* as at boot */
		if (error && (!from || config->dynamic_interfaces))
			continue;
		if (!error)
			error = check_source(instance, list, count, message, bytes);
		if (error == -EADDRNOTAVAIL) /* DHCP or DAD may still provide one */
			log_warning("%s; it waits until then", message);
		else if (error)
			return error;
	}
	return 0;
}

/* What an instance of the new configuration takes over from the old one. */
struct heritage {
	bool misnamed; /* notified last under its name: the state of another instance */
	int notified; /* the last state of an instance that goes on, as in struct instance_report */
	bool replaces; /* an instance that was stopped, whose operator state it gets */
	struct operator_state operator;
	struct transitions transitions; /* its counters */
};

/* A reload under way. Arrays are by index of the new configuration, with one element more. */
struct reload {
	struct vrrp_room *room;
	const struct config *from, *to;
	struct instance **kept;
	struct heritage *heritage;
	struct instances_changes *changes;
};

static size_t index_of_name(const struct config *config, const char *name)
{
	size_t i = 0;

	while (i < config->instance_count && strcmp(config->instances[i].name, name) != 0)
		i++;
	return i;
}

/* The same virtual router, whatever its name. As in keepalived, it is this that an instance is
 * known by: a renamed one goes on, and one name with another router is another instance. */
static size_t index_of_router(const struct config *config, const struct config_instance *router)
{
	size_t i = 0;

	while (i < config->instance_count &&
	       !instance_is_same_router(&config->instances[i], router))
		i++;
	return i;
}

static bool is_kept(const struct reload *reload, const struct instance *instance)
{
	return reload->kept[index_of_router(reload->to, instance->config)] == instance;
}

static void find_kept(const struct reload *reload)
{
	const struct instances *instances = &reload->room->instances;

	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];
		size_t k = index_of_router(reload->to, instance->config);

		if (k < reload->to->instance_count &&
		    !instance_needs_replacement(instance->config, &reload->to->instances[k]))
			reload->kept[k] = instance;
	}
}

/* Two instances may exchange names, or one take the name of another that is stopped. */
static void find_misnamed(const struct reload *reload)
{
	for (size_t k = 0; k < reload->to->instance_count; k++) {
		const struct instance *instance = reload->kept[k];
		const struct instance *other =
			instances_find(&reload->room->instances, reload->to->instances[k].name);

		reload->heritage[k].notified = instance ? instance->report->notified : -1;
		reload->heritage[k].misnamed =
			instance && other && other != instance &&
			(!is_kept(reload, other) || other->vrrp.state != instance->vrrp.state);
	}
}

/* Returns the index of what takes its place: the same router, else the same name; the last element
 * is for removed ones. */
static size_t index_of_successor(const struct reload *reload, const struct instance *instance)
{
	size_t count = reload->to->instance_count;
	size_t k = index_of_router(reload->to, instance->config);

	if (k == count || reload->kept[k])
		k = index_of_name(reload->to, instance->config->name);
	return reload->kept[k] ? count : k;
}

static void stop_instance(const struct reload *reload, struct instance *instance)
{
	size_t index = index_of_successor(reload, instance);
	bool removed = index == reload->to->instance_count;

	json_array_append_new(removed ? reload->changes->removed : reload->changes->changed,
			      json_text(instance->config->name));
	reload->heritage[index].replaces = true;
	reload->heritage[index].operator= instance_operator_state(instance);
	instance->removed = true;
	instance->group = NULL;
	instance_stop(instance, VRRP_CAUSE_RELOAD,
		      removed ? "it was removed from the configuration"
			      : "its configuration has changed: it restarts");
	reload->heritage[index].transitions = instance->report->transitions;
	instance_free(reload->room, instance);
}

/* Stops the instances that are not in the new configuration, or that cannot be changed in place. */
static void stop_old(const struct reload *reload)
{
	const struct instances *instances = &reload->room->instances;

	find_kept(reload);
	find_misnamed(reload);
	for (size_t i = 0; i < instances->count; i++)
		if (!is_kept(reload, instances->list[i]))
			stop_instance(reload, instances->list[i]);
	reload->room->instances.count = 0; /* until instances_make() */
}

static void reload_services(const struct reload *reload)
{
	struct vrrp_services *services = &reload->room->services;
	const struct config *to = reload->to;

	announcer_reload(services->announcer, to);
	tracking_reload(services->tracking, to);
	notify_reload(services->notify, to);
	instances_change_static(reload->room, reload->from, to);
}

/* All leave addresses before any takes new ones: an address may move from one instance to
 * another. */
static void leave_addresses(const struct reload *reload)
{
	for (size_t i = 0; i < reload->to->instance_count; i++)
		if (reload->kept[i])
			instance_leave_addresses(reload->kept[i], &reload->to->instances[i]);
}

/* keepalived does not notify of a new name. Programs that asked for DELETED learn it, and those
 * that know the new name from another instance must not take that one's state for this one's. */
static void change_name(const struct reload *reload, size_t index)
{
	struct instance *instance = reload->kept[index];
	const struct config_instance *from = instance->config, *to = &reload->to->instances[index];

	json_array_append_new(
		reload->changes->renamed,
		json_pack("{s:o, s:o}", "from", json_text(from->name), "to", json_text(to->name)));
	if (from->notify.deleted)
		notify_instance(instance->notify, from, NOTIFY_DELETED,
				instance->vrrp.effective_priority);
	instance_reconfigure(instance, to);
	instance_log_name(instance, from->name);
	if (from->notify.deleted || reload->heritage[index].misnamed) {
		instance_notify(instance);
		reload->heritage[index].notified = -1;
	}
}

static void change_kept(const struct reload *reload, size_t index)
{
	const struct config_instance *config = &reload->to->instances[index];
	struct instance *instance = reload->kept[index];

	if (is_unchanged(instance->config, config)) {
		instance->config = config;
		reload->changes->unchanged_count++;
		return;
	}
	json_array_append_new(reload->changes->changed, json_text(config->name));
	if (strcmp(instance->config->name, config->name) != 0)
		change_name(reload, index);
	else
		instance_reconfigure(instance, config);
}

static void apply_configuration(const struct reload *reload)
{
	for (size_t i = 0; i < reload->to->instance_count; i++) {
		const char *name = reload->to->instances[i].name;

		if (reload->kept[i])
			change_kept(reload, i);
		else if (!reload->heritage[i].replaces)
			json_array_append_new(reload->changes->added, json_text(name));
	}
}

static void make_new(const struct reload *reload)
{
	if (instances_make(reload->room, reload->to, reload->kept))
		log_error("reload: out of memory or map slots: some instances do not run");
	instances_clear_unused_entries(reload->room);
}

/* An address may have moved from one instance to another. */
static void claim_guards(const struct instances *instances)
{
	for (size_t i = 0; i < instances->count; i++) {
		instance_guard_claim(instances->list[i]);
		instance_publish(instances->list[i]);
	}
}

/* What kept it off its interface may have disappeared without a notification. */
static void examine_again(struct instance *instance)
{
	if (instance->inhibitors[INSTANCE_INHIBITOR_INTERFACE][0])
		instance_follow_interface(instance);
	instance_track(instance);
}

static void prepare_all(const struct reload *reload)
{
	const struct instances *instances = &reload->room->instances;

	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];
		const struct heritage *heritage =
			&reload->heritage[instance->config - reload->to->instances];

		if (instance->started) {
			examine_again(instance);
			continue;
		}
		instance_restore_operator_state(instance, &heritage->operator);
		instance->report->transitions = heritage->transitions;
		instance_prepare(reload->room, instance);
	}
}

static void start_new(const struct reload *reload)
{
	const struct instances *instances = &reload->room->instances;

	for (size_t i = 0; i < instances->count; i++)
		if (!instances->list[i]->started)
			instance_start(reload->room, instances->list[i]);
	instances_reconcile(instances);
	for (size_t i = 0; i < instances->group_count; i++)
		instance_group_unmix(&instances->groups[i]);
}

/* fifo_write_vrrp_states_on_reload: the states that the reload has not changed. */
static void write_states(const struct reload *reload)
{
	const struct instances *instances = &reload->room->instances;
	struct notify *notify = reload->room->services.notify;

	for (size_t i = 0; i < instances->count; i++) {
		const struct instance *instance = instances->list[i];
		int notified = instance->report->notified;

		if (notified >= 0 &&
		    notified == reload->heritage[instance->config - reload->to->instances].notified)
			notify_instance_line(notify, instance->config, (enum notify_event)notified,
					     instance->vrrp.effective_priority);
	}
	for (size_t i = 0; i < instances->group_count; i++)
		if (instances->groups[i].as_before)
			notify_group_line(notify, instances->groups[i].config,
					  instances->groups[i].notified);
}

void instances_reload(struct vrrp_room *room, const struct config *from, const struct config *to,
		      struct instances_changes *changes)
{
	size_t length = to->instance_count + 1;
	_cleanup_free_ struct heritage *heritage = calloc(length, sizeof(struct heritage));
	const struct reload reload = {.room = room,
				      .from = from,
				      .to = to,
				      .kept = calloc(length, sizeof(struct instance *)),
				      .heritage = heritage,
				      .changes = changes};

	if (!reload.kept || !heritage)
		limits_out_of_memory();
	instances_withdraw_claims(&room->instances, "a reload changes the instances");
	instances_set_claim_groups(&room->instances, true);
	instance_groups_free(&room->instances);
	stop_old(&reload);
	reload_services(&reload);
	leave_addresses(&reload);
	apply_configuration(&reload);
	make_new(&reload);
	claim_guards(&room->instances);
	prepare_all(&reload);
	start_new(&reload);
	if (to->fifo_states)
		write_states(&reload);
	instances_set_claim_groups(&room->instances, false);
	instances_expect_foreign(room);
}
