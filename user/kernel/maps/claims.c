/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The daemon's half of closing (claims.h). closed_bits and revoked_bits are one word of xb_self,
 * which self.c changes:
 *
 * - The kernel side sets bits of revoked_bits at any time, also for an instance that is no longer
 *   closed. The daemon clears one only where a claim begins or ends.
 * - kernel_open() succeeds only from a word in which none of its bits is revoked. A revocation
 *   comes before, and opening fails; or after, and then the answer says Active, as the daemon has
 *   described it before it opens.
 */
#include "user/kernel/maps/claims.h"
#include "user/kernel/kernel.h"
#include "user/kernel/maps/guards.h"
#include "user/kernel/maps/self.h"

int kernel_close(struct kernel *kernel, uint16_t bits, uint64_t claim_until_ns)
{
	for (size_t i = 0; i < XB_INSTANCES_MAX; i++)
		if (bits >> i & 1)
			__atomic_store_n(&kernel->self->claim_until_ns[i], claim_until_ns,
					 __ATOMIC_SEQ_CST);
	kernel_self_close(kernel, bits);
	kernel_self_start_fencing(kernel);
	if (!claim_until_ns)
		return 0;
	kernel_guard_lower_due(kernel, claim_until_ns);
	return kernel_guard_arm_timer(kernel);
}

static bool is_over(const struct kernel *kernel, uint16_t bits, uint64_t now_ns)
{
	for (size_t i = 0; i < XB_INSTANCES_MAX; i++)
		if (bits >> i & 1 && kernel->self->claim_until_ns[i] <= now_ns)
			return true;
	return false;
}

bool kernel_open(struct kernel *kernel, uint16_t bits, uint64_t now_ns)
{
	if (is_over(kernel, bits, now_ns) || !kernel_self_open(kernel, bits))
		return false;
	kernel_guard_stop_filtering(kernel);
	return true;
}

bool kernel_is_revoked(const struct kernel *kernel, uint16_t bits)
{
	return kernel_self_revoked(kernel) & bits;
}

void kernel_end_closing(struct kernel *kernel, uint16_t bits)
{
	kernel_self_clear_closed(kernel, bits);
	kernel_guard_stop_filtering(kernel);
}

void kernel_set_claim_group(struct kernel *kernel, size_t instance_index, uint16_t bits)
{
	__atomic_store_n(&kernel->self->claim_group_bits[instance_index], bits, __ATOMIC_SEQ_CST);
}
