/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock of a slot: a sequence that is odd while a processor writes, which
 * user space reads like a seqlock through its memory map. (A bpf_spin_lock
 * cannot be in a map that user space maps.)
 */
#ifndef BPF_BASE_SLOT_LOCK_H
#define BPF_BASE_SLOT_LOCK_H

#include "bpf/base/word.h"

#include <bpf/bpf_helpers.h>

/* A holder writes for some 50 ns. Only one whose processor the hypervisor took away keeps
 * the lock for longer, and for that nobody waits. */
#define SLOT_LOCK_TRIES 64

static __always_inline bool slot_lock_try(__u32 *sequence)
{
	__u32 seen = READ_ONCE(*sequence);

	return !(seen & 1) && __sync_val_compare_and_swap(sequence, seen, seen + 1) == seen;
}

/* Not static: the verifier looks at the loop once, and not for each way that leads to a lock. */
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

/* The form that fetches: only that one is a full barrier on every architecture. */
static __always_inline void slot_unlock(__u32 *sequence)
{
	__u32 fetched = __sync_fetch_and_add(sequence, 1);

	asm volatile("" ::"r"(fetched) : "memory");
}

#endif
