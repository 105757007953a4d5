/* SPDX-License-Identifier: GPL-2.0-only */
/* Memory read as words, whatever struct it holds: for hashing, summing and comparing. may_alias
 * keeps the compiler from moving such a read before a store to the struct's field. */
#ifndef BPF_BASE_WORD_H
#define BPF_BASE_WORD_H

#include <vmlinux.h>

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "SipHash and IPv4-mapped addresses are read as little-endian words here"
#endif

typedef __u64 __attribute__((__may_alias__)) word64;
typedef __u32 __attribute__((__may_alias__)) word32;
typedef __u16 __attribute__((__may_alias__)) word16;

/* One load, not repeated or torn by the compiler, of what another processor may write. */
#define READ_ONCE(x) (*(const volatile typeof(x) *)&(x))

/* One store, in order with other volatile accesses and calls. */
#define WRITE_ONCE(x, value) (*(volatile typeof(x) *)&(x) = (value))

#endif
