/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bpf file system and what xbeat pins there: /sys/fs/bpf/xbeat/NAME/, NAME being the daemon
 * name. */
#ifndef XBEAT_KERNEL_SYSTEM_BPFFS_H
#define XBEAT_KERNEL_SYSTEM_BPFFS_H

#include <stdbool.h>
#include <stddef.h>

#define BPFFS_ROOT "/sys/fs/bpf"
#define BPFFS_XBEAT BPFFS_ROOT "/xbeat"
#define BPFFS_PATH_BYTES 128
#define BPFFS_MOUNT_COMMAND "mount -t bpf -o mode=0700 bpf " BPFFS_ROOT

/* Mounts the file system and makes the daemon's directory, if they are missing. Refuses what does
 * not belong to root or to this user, or what others can write.
 * Returns 0 or a negative errno, which is logged; -ENODEV: there is no such file system. */
int bpffs_prepare(const char *daemon_name);

/* Whether pins survive when all processes of this container end at once: if the file system is also
 * the machine's, outside of it. may_mount: a process in the container could have mounted it. */
bool bpffs_outlives_container(bool may_mount);

/* Writes the path of a pin; dots become colons, because bpffs refuses dots. */
void bpffs_path(char path[static BPFFS_PATH_BYTES], const char *daemon_name, const char *prefix,
		const char *name);

/* Pins fd at path; replaces an earlier pin in one step. Returns 0 or a negative errno. */
int bpffs_pin(int fd, const char *path);

/* Removes each pin whose name begins with prefix and for which keep returns false (NULL: all of
 * them). */
void bpffs_unpin(const char *daemon_name, const char *prefix,
		 bool (*keep)(const void *context, const char *name), const void *context);

/* Removes the daemon's directory, and xbeat's if it is empty then. */
void bpffs_remove(const char *daemon_name);

#endif
