/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One instance from its making to its end: timer, Startup and Shutdown, a changed configuration. */
#include "user/vrrp/lifecycle.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/lib/clock.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include "user/net/interfaces.h"
#include "user/net/netlink.h"
#include "user/net/routes.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/link.h"
#include "user/vrrp/effects/place.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/rules/resume.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/obstacles.h"
#include "user/vrrp/timers.h"
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct vrrp_parameters make_parameters(const struct peers *peers,
					      const struct config_instance *config)
{
	return (struct vrrp_parameters){
		.vrid = config->vrid,
		.version = config->version,
		.priority = config->priority,
		.preempt = config->preempt,
		.preempt_delay_ns = config->preempt_delay_ns,
		.advert_interval_ns = config->advert_interval_ns,
		.down_timer_adverts = config->down_timer_adverts,
		.timer_expired_priority = config->timer_expired_priority,
		.lower_priority_no_advert = config->lower_prio_no_advert,
		.higher_priority_send_advert = config->higher_prio_send_advert,
		.news_spread_ns = peers && config->heartbeat[0] ? peers->timing.interval_ns : 0,
	};
}

/* The lowest place in heartbeats that nobody has; -1: none is left, or none is wanted. */
static int find_self_slot(const struct instances *instances, const struct config_instance *config)
{
	bool used[XB_INSTANCES_MAX] = {false};

	if (!instances->peers || !config->heartbeat[0])
		return -1;
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i] && instances->list[i]->self_slot >= 0)
			used[instances->list[i]->self_slot] = true;
	for (int place = 0; place < XB_INSTANCES_MAX; place++)
		if (!used[place])
			return place;
	return -1;
}

static int prepare(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	struct vrrp_parameters parameters = make_parameters(instance->owner->peers, config);
	int error = kernel_claim_router(instance->owner->kernel, config->interface, config->vrid,
					config->family, &instance->router_slot);

	if (error)
		return error;
	instance->owner->by_slot[instance->router_slot] = instance;
	instance->self_slot = find_self_slot(instance->owner, config);
	vrrp_init(&instance->vrrp, &parameters);
	error = instance_make_timers(instance);
	if (!error)
		error = instance_list_addresses(instance, config);
	return error ? error : instance_describe_router(instance);
}

struct instance *instance_new(struct instances *instances, const struct config_instance *config)
{
	struct instance *instance = calloc(1, sizeof(*instance));
	int error;

	if (!instance)
		return NULL;
	instance->owner = instances;
	instance->config = config;
	instance->router_slot = XB_VRRP_SLOTS_MAX;
	instance->self_slot = -1;
	instance->membership = -1;
	instance->since_unix_ns = clock_unix_ns();
	instance->since_ns = clock_now_ns();
	instance->made_ns = clock_now_ns();
	error = prepare(instance);
	if (error) {
		log_error("%s: cannot be served: %s", config->name, strerror(-error));
		instance_free(instance);
		return NULL;
	}
	return instance;
}

void instance_free(struct instance *instance)
{
	struct event *const timers[] = {instance->timer, instance->announce_later,
					instance->announce_refresh, instance->stay_away,
					instance->learn};

	instance_unplace(instance);
	for (size_t i = 0; i < sizeof(timers) / sizeof(timers[0]); i++)
		if (timers[i])
			event_free(timers[i]);
	if (instance->router_slot < XB_VRRP_SLOTS_MAX) {
		instance->owner->by_slot[instance->router_slot] = NULL;
		kernel_release_router(instance->owner->kernel, instance->router_slot);
	}
	instance_guard_release(instance);
	free(instance->addresses);
	free(instance->advertised);
	free(instance);
}

bool instance_is_another(const struct config_instance *a, const struct config_instance *b)
{
	return strcmp(a->interface, b->interface) != 0 || a->vrid != b->vrid ||
	       a->family != b->family || a->version != b->version || a->use_vmac != b->use_vmac ||
	       strcmp(a->vmac_interface, b->vmac_interface) != 0 ||
	       a->vmac_xmit_base != b->vmac_xmit_base ||
	       (a->unicast_peer_count > 0) != (b->unicast_peer_count > 0) ||
	       strcmp(a->heartbeat, b->heartbeat) != 0 || a->accept != b->accept ||
	       (a->priority == VRRP_PRIORITY_OWNER) != (b->priority == VRRP_PRIORITY_OWNER) ||
	       memcmp(&a->group, &b->group, sizeof(a->group)) != 0;
}

