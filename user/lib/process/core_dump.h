/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Keeps keys and passwords out of core dumps. A dump has the stacks and what is static, so that it
 * shows where a program was, but not the heap: each text of a configuration has been there.
 */
#ifndef XBEAT_LIB_PROCESS_CORE_DUMP_H
#define XBEAT_LIB_PROCESS_CORE_DUMP_H

#include <stddef.h>

/* Leaves the pages out that some of these bytes are in (MADV_DONTDUMP). */
void core_dump_exclude(const void *start, size_t bytes);

/* Leaves out the heap as far as it is in use or was: call it again after there may be more secrets in
 * it. Takes some hundred microseconds. */
void core_dump_exclude_heap(void);

/* Overwrites what calls that have returned have left on this thread's stack. */
void core_dump_clear_stack(void);

#endif
