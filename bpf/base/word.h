/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Memory read as words, whatever struct it is: for hashing, summing and
 * comparing. may_alias, or the compiler could move such a read before the
 * store to the struct's field.
 */
#ifndef BPF_BASE_WORD_H
#define BPF_BASE_WORD_H

#include <vmlinux.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "SipHash and IPv4-mapped addresses are read as little-endian words here"
#endif

typedef __u64 __attribute__((__may_alias__)) word64;
typedef __u32 __attribute__((__may_alias__)) word32;
typedef __u16 __attribute__((__may_alias__)) word16;

/* One load, not repeated or torn by the compiler: of what another processor may be writing. */
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))

/* Likewise one store, in the order of other volatile accesses and of calls. */
#define WRITE_ONCE(x, value) (*(volatile typeof(x) *)&(x) = (value))

#endif
