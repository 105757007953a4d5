/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One instance from its creation to its stop: Startup and Shutdown, a changed configuration. */
#include "user/vrrp/lifecycle.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/self.h"
#include "user/lib/clock.h"
#include "user/lib/event/event_log.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/text/duration.h"
#include "user/lib/time.h"
#include "user/net/interfaces.h"
#include "user/net/netlink/netlink.h"
#include "user/net/routes.h"
#include "user/vrrp/effects/advertise.h"
#include "user/vrrp/effects/announce.h"
#include "user/vrrp/effects/described.h"
#include "user/vrrp/effects/execute.h"
#include "user/vrrp/effects/follow_interface.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/left.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/restore.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/source.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/owners/owner.h"
#include "user/vrrp/rules/advert.h"
#include "user/vrrp/rules/claim.h"
#include "user/vrrp/rules/cold_start.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/rules/operator.h"
#include "user/vrrp/rules/reconcile.h"
#include "user/vrrp/rules/resume.h"
#include "user/vrrp/rules/tracked.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include "user/vrrp/state/node.h"
#include "user/vrrp/state/room.h"
#include "user/vrrp/state/services.h"
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
		.owner_ignores_adverts = config->owner_ignore_adverts,
		.news_spread_ns = peers && config->heartbeat[0] ? peers->timing.interval_ns : 0,
	};
}

/* Marks the entries of xb_self that instances have. */
static void mark_used(const struct instances *instances, bool used[static XB_INSTANCES_MAX])
{
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i] && instances->list[i]->self_slot >= 0)
			used[instances->list[i]->self_slot] = true;
}

/* The lowest free entry of xb_self; -1: none is left, or the instance has no heartbeats. */
static int find_self_slot(const struct vrrp_room *room, const struct config_instance *config)
{
	bool used[XB_INSTANCES_MAX] = {false};

	if (!room->services.peers || !config->heartbeat[0])
		return -1;
	mark_used(&room->instances, used);
	for (int i = 0; i < XB_INSTANCES_MAX; i++)
		if (!used[i])
			return i;
	return -1;
}

static void on_transition(struct instance *instance, enum xb_instance_state from)
{
	if (instance->report->moved)
		instance->report->moved(instance->report->moved_context);
	instance_end_claim(instance);
	instance_cold_start_moved(instance, from);
	instance_group_moved(instance, from);
	instance_operator_moved(instance);
	instance_follow_owner(instance);
}

static void watch(const struct vrrp_room *room, struct instance *instance)
{
	instance->report->moved = room->services.moved;
	instance->report->moved_context = room->services.moved_context;
}

static int make_parts(struct vrrp_room *room, struct instance *instance)
{
	struct vrrp_services *services = &room->services;
	int error = instance_router_new(instance, services);

	if (!error)
		error = instance_timers_new(room, instance);
	if (!error)
		error = instance_interface_new(instance, services);
	if (!error)
		error = instance_vips_new(instance, services);
	if (!error)
		error = instance_restore_new(instance);
	if (!error)
		error = instance_guard_new(instance, services);
	if (!error)
		error = instance_announcements_new(instance, services);
	if (!error)
		error = instance_adverts_new(instance, services);
	if (!error)
		error = instance_report_new(instance, on_transition, instance_group_close);
	if (!error)
		watch(room, instance);
	if (!error)
		error = instance_handover_new(instance);
	if (!error)
		error = instance_claim_new(instance);
	if (!error)
		error = instance_cold_start_new(instance);
	if (!error)
		error = instance_operator_new(instance);
	if (!error)
		error = instance_rivals_new(instance);
	if (!error)
		error = instance_owner_new(instance);
	return error ? error : instance_nodes_new(instance, services);
}

static struct instance *make(const struct vrrp_room *room, const struct config_instance *config)
{
	const struct vrrp_services *services = &room->services;
	struct vrrp_parameters parameters = make_parameters(services->peers, config);
	struct instance *instance = calloc(1, sizeof(*instance));

