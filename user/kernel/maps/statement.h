/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The statement of this node (core/statement.h) where the kernel side finds it: writes
 * xb_statement, and reads xb_compare. */
#ifndef XBEAT_KERNEL_MAPS_STATEMENT_H
#define XBEAT_KERNEL_MAPS_STATEMENT_H

#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

struct kernel;

/* Publishes a statement of at most XB_PAGES_MAX pages. Returns 0 or a negative errno. */
int kernel_set_statement(struct kernel *kernel, const uint8_t *bytes, size_t length,
			 uint64_t digest);

/* Reads what was refused of a slot of xb_peers: the fields without the lock. Returns 0 or a
 * negative errno. */
int kernel_read_compare(const struct kernel *kernel, uint32_t slot, struct xb_compare *compare);

#endif
