/* SPDX-License-Identifier: GPL-2.0-only */
/* The lock of a slot: a sequence number that is odd while a processor writes. User space reads
 * slots like a seqlock through its memory map. (A map that user space maps cannot hold a
 * bpf_spin_lock.) */
#ifndef BPF_BASE_SLOT_LOCK_H
#define BPF_BASE_SLOT_LOCK_H

#include "bpf/base/word.h"

#include <bpf/bpf_helpers.h>

/* A holder writes for about 50 ns. It takes longer only if the hypervisor takes its processor
 * away, and that is not waited for. */
#define SLOT_LOCK_TRIES 64

static __always_inline bool slot_lock_try(__u32 *sequence)
{
	__u32 seen = READ_ONCE(*sequence);

	return !(seen & 1) && __sync_val_compare_and_swap(sequence, seen, seen + 1) == seen;
}

/* Not static, so that the verifier checks the loop once, not for each path to a lock. */
__noinline bool slot_lock_wait(__u32 *sequence)
{
	if (!sequence)
		return false;
	for (int i = 0; i < SLOT_LOCK_TRIES; i++) {
		if (slot_lock_try(sequence))
			return true;
	}
	return false;
}

/* Returns whether the lock was taken. */
static __always_inline bool slot_lock(__u32 *sequence)
{
	return slot_lock_try(sequence) || slot_lock_wait(sequence);
}

/* The fetching form: only it is a full barrier on every architecture. */
static __always_inline void slot_unlock(__u32 *sequence)
{
	__u32 fetched = __sync_fetch_and_add(sequence, 1);

	asm volatile("" ::"r"(fetched) : "memory");
}

#endif