	if (!instance)
		return NULL;
	instance->config = config;
	instance->self_slot = find_self_slot(room, config);
	instance->own_address = services->own_address;
	instance->peers = services->peers;
	instance->event_log = services->event_log;
	instance->notify = services->notify;
	instance->interfaces = services->interfaces;
	instance->tracking = services->tracking;
	vrrp_init(&instance->vrrp, &parameters);
	return instance;
}

struct instance *instance_new(struct vrrp_room *room, const struct config_instance *config)
{
	struct instance *instance = make(room, config);
	int error = instance ? make_parts(room, instance) : -ENOMEM;

	if (error) {
		log_instance(LOG_ERR, config->name, "this instance cannot run: %s",
			     limits_strerror(-error));
		instance_free(room, instance);
		return NULL;
	}
	room->instances.by_slot[instance->router->slot] = instance;
	return instance;
}

void instance_free(struct vrrp_room *room, struct instance *instance)
{
	if (!instance)
		return;
	if (instance->router)
		room->instances.by_slot[instance->router->slot] = NULL;
	instance_interface_free(instance);
	instance_timers_free(instance);
	instance_router_free(instance);
	instance_guard_free(instance);
	instance_vips_free(instance);
	instance_restore_free(instance);
	instance_announcements_free(instance);
	instance_adverts_free(instance);
	instance_report_free(instance);
	instance_claim_free(instance);
	instance_cold_start_free(instance);
	instance_handover_free(instance);
	instance_operator_free(instance);
	instance_rivals_free(instance);
	instance_owner_free(instance);
	instance_nodes_free(instance);
	free(instance);
}

bool instance_is_same_router(const struct config_instance *a, const struct config_instance *b)
{
	return strcmp(a->interface, b->interface) == 0 && strcmp(a->vrf, b->vrf) == 0 &&
	       a->vrid == b->vrid && a->family == b->family;
}

bool instance_needs_replacement(const struct config_instance *a, const struct config_instance *b)
{
	return !instance_is_same_router(a, b) || !config_vmacs_equal(a, b) ||
	       a->vmac_xmit_base != b->vmac_xmit_base ||
	       (a->unicast_peer_count > 0) != (b->unicast_peer_count > 0) ||
	       strcmp(a->heartbeat, b->heartbeat) != 0 || a->accept != b->accept ||
	       (a->priority == VRRP_PRIORITY_OWNER) != (b->priority == VRRP_PRIORITY_OWNER) ||
	       memcmp(&a->group, &b->group, sizeof(a->group)) != 0;
}

void instance_reconfigure(struct instance *instance, const struct config_instance *config)
{
	struct vrrp_parameters parameters = make_parameters(instance->peers, config);
	struct xb_address *source = &instance->vrrp.parameters.primary_address;
	struct xb_address source_before = *source;
	struct vrrp_actions actions;

	instance_change_addresses(instance, config);
	instance_follow_interface(instance);
	instance_find_source(instance);
	parameters.primary_address = *source;
	*source = source_before; /* so that a new one is a change, which is advertised */
	vrrp_reconfigure(&instance->vrrp, clock_now_ns(), &parameters,
			 instance->vrrp.effective_priority, &actions);
	instance_act(instance, &actions);
	instance_router_configure(instance);
	instance_follow_nodes(instance);
}

void instance_prepare(const struct vrrp_room *room, struct instance *instance)
{
	if (room->node.starting)
		instance_set_inhibitor(
			instance, INSTANCE_INHIBITOR_STARTUP_DELAY,
			"vrrp_startup_delay or vrrp_delay_after_boot has not passed");
	instance_set_drained(instance, room->node.drained);
	instance_set_isolated(instance, node_releases_isolated(&room->node));
	instance_follow_interface(instance);
	instance_track(instance);
}

