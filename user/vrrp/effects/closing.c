/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Closes and opens the addresses of instances; see closing.h. */
#include "user/vrrp/effects/closing.h"
#include "user/kernel/maps/claims.h"
#include "user/lib/clock.h"
#include "user/vrrp/effects/guard.h"
#include "user/vrrp/state/handover.h"
#include "user/vrrp/state/instance.h"

static uint16_t bit_of(const struct instance *instance)
{
	return (uint16_t)(1U << instance->self_slot);
}

static uint16_t bits_of(struct instance *const *list, size_t count)
{
	uint16_t bits = 0;

	for (size_t i = 0; i < count; i++)
		bits |= bit_of(list[i]);
	return bits;
}

static struct kernel *kernel_of(const struct instance *instance)
{
	return instance->guard->kernel;
}

bool instance_can_close(const struct instance *instance)
{
	return instance->self_slot >= 0 && instance_can_be_guarded(instance);
}

void instances_close(struct instance *const *list, size_t count)
{
	uint16_t bits = 0;

	for (size_t i = 0; i < count; i++) {
		if (!instance_can_close(list[i]))
			continue;
		bits |= bit_of(list[i]);
		list[i]->handover->closed = true;
	}
	if (bits)
		kernel_close(kernel_of(list[0]), bits, 0);
}

void instances_close_active(const struct instances *instances)
{
	for (size_t i = 0; i < instances->count; i++)
		if (instances->list[i]->vrrp.state == XB_INSTANCE_ACTIVE)
			instances_close(&instances->list[i], 1);
}

int instances_close_for_claim(struct instance *const *list, size_t count, uint64_t until_ns)
{
	for (size_t i = 0; i < count; i++)
		list[i]->handover->closed = true;
	return kernel_close(kernel_of(list[0]), bits_of(list, count), until_ns);
}

bool instances_open(struct instance *const *list, size_t count)
{
	if (!kernel_open(kernel_of(list[0]), bits_of(list, count), clock_now_ns()))
		return false;
	for (size_t i = 0; i < count; i++)
		list[i]->handover->closed = false;
	return true;
}

void instance_end_closing(struct instance *instance)
{
	if (instance->handover->closed)
		kernel_end_closing(kernel_of(instance), bit_of(instance));
	instance->handover->closed = false;
}
