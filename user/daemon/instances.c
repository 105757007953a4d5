/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Events into the state machines; see instances.h. Doing what they ask is in instance_act.c. */
#include <errno.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <user/core/address.h>
#include <user/core/election.h>
#include <user/daemon/advert.h>
#include <user/daemon/announce.h>
#include <user/daemon/clock.h>
#include <user/daemon/instances.h>
#include <user/lib/log.h>

size_t instances_routers(const struct config *config, struct xb_vrrp **routers)
{
	*routers = calloc(config->instance_count ? config->instance_count : 1, sizeof(**routers));
	if (!*routers)
		return 0;
	for (size_t i = 0; i < config->instance_count; i++) {
		const struct config_instance *instance = &config->instances[i];
		struct xb_vrrp *router = &(*routers)[i];

		snprintf(router->interface, sizeof(router->interface), "%s", instance->interface);
		router->vrid = instance->vrid;
		router->family = instance->family;
		router->served_version = instance->version;
	}
	return config->instance_count;
}

static struct vrrp_advert newest_advert(const struct instance *instance, bool *any)
{
	struct xb_vrrp router;

	kernel_read_router(instance->owner->kernel, instance->router_slot, &router);
	*any = router.arrival_ns != 0;
	return (struct vrrp_advert){.source = router.source,
				    .priority = router.priority,
				    .interval_ns = router.interval_cs * NS_PER_CENTISECOND,
				    .arrival_ns = router.arrival_ns};
}

/* What a live peer says of this instance; NULL if it says nothing. */
static const struct xb_instance *said_of(const struct instance *instance, const struct peer *peer)
{
	const struct xb_peer *said = peer_said(peer);

	if (!said || instance->self_slot < 0)
		return NULL;
	return election_find(said->instances, instance->config->vrid, instance->config->family);
}

/* Whether heartbeats show an Active that works and that this node would accept; says how. */
static bool active_is_alive(const struct instance *instance, char *reason, size_t bytes)
{
	const struct peers *peers = instance->owner->peers;
	uint64_t now_ns = clock_now_ns();

	for (size_t i = 0; peers && i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct xb_instance *claim = said_of(instance, peer);

		if (peer->liveness.verdict != VERDICT_UP || !claim ||
		    claim->state != XB_INSTANCE_ACTIVE)
			continue;
		if (instance->vrrp.parameters.preempt &&
		    claim->priority < instance->vrrp.effective_priority)
			continue;
		snprintf(
			reason, bytes,
			"%s answers (evidence %.1f ms old), its daemon moves and it is Active with "
			"priority %u: its adverts are lost on the way",
			peer->node->name,
			(double)time_since_ns(now_ns, peer_said(peer)->last_evidence_ns) / 1e6,
			claim->priority);
		return true;
	}
	return false;
}

static void on_timer(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;
	struct vrrp_advert newest;
	struct vrrp_actions actions;
	char alive[VRRP_REASON_BYTES];
	bool any;

	(void)fd;
	(void)what;
	newest = newest_advert(instance, &any);
	if (instance->owner->peers)
		peers_refresh(instance->owner->peers);
	vrrp_timer_expired(&instance->vrrp, clock_now_ns(), any ? &newest : NULL,
			   active_is_alive(instance, alive, sizeof(alive)) ? alive : NULL,
			   &actions);
	instance_act(instance, &actions);
}

static void on_announce_later(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;

	(void)fd;
	(void)what;
	instance_announce(instance, instance->config->garp_repeat);
}

static void on_announce_refresh(evutil_socket_t fd, short what, void *context)
{
	struct instance *instance = context;

	(void)fd;
	(void)what;
	instance_announce(instance, instance->config->garp_refresh_repeat);
	clock_arm(instance->announce_refresh, clock_now_ns() + instance->config->garp_refresh_ns);
}

void instances_advert(struct instances *instances, const struct xb_event *event)
{
	struct vrrp_advert advert = {
		.source = event->advert.source,
		.priority = event->advert.priority,
		.interval_ns = event->advert.interval_cs * NS_PER_CENTISECOND,
		.arrival_ns = event->arrival_ns,
	};
	struct vrrp_actions actions;

	if (event->slot >= instances->count)
		return;
	vrrp_advert_received(&instances->list[event->slot].vrrp, &advert, clock_now_ns(), &actions);
	instance_act(&instances->list[event->slot], &actions);
}

static bool peer_has_address(const struct peer *peer, const struct xb_address *address)
{
	for (size_t link = 0; link < peer->link_count; link++)
		if (address_equal(&peer->seen[link].peer_address, address))
			return true;
	return false;
}