void instance_reconfigure(struct instance *instance, const struct config_instance *config)
{
	struct vrrp_parameters parameters = make_parameters(instance->owner->peers, config);
	struct xb_address *source = &instance->vrrp.parameters.primary_address;
	struct xb_address source_before = *source;
	struct vrrp_actions actions;

	instance_change_addresses(instance, config);
	instance_place(instance);
	instance_find_source(instance);
	parameters.primary_address = *source;
	*source = source_before; /* so that a new one is news, which is advertised */
	vrrp_reconfigure(&instance->vrrp, clock_now_ns(), &parameters,
			 instance->vrrp.effective_priority, &actions);
	instance_act(instance, &actions);
	instance_allow_unicast_anew(instance);
}

void instance_begin(struct instance *instance)
{
	uint64_t stopped_ns = instance->owner->stopped_ns;
	int obstacle = instance_first_obstacle(instance, false);
	bool resume = (obstacle < 0 || obstacle == INSTANCE_OBSTACLE_AWAITED) &&
		      instance_may_resume(instance);
	struct vrrp_actions actions;
	char reason[VRRP_REASON_BYTES];

	instance->begun = true;
	if (obstacle >= 0 && !resume)
		log_notice("%s: waits: %s", instance->config->name, instance->obstacles[obstacle]);
	if (!resume) {
		instance_remove_stale(instance);
		/* An earlier daemon may have left it said that this node is Active. */
		instance_describe(instance);
		instance_guard_end(instance);
		instance_settle(instance);
		instance_tell_fault(instance);
		return;
	}
	instance_set_obstacle(instance, INSTANCE_OBSTACLE_AWAITED, NULL);
	/* In one step: to say "backup" for a moment would be to give the instance up. */
	vrrp_startup(&instance->vrrp, clock_now_ns(), &actions);
	if (instance->vrrp.state == XB_INSTANCE_BACKUP) {
		snprintf(
			reason, sizeof(reason),
			"this daemon follows one that was Active %.1f ms ago, and nobody took over",
			(double)time_since_ns(clock_now_ns(), stopped_ns) / 1e6);
		vrrp_active_lost(&instance->vrrp, clock_now_ns(), true, reason, &actions);
		actions.old_state = XB_INSTANCE_INITIALIZE;
	}
	instance_act(instance, &actions);
}

void instance_end(struct instance *instance, const char *reason)
{
	struct vrrp_actions actions;

	instance->stops = true;
	vrrp_shutdown(&instance->vrrp, clock_now_ns(), reason, &actions);
	instance_act(instance, &actions);
}

void instances_forget_others(struct instances *instances)
{
	static const struct xb_instance none;
	bool used[XB_INSTANCES_MAX] = {false};

	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->self_slot >= 0)
			used[instances->list[i]->self_slot] = true;
	for (size_t place = 0; place < XB_INSTANCES_MAX; place++)
		if (!used[place] && kernel_described(instances->kernel, place)->vrid)
			kernel_describe(instances->kernel, place, &none);
}

int instances_make(struct instances *instances, const struct config *config, struct instance **kept)
{
	size_t made = 0;
	int error;

	free(instances->list);
	instances->list = kept;
	instances->count = config->instance_count;
	for (size_t i = 0; i < config->instance_count; i++) {
		struct instance *instance = kept[i];

		if (!instance)
			instance = instance_new(instances, &config->instances[i]);
		kept[i] = NULL;
		if (instance)
			kept[made++] = instance;
	}
	instances->count = made;
	error = instance_groups_make(instances, config);
	return made < config->instance_count ? -ENOSPC : error;
}

void instance_prepare(struct instance *instance)
{
	if (instance->owner->starting)
		instance_set_obstacle(instance, INSTANCE_OBSTACLE_STARTUP_DELAY,
				      "vrrp_startup_delay has not passed");
	instance_set_drained(instance);
	instance_set_isolated(instance);
	instance_place(instance);
	instance_track(instance);
}

void instances_take_static(struct instances *instances, const struct config *from,
			   const struct config *to)
{
	static_network_watch(instances->interfaces, to);
	static_network_change(&instances->netlink, from, to);
	instances->config = to;
}
