/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By the system call itself; see signal_action.h. */
#include "user/lib/process/signal_action.h"
#include <sys/syscall.h>
#include <unistd.h>

#define SET_BYTES (_NSIG / 8) /* of the kernel's sigset_t */

/* The kernel's struct, which begins so where xbeat runs; its other fields are 0. */
struct action {
	sighandler_t handler;
	unsigned long rest[8];
};

void signal_set_action(int number, sighandler_t action)
{
	const struct action set = {.handler = action};

	syscall(SYS_rt_sigaction, number, &set, NULL, (size_t)SET_BYTES);
}