/* Whether the peer was this instance's Active: it said so, or its adverts did. */
static bool was_active(const struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *claim = said_of(instance, peer);

	if (claim && claim->state == XB_INSTANCE_ACTIVE)
		return true;
	return peer_has_address(peer, &instance->vrrp.active_address);
}

/* Whether somebody else who lives has taken over already: it says so, or its advert did. */
static bool has_successor(const struct instance *instance, const struct peer *lost)
{
	const struct peers *peers = instance->owner->peers;
	struct vrrp_advert newest;
	bool any;

	newest = newest_advert(instance, &any);
	any = any && newest.priority != VRRP_PRIORITY_RELEASE &&
	      time_since_ns(clock_now_ns(), newest.arrival_ns) <
		      vrrp_active_down_interval_ns(&instance->vrrp);
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct xb_instance *said = said_of(instance, peer);

		if (peer == lost || peer->liveness.verdict != VERDICT_UP)
			continue;
		if ((said && said->state == XB_INSTANCE_ACTIVE) ||
		    (any && peer_has_address(peer, &newest.source)))
			return true;
	}
	return false;
}

/* Every node computes this from the same heartbeats; the answer must not depend on who asks. */
static bool is_best_candidate(const struct instance *instance)
{
	const struct peers *peers = instance->owner->peers;
	struct election_candidate candidates[XB_NODE_ID_MAX + 1];
	size_t count = 0;

	candidates[count++] = (struct election_candidate){
		.priority = instance->vrrp.effective_priority,
		.state = instance->vrrp.state,
		.live = true,
		.address = instance->owner->own_address,
	};
	for (size_t i = 0; i < peers->count; i++) {
		const struct peer *peer = &peers->list[i];
		const struct xb_instance *said = said_of(instance, peer);

		if (!said || peer->node->witness)
			continue;
		candidates[count++] = (struct election_candidate){
			.priority = said->priority,
			.state = said->state,
			.live = peer->liveness.verdict == VERDICT_UP,
			.address = peer->node->addresses[0],
		};
	}
	return election_best(candidates, count) == 0;
}

/*
 * This node is Active, and a peer that was away is back; it may have been Active meanwhile. The
 * sooner it hears our advert, the sooner one of the two yields; and neighbours that went over to it
 * must be called back, because this node never lost the addresses and had nothing to announce.
 */
static void meet_again(struct instance *instance, const struct peer *peer)
{
	const struct xb_instance *said = said_of(instance, peer);
	uint8_t own_priority = instance->vrrp.effective_priority;
	bool yields =
		said && said->state == XB_INSTANCE_ACTIVE &&
		(said->priority > own_priority ||
		 (said->priority == own_priority &&
		  address_compare(&peer->node->addresses[0], &instance->owner->own_address) > 0));

	instance_advertise(instance, own_priority);
	if (!yields)
		instance_announce_again(instance);
}

void instances_peer_changed(struct instances *instances, const struct peer *peer, enum verdict from)
{
	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = &instances->list[i];
		char reason[VRRP_REASON_BYTES];
		struct vrrp_actions actions;

		if (instance->self_slot < 0)
			continue;
		if (peer->liveness.verdict == VERDICT_UP && from == VERDICT_DOWN &&
		    instance->vrrp.state == XB_INSTANCE_ACTIVE)
			meet_again(instance, peer);
		if (peer->liveness.verdict == VERDICT_UP || from != VERDICT_UP ||
		    instance->vrrp.state != XB_INSTANCE_BACKUP || !was_active(instance, peer) ||
		    has_successor(instance, peer))
			continue;
		snprintf(reason, sizeof(reason), "Active %s is %s: %.100s", peer->node->name,
			 verdict_name(peer->liveness.verdict), peer->liveness.reason);
		vrrp_active_lost(&instance->vrrp, clock_now_ns(), is_best_candidate(instance),
				 reason, &actions);
		instance_act(instance, &actions);
	}
}

/* The first address of the interface that is not one of the instance's VIPs. */
static int find_primary(const struct config_instance *config, struct xb_address *primary)
{
	struct ifaddrs *list, *entry;
	int result = -EADDRNOTAVAIL;

	if (config->has_source) {
		*primary = config->source;
		return 0;
	}
	if (getifaddrs(&list))
		return -errno;
	for (entry = list; entry && result; entry = entry->ifa_next) {
		struct xb_address address;
		bool is_vip = false;

		if (strcmp(entry->ifa_name, config->interface) != 0 || !entry->ifa_addr ||
		    entry->ifa_addr->sa_family != AF_INET)
			continue;
		address = address_from_ipv4(
			((struct sockaddr_in *)(void *)entry->ifa_addr)->sin_addr.s_addr);
		for (size_t i = 0; i < config->vip_count; i++)
			is_vip |= address_equal(&address, &config->vips[i].address);
		if (is_vip)
			continue;
		*primary = address;
		result = 0;
	}
	freeifaddrs(list);
	if (result)
		log_error("%s: interface %s has no IPv4 address of its own to advertise from: add "
			  "one, or set mcast_src_ip",
			  config->name, config->interface);
	return result;
}

