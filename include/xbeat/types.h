/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Integer types of everything that crosses between kernel and user space. BPF code has them from
 * vmlinux.h, user space from the kernel's own header. */
#ifndef XBEAT_TYPES_H
#define XBEAT_TYPES_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/* An IPv4 or IPv6 address in network byte order; IPv4 is mapped: ::ffff:a.b.c.d (RFC 4291
 * section 2.5.5.2). */
struct xb_address {
	__u8 bytes[16];
};

#endif
