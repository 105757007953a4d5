/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Follows an instance's interface: when it appears, changes or disappears. */
#include "user/vrrp/effects/follow_interface.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/timing.h"
#include "user/core/vrrp/vrrp.h"
#include "user/heartbeat/peers.h"
#include "user/kernel/kernel.h"
#include "user/kernel/upkeep/upkeep.h"
#include "user/net/netlink/interface_monitor.h"
#include "user/vrrp/effects/interface.h"
#include "user/vrrp/effects/publish.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/effects/source.h"
#include "user/vrrp/effects/vips.h"
#include "user/vrrp/effects/vmac.h"
#include "user/vrrp/state/inhibitors.h"
#include "user/vrrp/state/instance.h"

static void find_inhibitor(struct instance *instance, const struct interface_event *base)
{
	const struct config_instance *config = instance->config;
	const char *name = base ? base->name : "";

	if (!base || !base->present)
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_INTERFACE,
				       base ? "interface %s is missing"
				       : *config->vrf
					       ? "no interface in VRF %s has its unicast_src_ip"
					       : "no interface has its unicast_src_ip%s",
				       base ? name : config->vrf);
	else if (!base->running && !config->dont_track_primary)
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_INTERFACE,
				       "interface %s is down or has no carrier", name);
	else if (!base->multicast && !instance->config->unicast_peer_count)
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_INTERFACE,
				       "interface %s carries no multicast; write unicast_peer",
				       name);
	else
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_INTERFACE, NULL);
}

/* Its index has changed; 0: the interface is missing. */
static void follow(struct instance *instance, const struct interface_event *base, unsigned index)
{
	instance_set_base(instance, index);
	/* The kernel side must know the destination of adverts before it checks them. */
	if (index) {
		instance_find_source(instance);
		instance_publish(instance);
	}
	/* An interface without the program counts as missing: the next change tries again. */
	if (!index || instance_attach(instance, base->name))
		instance_router_serve(instance, 0);
}

void instance_follow_interface(struct instance *instance)
{
	const struct interface_event *base = instance_find_base(instance);
	unsigned index = base && base->present ? base->interface_index : 0;

	find_inhibitor(instance, base);
	if (index != instance->interface->base_index)
		follow(instance, base, index);
	instance_make_vmacs(instance);
	instance_fit_advertised(instance);
	instance_follow_program(instance);
	instance_locate_addresses(instance);
	instance_publish(instance);
}

void instance_follow_program(struct instance *instance)
{
	const struct attachment *attachment =
		kernel_attachment_at(instance->interface->kernel, instance->interface->base_index);

	if (!attachment || !attachment->off)
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_PROGRAM, NULL);
	else if (instance->vrrp.state != XB_INSTANCE_ACTIVE)
		instance_set_inhibitor(instance, INSTANCE_INHIBITOR_PROGRAM,
				       "no advert can be received on %s: %s", attachment->interface,
				       attachment->off_reason);
}

bool instance_receives(const struct instance *instance)
{
	const struct kernel *kernel = instance->interface->kernel;
	const struct attachment *attachment =
		kernel_attachment_at(kernel, instance->interface->base_index);

	return !kernel_changes_mode(kernel) && !(attachment && attachment->off);
}

bool instance_awaits_program(const struct instance *instance, uint64_t now_ns)
{
	uint64_t since_ns = now_ns - vrrp_active_down_interval_ns(&instance->vrrp) / 2;
	uint64_t waited_ns =
		kernel_programs_unknown_ns(instance->interface->kernel, since_ns, now_ns);

	return waited_ns && waited_ns < KERNEL_PROGRAMS_PATIENCE_NS;
}

uint64_t instance_deaf_until_ns(const struct instance *instance)
{
	const struct attachment *attachment =
		kernel_attachment_at(instance->interface->kernel, instance->interface->base_index);

	return attachment ? attachment->mode_changed_ns : 0;
}