static int find_mac(const char *interface, uint8_t mac[6])
{
	struct ifreq request = {0};
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	int error = 0;

	if (fd < 0)
		return -errno;
	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (ioctl(fd, SIOCGIFHWADDR, &request) < 0)
		error = -errno;
	else
		memcpy(mac, request.ifr_hwaddr.sa_data, 6);
	close(fd);
	return error;
}

static int place_addresses(struct instance *instance)
{
	const struct config_instance *config = instance->config;

	instance->addresses = calloc(config->vip_count + 1, sizeof(*instance->addresses));
	instance->advertised = calloc(config->vip_count + 1, sizeof(*instance->advertised));
	if (!instance->addresses || !instance->advertised)
		return -ENOMEM;
	for (size_t i = 0; i < config->vip_count; i++) {
		struct instance_address *address = &instance->addresses[i];
		int error = find_mac(config->vips[i].interface, address->mac);

		address->vip = &config->vips[i];
		address->interface_index = if_nametoindex(config->vips[i].interface);
		instance->advertised[i] = config->vips[i].address;
		if (error || !address->interface_index) {
			log_error(
				"%s: no interface %s for its virtual address: correct \"dev\", or "
				"create the interface before xbeatd starts",
				config->name, config->vips[i].interface);
			return error ? error : -ENODEV;
		}
	}
	return 0;
}

static int start_instance(struct instance *instance, struct event_base *base)
{
	const struct config_instance *config = instance->config;
	struct vrrp_parameters parameters = {
		.vrid = config->vrid,
		.version = config->version,
		.priority = config->priority,
		.preempt = config->preempt,
		.preempt_delay_ns = config->preempt_delay_ns,
		.advert_interval_ns = config->advert_interval_ns,
	};
	struct xb_vrrp *router = &instance->owner->kernel->routers[instance->router_slot];
	int error;

	instance->membership = -1;
	instance->interface_index = if_nametoindex(config->interface);
	instance->timer = evtimer_new(base, on_timer, instance);
	instance->announce_later = evtimer_new(base, on_announce_later, instance);
	instance->announce_refresh = evtimer_new(base, on_announce_refresh, instance);
	if (!instance->timer || !instance->announce_later || !instance->announce_refresh)
		return -ENOMEM;
	error = find_primary(config, &parameters.primary_address);
	if (!error)
		error = place_addresses(instance);
	if (error)
		return error;
	router->own_source = parameters.primary_address;
	vrrp_init(&instance->vrrp, &parameters);
	instance->since_unix_ns = clock_unix_ns();
	instance->membership = advert_join(instance->interface_index);
	if (instance->membership < 0)
		log_error("%s: cannot join " ADVERT_GROUP_IPV4 " on %s: %s", config->name,
			  config->interface, strerror(-instance->membership));
	return instance->membership < 0 ? instance->membership : 0;
}

/*
 * An earlier daemon of this instance was Active moments ago, and nobody has taken over since: go on
 * as Active. Everybody else still takes us for it.
 */
static bool may_resume(const struct instance *instance)
{
	const struct kernel *kernel = instance->owner->kernel;
	const struct peers *peers = instance->owner->peers;
	uint64_t stopped_ns = kernel->self->progress_ns, now_ns = clock_now_ns();
	struct xb_vrrp router;

	if (!kernel->adopted || !peers || instance->self_slot < 0 ||
	    kernel->self->instances[instance->self_slot].state != XB_INSTANCE_ACTIVE ||
	    time_since_ns(now_ns, stopped_ns) >= peers->timing.daemon_timeout_ns)
		return false;
	kernel_read_router(kernel, instance->router_slot, &router);
	if (router.arrival_ns && time_since_ns(router.arrival_ns, stopped_ns))
		return false;
	for (size_t i = 0; i < peers->count; i++) {
		const struct xb_instance *said = said_of(instance, &peers->list[i]);

		if (said && said->state == XB_INSTANCE_ACTIVE)
			return false;
	}
	return true;
}

/* Initialize ends when the interface works, and comes back when it does not (RFC 9568 section 6.4:
 * Startup and Shutdown events). */
