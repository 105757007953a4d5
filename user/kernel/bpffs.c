/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts bpffs where it is missing, as iproute2 does; replaces pins by rename, without a gap. See
 * bpffs.h. */
#include "user/kernel/bpffs.h"
#include "user/lib/log.h"
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

static bool is_mounted(void)
{
	struct statfs status;

	return statfs(BPFFS_ROOT, &status) == 0 && status.f_type == BPF_FS_MAGIC;
}

static int make_directory(const char *path)
{
	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return 0;
	log_error("cannot make %s: %s", path, strerror(errno));
	return -errno;
}

int bpffs_prepare(const char *daemon_name)
{
	char path[BPFFS_PATH_BYTES];
	int error;

	if (!is_mounted() && mount("bpf", BPFFS_ROOT, "bpf", 0, "mode=0700") < 0) {
		error = -errno;
		log_error("no bpf file system at " BPFFS_ROOT
			  " and it cannot be mounted (%s): run \"mount -t bpf bpf " BPFFS_ROOT
			  "\" as root",
			  strerror(-error));
		return error;
	}
	error = make_directory(BPFFS_XBEAT);
	if (error)
		return error;
	snprintf(path, sizeof(path), BPFFS_XBEAT "/%s", daemon_name);
	return make_directory(path);
}

void bpffs_path(char path[static BPFFS_PATH_BYTES], const char *daemon_name, const char *prefix,
		const char *name)
{
	size_t start = (size_t)snprintf(path, BPFFS_PATH_BYTES, BPFFS_XBEAT "/%s/", daemon_name);

	snprintf(path + start, BPFFS_PATH_BYTES - start, "%s%s", prefix, name);
	for (char *dot = path + start; (dot = strchr(dot, '.'));)
		*dot = ':';
}

int bpffs_pin(int fd, const char *path)
{
	char temporary[BPFFS_PATH_BYTES + 4];
	int error;

	snprintf(temporary, sizeof(temporary), "%s_new", path);
	unlink(temporary);
	error = bpf_obj_pin(fd, temporary);
	if (error)
		return error < 0 ? error : -errno;
	if (rename(temporary, path) < 0) {
		error = -errno;
		unlink(temporary);
		return error;
	}
	return 0;
}

void bpffs_unpin(const char *daemon_name, const char *prefix,
		 bool (*keep)(const void *context, const char *name), const void *context)
{
	char path[BPFFS_PATH_BYTES];
	struct dirent *entry;
	DIR *directory;

	snprintf(path, sizeof(path), BPFFS_XBEAT "/%s", daemon_name);
	directory = opendir(path);
	if (!directory)
		return;
	while ((entry = readdir(directory))) {
		if (entry->d_name[0] == '.' || strncmp(entry->d_name, prefix, strlen(prefix)) != 0)
			continue;
		if (!keep || !keep(context, entry->d_name))
			unlinkat(dirfd(directory), entry->d_name, 0);
	}
	closedir(directory);
}

void bpffs_remove(const char *daemon_name)
{
	char path[BPFFS_PATH_BYTES];

	bpffs_unpin(daemon_name, "", NULL, NULL);
	snprintf(path, sizeof(path), BPFFS_XBEAT "/%s", daemon_name);
	rmdir(path);
	rmdir(BPFFS_XBEAT);
}
