/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reading /proc. */
#ifndef XBEAT_RUNNER_CHILD_PROCFS_H
#define XBEAT_RUNNER_CHILD_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define PROC_NAME_BYTES 16 /* the kernel's TASK_COMM_LEN */

/* Calls visit for every process there is; those that come and go meanwhile may be missed. */
void proc_each(void (*visit)(void *context, pid_t pid), void *context);

/* Reads the short name. Returns success. */
bool proc_read_name(pid_t pid, char name[static PROC_NAME_BYTES]);

/* Reads the arguments, each with its NUL. Returns their bytes, 0 if there are none. */
size_t proc_read_arguments(pid_t pid, char *arguments, size_t bytes);

/* Whether it runs, as opposed to waiting to be reaped; its process group. Returns success. */
bool proc_read_state(pid_t pid, bool *alive, pid_t *group);

/* Returns how many living processes a group has. */
unsigned proc_count_group(pid_t group);

#endif
