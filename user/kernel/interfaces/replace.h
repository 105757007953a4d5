/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Replaces the programs on all interfaces, so that no packet passes between: at a reload
 * (load/next.h), and for a capture (load/capture.h). */
#ifndef XBEAT_KERNEL_INTERFACES_REPLACE_H
#define XBEAT_KERNEL_INTERFACES_REPLACE_H

#include "user/kernel/kernel.h"

/* Puts the programs of kernel->program_fds, which it sets again, in the place of old_fds. *count:
 * on how many attachments. Returns 0 or a negative errno, which is logged. */
int kernel_replace_programs(struct kernel *kernel, const int old_fds[static KERNEL_PROGRAMS],
			    size_t *count);

/* Likewise on the first count attachments, after a failure: old_fds are those that were to be. */
void kernel_put_programs_back(struct kernel *kernel, const int old_fds[static KERNEL_PROGRAMS],
			      size_t count);

#endif
