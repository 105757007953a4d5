/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Lets the kernel side notice the daemon's death (bpf/guard/daemon_exit.h): the program that sees
 * processes exit, and the process that it waits for.
 */
#ifndef XBEAT_KERNEL_LOAD_DAEMON_EXIT_H
#define XBEAT_KERNEL_LOAD_DAEMON_EXIT_H

#include "user/kernel/kernel.h"

/* Names the process that is the daemon: if it exits, its addresses are fenced after
 * restart_grace_ns. pid 0: none; the daemon stops cleanly. Returns 0, or a negative errno if its
 * death cannot be noticed here. */
int kernel_watch_daemon(struct kernel *kernel, uint32_t pid, uint64_t restart_grace_ns);

#endif
