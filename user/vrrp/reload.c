/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What a configuration asks of the machine, and going over from one to another. */
#include "user/vrrp/reload.h"
#include "user/config/model/config.h"
#include "user/config/print/print.h"
#include "user/lib/cleanup.h"
#include "user/lib/json_text.h"
#include "user/lib/log.h"
#include "user/net/announce.h"
#include "user/net/interfaces.h"
#include "user/net/local_address.h"
#include "user/tracking/entry.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/place.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/lifecycle.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/rules/expiry.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/obstacles.h"
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

/* Users are looked up outside the configuration; what they were found to be counts. */
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

static const struct config_instance *find_config(const struct config *config, const char *name)
{
	for (size_t i = 0; config && i < config->instance_count; i++)
		if (!strcmp(config->instances[i].name, name))
			return &config->instances[i];
	return NULL;
}

static bool was_checked(const struct config *from, const struct config_instance *instance)
{
	const struct config_instance *before = find_config(from, instance->name);

	return before && is_unchanged(before, instance);
}

int instances_check(const struct config *config, const struct config *from,
		    struct interfaces *interfaces, char *message, size_t bytes)
{
	_cleanup_free_ struct local_address *list = NULL;
	size_t count = 0;

	if (local_addresses(&list, &count)) {
		snprintf(message, bytes, "cannot list this machine's addresses");
		return -ENOMEM;
	}
	for (size_t i = 0; i < config->instance_count; i++) {
		const struct config_instance *instance = &config->instances[i];
		struct xb_address primary;
		int error;

		if (was_checked(from, instance))
			continue;
		error = check_interfaces(instance, interfaces, message, bytes);
		if (error && config->dynamic_interfaces)
			continue;
		if (!error)
			error = instance_find_primary(instance, list, count, &primary, message,
						      bytes);
		if (error == -EADDRNOTAVAIL) /* DHCP or DAD may give it one yet */
			log_warning("%s; until then it waits", message);
		else if (error)
			return error;
	}
	return 0;
}

/* Ends the instances that are not in the new configuration, or that cannot be changed in place. */
static void end_old(struct instances *instances, const struct config *to, struct instance **kept,
		    struct operator_will *wills, struct instances_changes *changes)
{
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];
		const char *name = instance->config->name;
		size_t k = 0;

		while (k < to->instance_count && strcmp(to->instances[k].name, name) != 0)
			k++;
		if (k < to->instance_count &&
		    !instance_is_another(instance->config, &to->instances[k])) {
			kept[k] = instance;
			continue;
		}
		if (k == to->instance_count)
			json_array_append_new(changes->removed, json_text(name));
		else
			json_array_append_new(changes->changed, json_text(name));
		wills[k] = instance_will(instance); /* the last place is nobody's */
		instance->group = NULL;
		instance->removed = k == to->instance_count;
		instance_end(instance, instance->removed
					       ? "it was removed from the configuration"
					       : "its configuration has changed: it starts anew");
		instance_free(instance);
	}
}

/* What kept it off its interface may be gone: nobody tells of that. */
static void look_again(struct instance *instance)
{
	if (instance->obstacles[INSTANCE_OBSTACLE_INTERFACE][0])
		instance_place(instance);
	instance_track(instance);
}

void instances_reload(struct instances *instances, const struct config *from,
		      const struct config *to, struct instances_changes *changes)
{
	struct instance **kept = calloc(to->instance_count + 1, sizeof(struct instance *));
	_cleanup_free_ struct operator_will *wills = calloc(to->instance_count + 1, sizeof(*wills));

	if (!kept || !wills)
		abort();
	instances_look(instances);
	instance_groups_free(instances);
	end_old(instances, to, kept, wills, changes);
	announcer_set_intervals(instances->announcer, to->garp_interval_ns, to->gna_interval_ns);
	tracking_reload(instances->tracking, to);
	notify_reload(instances->notify, to);
	instances_take_static(instances, from, to);
	for (size_t i = 0; i < to->instance_count; i++)
		if (kept[i])
			instance_leave_addresses(kept[i], &to->instances[i]);
	for (size_t i = 0; i < to->instance_count; i++) {
		const struct config_instance *config = &to->instances[i];
		bool unchanged = kept[i] && is_unchanged(kept[i]->config, config);

		if (!kept[i] && !find_config(from, config->name))
			json_array_append_new(changes->added, json_text(config->name));
		if (unchanged)
			instance_point(kept[i], config);
		else if (kept[i])
			instance_reconfigure(kept[i], config);
		changes->unchanged_count += unchanged;
		if (kept[i] && !unchanged)
			json_array_append_new(changes->changed, json_text(config->name));
	}
	if (instances_make(instances, to, kept))
		log_error("reload: out of memory or slots; some instances are not served");
	instances_forget_others(instances);
	/* An address may have gone from one instance to another. */
	for (size_t i = 0; i < instances->count; i++) {
		instance_guard_claim(instances->list[i]);
		instance_describe(instances->list[i]);
	}
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];

		if (instance->begun) {
			look_again(instance);
			continue;
		}
		instance_inherit(instance, &wills[instance->config - to->instances]);
		instance_prepare(instance);
	}
	for (size_t i = 0; i < instances->count; i++)
		if (!instances->list[i]->begun)
			instance_begin(instances->list[i]);
	instances_settle(instances);
	for (size_t i = 0; i < instances->group_count; i++)
		instance_group_unmix(&instances->groups[i]);
}
