/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lock of a slot: a sequence that is odd while a processor writes, which
 * user space reads like a seqlock through its memory map. (A bpf_spin_lock
 * cannot be in a map that user space maps.)
 */
#ifndef BPF_SLOT_LOCK_H
#define BPF_SLOT_LOCK_H

#include "word.h"

#include <bpf/bpf_helpers.h>

/* A holder writes for some 50 ns. Only one whose processor the hypervisor took away keeps
 * the lock for longer, and for that nobody waits. */
#define SLOT_LOCK_TRIES 64

/* Returns whether the lock was taken. */
static __always_inline bool slot_lock(__u32 *sequence)
{
	for (int i = 0; i < SLOT_LOCK_TRIES; i++) {
		__u32 seen = READ_ONCE(*sequence);

		if (!(seen & 1) && __sync_val_compare_and_swap(sequence, seen, seen + 1) == seen)
			return true;
	}
	return false;
}

/* The form that fetches: only that one is a full barrier on every architecture. */
static __always_inline void slot_unlock(__u32 *sequence)
{
	__u32 fetched = __sync_fetch_and_add(sequence, 1);

	asm volatile("" ::"r"(fetched) : "memory");
}

#endif
