/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What the packets of this node report of an instance: its entry in xb_self. */
#include "user/vrrp/effects/publish.h"
#include "user/config/model/config.h"
#include "user/core/vrrp/vrrp.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/self.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/effects/router.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"
#include <string.h>

/* An offer has the lowest rank: each Backup outranks it. */
static struct xb_instance make_entry(const struct instance *instance)
{
	enum handover_word word = instance->handover->word;
	struct xb_instance entry = {.vrid = instance->config->vrid,
				    .family_flags =
					    instance->config->family | XB_INSTANCE_KNOWS_CLAIMS,
				    .state = (uint8_t)instance->vrrp.state,
				    .priority = instance->vrrp.effective_priority};

	if (word == HANDOVER_OPENS)
		entry.state = XB_INSTANCE_ACTIVE;
	if (entry.state == XB_INSTANCE_ACTIVE && instance_is_guarded(instance))
		entry.family_flags |= XB_INSTANCE_GUARDED;
	if (entry.state == XB_INSTANCE_BACKUP && word == HANDOVER_CLAIMS)
		entry.family_flags |= XB_INSTANCE_CLAIM;
	if (entry.state == XB_INSTANCE_ACTIVE && word == HANDOVER_OFFERS)
		entry.priority = 0;
	return entry;
}

/* Notes the entry if packets do not carry it yet. Returns its bit then, else 0. */
static uint16_t note_change(const struct instance *instance,
			    struct xb_instance entries[XB_INSTANCES_MAX])
{
	const struct kernel *kernel = instance->router->kernel;
	struct xb_instance entry = make_entry(instance);
	int index = instance->self_slot;

	if (!instance->started || index < 0 ||
	    !memcmp(kernel_described(kernel, (size_t)index), &entry, sizeof(entry)))
		return 0;
	entries[index] = entry;
	return (uint16_t)(1U << index);
}

void instances_publish(struct instance *const *list, size_t count)
{
	struct xb_instance entries[XB_INSTANCES_MAX];
	uint16_t bits = 0;

	for (size_t i = 0; i < count; i++) {
		instance_router_update(list[i]);
		bits |= note_change(list[i], entries);
	}
	if (bits)
		kernel_describe_all(list[0]->router->kernel, bits, entries);
}

bool instance_publish(const struct instance *instance)
{
	struct xb_instance entries[XB_INSTANCES_MAX];
	uint16_t bits;

	instance_router_update(instance);
	bits = note_change(instance, entries);
	if (bits)
		kernel_describe_all(instance->router->kernel, bits, entries);
	return bits;
}

void instances_say(struct instance *const *list, size_t count, enum handover_word word)
{
	for (size_t i = 0; i < count; i++)
		list[i]->handover->word = word;
	instances_publish(list, count);
}
