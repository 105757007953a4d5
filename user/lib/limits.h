/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Descriptors and memory: their limits, and errors that name them. */
#ifndef XBEAT_LIB_LIMITS_H
#define XBEAT_LIB_LIMITS_H

#include <sys/resource.h>

/*
 * strerror() of an errno (positive), which for descriptors and memory also names the limit that is
 * exhausted and what raises it. Valid until the next call in this thread.
 */
const char *limits_strerror(int error);

/* Logs that memory is exhausted, and aborts. */
void limits_out_of_memory(void) __attribute__((noreturn));

/* Raises the limit of descriptors of this process to the hard one. */
void limits_raise_descriptors(void);

#endif
