/* SPDX-License-Identifier: GPL-2.0-or-later */
/* All instances: start, reload and stop, and events to those they are for; see instances.h. */
#include "user/vrrp/start.h"
#include "user/config/model/config.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/guards.h"
#include "user/kernel/kernel.h"
#include "user/lib/address.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/journal.h"
#include "user/lib/log.h"
#include "user/net/advert_socket.h"
#include "user/net/announce.h"
#include "user/net/interfaces.h"
#include "user/net/local_address.h"
#include "user/net/netlink.h"
#include "user/net/routes.h"
#include "user/tracking/apps.h"
#include "user/tracking/entry.h"
#include "user/tracking/tracking.h"
#include "user/vrrp/events.h"
#include "user/vrrp/lifecycle.h"
#include "user/vrrp/notify/notify.h"
#include "user/vrrp/reload.h"
#include "user/vrrp/rules/expiry.h"
#include "user/vrrp/rules/group.h"
#include "user/vrrp/state/instance.h"
#include "user/vrrp/state/instances.h"
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_sockets(struct instances *instances, const struct config *config)
{
	int error = netlink_open(&instances->netlink);

	instances->announcer =
		announcer_start(instances->base, config->garp_interval_ns, config->gna_interval_ns);
	instances->advert_sockets[0] = advert_open(4);
	if (!error && instances->advert_sockets[0] < 0)
		error = instances->advert_sockets[0];
	instances->advert_sockets[1] = advert_open(6); /* a kernel may be without IPv6 */
	if (!error && !instances->announcer)
		error = -EPERM;
	if (error)
		log_error(
			"cannot open the sockets for VRRP: %s; xbeatd needs CAP_NET_ADMIN and CAP_NET_RAW",
			strerror(-error));
	return error;
}

static int start_helpers(struct instances *instances, const struct instances_setup *setup)
{
	instances->notify = notify_start(setup->base, setup->runner, setup->config);
	instances->tracking =
		tracking_start(setup->base, setup->runner, setup->config, &setup->apps,
			       setup->journal, instances_on_tracked, instances);
	instances->startup_delay = evtimer_new(setup->base, instances_on_startup_delay, instances);
	return instances->notify && instances->tracking && instances->startup_delay ? 0 : -ENOMEM;
}

/* A crash does not end a drain: what the node is drained for goes on. A clean stop leaves nothing. */
static bool was_drained(const struct kernel *kernel)
{
	return kernel->adopted && kernel_self_state(kernel) == XB_NODE_DRAINING;
}

/* An earlier daemon died with this address, and no instance has it any more. */
static void remove_left(void *context, unsigned interface_index, const struct xb_address *address)
{
	struct instances *instances = context;
	_cleanup_free_ struct local_address *list = NULL;
	char text[ADDRESS_TEXT_BYTES];
	size_t count = 0;

	if (peers_come_to(instances->peers, address) || local_addresses(&list, &count))
		return;
	for (size_t i = 0; i < count; i++) {
		const struct config_vip left = {.address = *address,
						.prefix_length = list[i].prefix_length};

		if (!address_equal(&list[i].address, address) ||
		    (interface_index && list[i].interface_index != interface_index) ||
		    netlink_remove_vip(&instances->netlink, list[i].interface_index, &left))
			continue;
		log_notice("removed %s from %s, left by an earlier daemon; no instance has it now",
			   address_format(address, text), list[i].interface);
	}
}

int instances_start(struct instances *instances, const struct instances_setup *setup)
{
	const struct config *config = setup->config;
	struct instance **list = calloc(config->instance_count + 1, sizeof(struct instance *));
	char message[512];
	int error;

	*instances = (struct instances){.base = setup->base,
					.on_transition = instance_group_moved,
					.kernel = setup->kernel,
					.peers = setup->peers,
					.journal = setup->journal,
					.interfaces = setup->interfaces,
					.advert_sockets = {-1, -1},
					.own_address = setup->own_address,
					.starting = config->startup_delay_ns > 0,
					.drained = was_drained(setup->kernel),
					.stopped_ns = kernel_self_progress_ns(setup->kernel),
					.started_ns = clock_now_ns()};
	if (!list)
		return -ENOMEM;
	instances->list = list;
	error = instances_check(config, NULL, setup->interfaces, message, sizeof(message));
	if (error) {
		log_error("%s", message);
		return error;
	}
	error = open_sockets(instances, config);
	if (!error)
		error = start_helpers(instances, setup);
	if (!error) {
		instances->list = NULL;
		error = instances_make(instances, config, list);
	}
	if (error)
		return error;
	instances_take_static(instances, NULL, config);
	instances_forget_others(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_prepare(instances->list[i]);
	kernel_guard_release_unclaimed(instances->kernel, remove_left, instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_begin(instances->list[i]);
	kernel_release_unclaimed(instances->kernel);
	kernel_release_links(instances->kernel);
	if (instances->starting)
		clock_arm(instances->startup_delay,
			  instances->started_ns + config->startup_delay_ns);
	for (size_t i = 0; setup->peers && i < setup->peers->count; i++)
		instances_peer_said(instances, &setup->peers->list[i]);
	return 0;
}

void instances_stop(struct instances *instances, const char *reason)
{
	/* A group leaves as a whole; nobody is to wait for members that are gone. */
	instances_look(instances);
	for (size_t i = 0; i < instances->count; i++)
		instances->list[i]->group = NULL;
	for (size_t i = 0; i < instances->count; i++)
		instance_end(instances->list[i], reason);
	for (size_t i = 0; i < instances->group_count; i++)
		notify_group(instances->notify, instances->groups[i].config, NOTIFY_STOP);
	static_network_change(&instances->netlink, instances->config, NULL);
	instance_groups_free(instances);
	for (size_t i = 0; i < instances->count; i++)
		instance_free(instances->list[i]);
	free(instances->list);
	if (instances->startup_delay)
		event_free(instances->startup_delay);
	if (instances->tracking)
		tracking_stop(instances->tracking);
	if (instances->notify)
		notify_stop(instances->notify);
	if (instances->announcer)
		announcer_stop(instances->announcer);
	netlink_close(&instances->netlink);
	for (size_t i = 0; instances->kernel && i < 2; i++)
		if (instances->advert_sockets[i] >= 0)
			close(instances->advert_sockets[i]);
	*instances = (struct instances){0};
}
