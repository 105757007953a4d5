/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The bpf file system and what xbeat pins there: /sys/fs/bpf/xbeat/<instance>/. */
#ifndef XBEAT_KERNEL_BPFFS_H
#define XBEAT_KERNEL_BPFFS_H

#include <stdbool.h>
#include <stddef.h>

#define BPFFS_ROOT "/sys/fs/bpf"
#define BPFFS_XBEAT BPFFS_ROOT "/xbeat"
#define BPFFS_PATH_BYTES 128

/* Makes sure that the file system is mounted and the instance's directory exists.
 * Returns 0 or a negative errno, having said what to do. */
int bpffs_prepare(const char *instance);

/* Writes the path of a pin; dots, which bpffs does not take, become colons. */
void bpffs_path(char path[static BPFFS_PATH_BYTES], const char *instance, const char *prefix,
		const char *name);

/* Pins fd at path, in one step over whatever was pinned there. Returns 0 or a negative errno. */
int bpffs_pin(int fd, const char *path);

/* Removes each pin of the instance whose name begins with prefix and for which keep (NULL: none is
 * kept) returns false. */
void bpffs_unpin(const char *instance, const char *prefix,
		 bool (*keep)(const void *context, const char *name), const void *context);

/* Removes the instance's directory, and xbeat's if it was the last one. */
void bpffs_remove(const char *instance);

#endif
