/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the packets of this node report of an instance: its entry in xb_self. */
#include "user/vrrp/effects/publish.h"
#include "user/config/model/config.h"
#include "user/core/vrrp.h"
#include "user/kernel/kernel.h"
#include "user/kernel/self.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/state/instance.h"
#include <string.h>

void instance_publish(const struct instance *instance)
{
	struct xb_instance entry = {.vrid = instance->config->vrid,
				    .family_flags = instance->config->family,
				    .state = (uint8_t)instance->vrrp.state,
				    .priority = instance->vrrp.effective_priority};
	struct kernel *kernel = instance->router->kernel;
	size_t index = (size_t)instance->self_slot;

	if (instance->vrrp.state == XB_INSTANCE_ACTIVE && instance_is_guarded(instance))
		entry.family_flags |= XB_INSTANCE_GUARDED;
	instance_router_update(instance);
	if (instance->started && instance->self_slot >= 0 &&
	    memcmp(kernel_described(kernel, index), &entry, sizeof(entry)) != 0)
		kernel_describe(kernel, index, &entry);
}