static void on_link(void *context, unsigned interface_index, bool running)
{
	struct instances *instances = context;

	for (size_t i = 0; i < instances->count; i++) {
		struct instance *instance = &instances->list[i];
		struct vrrp_actions actions;
		char reason[64];

		if (instance->interface_index != interface_index ||
		    running == (instance->vrrp.state != XB_INSTANCE_INITIALIZE))
			continue;
		snprintf(reason, sizeof(reason), "interface %s is down or has no carrier",
			 instance->config->interface);
		if (running)
			vrrp_startup(&instance->vrrp, clock_now_ns(), &actions);
		else
			vrrp_shutdown(&instance->vrrp, clock_now_ns(), reason, &actions);
		instance_act(instance, &actions);
	}
}

static void startup(struct instance *instance)
{
	uint64_t stopped_ns = instance->owner->kernel->self->progress_ns;
	bool resume = may_resume(instance);
	struct vrrp_actions actions;
	char reason[VRRP_REASON_BYTES];

	if (!resume)
		instance_remove_stale(instance);
	if (!link_is_running(instance->config->interface)) {
		log_warning("%s: interface %s is down or has no carrier: the instance waits for it",
			    instance->config->name, instance->config->interface);
		return;
	}
	vrrp_startup(&instance->vrrp, clock_now_ns(), &actions);
	instance_act(instance, &actions);
	if (!resume || instance->vrrp.state != XB_INSTANCE_BACKUP)
		return;
	snprintf(reason, sizeof(reason),
		 "this daemon follows one that was Active %.1f ms ago, and nobody took over",
		 (double)time_since_ns(clock_now_ns(), stopped_ns) / 1e6);
	vrrp_active_lost(&instance->vrrp, clock_now_ns(), true, reason, &actions);
	instance_act(instance, &actions);
}

static int open_sockets(struct instances *instances)
{
	int error = netlink_open(&instances->netlink);

	if (!error) {
		instances->advert_socket = advert_open();
		instances->announce_socket = announce_open();
		if (instances->advert_socket < 0)
			error = instances->advert_socket;
		else if (instances->announce_socket < 0)
			error = instances->announce_socket;
	}
	if (error)
		log_error("cannot open the sockets for VRRP: %s; xbeatd needs CAP_NET_ADMIN and "
			  "CAP_NET_RAW",
			  strerror(-error));
	return error;
}

int instances_start(struct instances *instances, struct event_base *base, struct kernel *kernel,
		    struct peers *peers, struct journal *journal, const struct config *config,
		    const struct xb_address *own_address)
{
	int error, next_self_slot = 0;

	*instances = (struct instances){.kernel = kernel,
					.peers = peers,
					.journal = journal,
					.advert_socket = -1,
					.announce_socket = -1,
					.own_address = *own_address};
	instances->list = calloc(config->instance_count + 1, sizeof(*instances->list));
	if (!instances->list)
		return -ENOMEM;
	error = open_sockets(instances);
	if (error)
		return error;
	while (instances->count < config->instance_count) {
		size_t index = instances->count++;
		struct instance *instance = &instances->list[index];

		instance->config = &config->instances[index];
		instance->owner = instances;
		instance->router_slot = index;
		instance->self_slot = -1;
		if (peers && instance->config->heartbeat[0] && next_self_slot < XB_INSTANCES_MAX)
			instance->self_slot = next_self_slot++;
		error = start_instance(instance, base);
		if (error)
			return error;
	}
	error = link_monitor_start(&instances->links, base, on_link, instances);
	for (size_t i = 0; i < instances->count && !error; i++)
		startup(&instances->list[i]);
	return error;
}

static void stop_instance(struct instance *instance, const char *reason)
{
	struct vrrp_actions actions;

	if (instance->membership >= 0) { /* it was started */
		vrrp_shutdown(&instance->vrrp, clock_now_ns(), reason, &actions);
		instance_act(instance, &actions);
		close(instance->membership);
	}
	if (instance->timer)
		event_free(instance->timer);
	if (instance->announce_later)
		event_free(instance->announce_later);
	if (instance->announce_refresh)
		event_free(instance->announce_refresh);
	free(instance->addresses);
	free(instance->advertised);
}

void instances_stop(struct instances *instances, const char *reason)
{
	if (!instances->list)
		return;
	for (size_t i = 0; i < instances->count; i++)
		stop_instance(&instances->list[i], reason);
	free(instances->list);
	link_monitor_stop(&instances->links);
	netlink_close(&instances->netlink);
	if (instances->advert_socket >= 0)
		close(instances->advert_socket);
	if (instances->announce_socket >= 0)
		close(instances->announce_socket);
	*instances = (struct instances){0};
}
