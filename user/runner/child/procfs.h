/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads /proc. */
#ifndef XBEAT_RUNNER_CHILD_PROCFS_H
#define XBEAT_RUNNER_CHILD_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROCFS_NAME_BYTES 16 /* the kernel's TASK_COMM_LEN */

/* Calls visit for every process; those that start or end meanwhile may be missed. */
void procfs_each_process(void (*visit)(void *context, pid_t pid), void *context);

/* Reads the short name. Returns success. */
bool procfs_read_name(pid_t pid, char name[static PROCFS_NAME_BYTES]);

/* Reads the arguments, each with its NUL. Returns the number of bytes; 0 without arguments. */
size_t procfs_read_arguments(pid_t pid, char *arguments, size_t bytes);

/*
 * Reads whether it runs, as opposed to waiting to be reaped, and its process group. Returns
 * success.
 */
bool procfs_read_state(pid_t pid, bool *alive, pid_t *group);

/* Returns the number of living processes in a group. */
unsigned procfs_count_group(pid_t group);

#endif