/* Clears what an earlier daemon left of it, and starts it if nothing inhibits it. */
static void start_afresh(struct instance *instance)
{
	instance_remove_left(instance);
	/* An earlier daemon's entry may still report that this node is Active. */
	instance_publish(instance);
	instance_guard_close(instance);
	instance_reconcile(instance);
	instance_report_inhibited(instance);
}

/* In one step: to report Backup for a moment would be to give the instance up. */
static void resume_as_active(struct instance *instance, uint64_t stopped_ns)
{
	struct vrrp_actions actions;
	char reason[VRRP_REASON_BYTES];

	instance_set_inhibitor(instance, INSTANCE_INHIBITOR_AWAITED, NULL);
	vrrp_startup(&instance->vrrp, clock_now_ns(), &actions);
	if (instance->vrrp.state == XB_INSTANCE_BACKUP) {
		snprintf(
			reason, sizeof(reason),
			"this daemon replaces one that was Active %.1f ms ago, and no node took over",
			duration_ms(time_since_ns(clock_now_ns(), stopped_ns)));
		vrrp_set_cause(&instance->vrrp, VRRP_CAUSE_RESUME, stopped_ns);
		vrrp_active_lost(&instance->vrrp, clock_now_ns(), true, reason, &actions);
		actions.old_state = XB_INSTANCE_INITIALIZE;
	}
	instance_act(instance, &actions);
}

void instance_start(const struct vrrp_room *room, struct instance *instance)
{
	uint64_t stopped_ns = room->node.stopped_ns;
	int inhibitor = instance_first_inhibitor(instance, false);

	instance->started = true;
	instance_follow_nodes(instance);
	if ((inhibitor < 0 || inhibitor == INSTANCE_INHIBITOR_AWAITED) &&
	    instance_may_resume(instance, room->services.kernel, stopped_ns)) {
		resume_as_active(instance, stopped_ns);
		return;
	}
	if (instance_guard_expired(instance, clock_now_ns()))
		transitions_count_fence(&instance->report->transitions, FENCE_DAEMON_DIED);
	if (inhibitor >= 0)
		log_instance(LOG_NOTICE, instance->config->name, "waits: %s",
			     instance->inhibitors[inhibitor]);
	start_afresh(instance);
}

void instance_stop(struct instance *instance, enum vrrp_cause cause, const char *reason)
{
	struct vrrp_actions actions;

	instance->stopping = true;
	vrrp_set_cause(&instance->vrrp, cause, clock_now_ns());
	vrrp_shutdown(&instance->vrrp, clock_now_ns(), reason, &actions);
	instance_act(instance, &actions);
}

void instances_clear_unused_entries(const struct vrrp_room *room)
{
	static const struct xb_instance none;
	struct kernel *kernel = room->services.kernel;
	bool used[XB_INSTANCES_MAX] = {false};

	mark_used(&room->instances, used);
	for (size_t i = 0; i < XB_INSTANCES_MAX; i++)
		if (!used[i] && kernel_described(kernel, i)->vrid)
			kernel_describe(kernel, i, &none);
}

int instances_make(struct vrrp_room *room, const struct config *config, struct instance **kept)
{
	struct instances *instances = &room->instances;
	size_t made = 0;
	int error;

	free(instances->list);
	instances->list = kept;
	instances->count = config->instance_count;
	for (size_t i = 0; i < config->instance_count; i++) {
		struct instance *instance = kept[i];

		if (!instance)
			instance = instance_new(room, &config->instances[i]);
		kept[i] = NULL;
		if (instance)
			kept[made++] = instance;
	}
	instances->count = made;
	error = instance_groups_make(instances, config);
	return made < config->instance_count ? -ENOSPC : error;
}

void instances_change_static(struct vrrp_room *room, const struct config *from,
			     const struct config *to)
{
	static_network_watch(room->services.interfaces, to);
	static_network_change(&room->services.netlink, &room->services.held_routes, from, to);
	room->node.config = to;
}
