/* SPDX-License-Identifier: GPL-2.0-or-later */
/* One instance from its making to its end: timer, Startup and Shutdown, a changed configuration. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <user/core/vrrp_packet.h>
#include <user/daemon/clock.h>
#include <user/daemon/instance.h>
#include <user/lib/log.h>

/*
 * The timer of one Backup is due: it, and all others that have heard an advert since they were armed, are
 * armed anew from the newest. With many instances this spares as many wake-ups: each would find the same.
 */
void instances_catch_up(const struct instances *instances, uint64_t now_ns)
{
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = instances->list[i];
		struct vrrp_actions actions;
		struct vrrp_advert newest;
		bool any;

		if (instance->vrrp.state != XB_INSTANCE_BACKUP || instance->vrrp.holding ||
		    time_reached(now_ns, instance->vrrp.timer_due_ns))
			continue;
		newest = instance_newest_advert(instance, &any);
		if (!any || !time_reached(newest.arrival_ns, instance->vrrp.heard_ns + 1))
			continue;
		vrrp_advert_received(&instance->vrrp, &newest, now_ns, &actions);
		if (instance->vrrp.timer_armed)
			clock_arm(instance->timer, instance->vrrp.timer_due_ns);
	}
}

/* An Active that was late by an advert or more: others may have taken over. With heartbeats peers.c says it. */
static void note_stall(const struct instance *instance, uint64_t now_ns)
{
	const struct vrrp *vrrp = &instance->vrrp;
	struct instances *instances = instance->owner;
	uint64_t late_ns = time_since_ns(now_ns, vrrp->timer_due_ns);

	if (instances->peers || vrrp->state != XB_INSTANCE_ACTIVE ||
	    late_ns < vrrp->parameters.advert_interval_ns)
		return;
	/* All instances were late by the same. */
	if (!instances->stalled_ns || time_since_ns(now_ns, instances->stalled_ns) >= late_ns)
		journal_add(instances->journal, "stall", "self", "late", "running",
			    "this node stood still for %.1f ms: no adverts were sent, others may "
			    "have taken over",
			    (double)late_ns / 1e6);
	instances->stalled_ns = now_ns;
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;
	char alive[VRRP_REASON_BYTES], stay[VRRP_REASON_BYTES], group[VRRP_REASON_BYTES];
	struct vrrp_timer_view view = {0};
	struct vrrp_advert newest;
	struct vrrp_actions actions;
	uint64_t now_ns;
	bool any;

	(void)fd;
	(void)what;
	note_stall(instance, clock_now_ns());
	instances_look(instance->owner);
	newest = instance_newest_advert(instance, &any);
	if (instance->owner->peers) {
		peers_refresh(instance->owner->peers);
		instance_hear_claimant(instance);
	}
	now_ns = clock_now_ns();
	view.newest = any ? &newest : NULL;
	if (instance_stood_still(instance, view.newest, now_ns))
		return;
	if (instance_hold_reason(instance, alive, sizeof(alive)))
		view.alive_reason = alive;
	if (instance_stay_reason(instance, stay, sizeof(stay)))
		view.stay_reason = stay;
	view.group_reason = instance_group_reason(instance, group, sizeof(group));
	vrrp_timer_expired(&instance->vrrp, now_ns, &view, &actions);
	instance_act(instance, &actions);
	instance_announce_unheard(instance);
	if (instance->vrrp.state == XB_INSTANCE_BACKUP)
		instances_catch_up(instance->owner, now_ns);
}

static void on_announce_later(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;

	(void)fd;
	(void)what;
	instances_look(instance->owner);
	if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	if (instance->contested) {
		instance->announced_ns = 0;
		instance_announce_again(instance);
	} else {
		instance_announce(instance, instance->later_repeat);
	}
}

static void on_announce_refresh(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;

	(void)fd;
	(void)what;
	instances_look(instance->owner);
	/* A reload may have taken it away. */
	if (!instance->config->garp_refresh_ns || instance->vrrp.state != XB_INSTANCE_ACTIVE)
		return;
	instance_announce(instance, instance->config->garp_refresh_repeat);
	clock_arm(instance->announce_refresh, clock_now_ns() + instance->config->garp_refresh_ns);
}

static void on_stay_away(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	instance_resume(context);
}

static void on_learnt(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	instance_learnt(context);
}

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

static int make_timers(struct instance *instance)
{
	struct event_base *base = instance->owner->base;

	instance->timer = evtimer_new(base, on_timer, instance);
	instance->announce_later = evtimer_new(base, on_announce_later, instance);
	instance->announce_refresh = evtimer_new(base, on_announce_refresh, instance);
	instance->stay_away = evtimer_new(base, on_stay_away, instance);
	instance->learn = evtimer_new(base, on_learnt, instance);
	return instance->timer && instance->announce_later && instance->announce_refresh &&
			       instance->stay_away && instance->learn
		       ? 0
		       : -ENOMEM;
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

/* What the kernel side has to know, of the fields that the configuration gives. */
static int describe_router(struct instance *instance)
{
	const struct config_instance *config = instance->config;
	struct kernel *kernel = instance->owner->kernel;
	struct xb_vrrp *router = &kernel->routers[instance->router_slot];
	int error = 0;

	router->served_version = config->version;
	router->served_interval_cs = (uint16_t)(config->advert_interval_ns / NS_PER_CENTISECOND);
	router->has_password = config->authentication == CONFIG_AUTHENTICATION_PASS;
	memcpy(router->password, config->password, sizeof(router->password));
	router->unicast = config->unicast_peer_count > 0;
	router->event_pending = 0; /* of an event that an earlier daemon never read */
	for (size_t i = 0; i < config->unicast_peer_count && !error; i++) {
		const struct config_unicast_peer *peer = &config->unicast_peers[i];

		error = kernel_allow_unicast(
			kernel, instance->router_slot, &peer->address,
			(struct xb_vrrp_peer){peer->ttl_minimum, peer->ttl_maximum});
	}
	return error;
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
	error = make_timers(instance);
	if (!error)
		error = instance_list_addresses(instance, config);
	return error ? error : describe_router(instance);
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

static void allow_unicast_anew(struct instance *instance)
{
	struct kernel *kernel = instance->owner->kernel;
	int error;

	kernel_forbid_unicast(kernel, instance->router_slot);
	error = describe_router(instance);
	if (error)
		log_error("%s: cannot tell the kernel side of its peers: %s",
			  instance->config->name, strerror(-error));
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
	allow_unicast_anew(instance);
}

void instance_tell_fault(struct instance *instance)
{
	int obstacle = instance_first_obstacle(instance, false);

	if (instance->vrrp.state != XB_INSTANCE_INITIALIZE || instance->fault_told ||
	    instance->obstacles[INSTANCE_OBSTACLE_STARTUP_DELAY][0] ||
	    obstacle == INSTANCE_OBSTACLE_AWAITED)
		return;
	instance->fault_told = true;
	instance_notify(instance);
	instance_group_moved(instance, XB_INSTANCE_INITIALIZE);
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
