/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Mounts bpffs where it is missing, as iproute2 does; replaces pins by rename, without a gap. See
 * bpffs.h. */
#include "user/kernel/system/bpffs.h"
#include "user/lib/cleanup.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>
#include <unistd.h>

/* Fixed in the kernel (PROC_PID_INIT_INO). */
#define FIRST_PID_NAMESPACE 0xeffffffcU

static bool is_mounted(void)
{
	struct statfs status;

	return statfs(BPFFS_ROOT, &status) == 0 && status.f_type == BPF_FS_MAGIC;
}

/* Who may write to a directory can put other maps in the place of ours, whose fences would then be
 * believed; a sticky bit still lets them come first. */
static int check_owner(const char *path)
{
	struct stat status;

	if (lstat(path, &status) < 0)
		return -errno;
	if (!S_ISDIR(status.st_mode))
		log_error("%s is not a directory: remove it, then start xbeatd again", path);
	else if (status.st_uid && status.st_uid != geteuid())
		log_error(
			"%s belongs to user %u, who could replace the pins of xbeatd: run \"chown root %s\", or remove it, then start xbeatd again",
			path, status.st_uid, path);
	else if (status.st_mode & (S_IWGRP | S_IWOTH))
		log_error(
			"%s can be written by others (mode %04o), who could replace the pins of xbeatd: run \"chmod 0700 %s\", then start xbeatd again",
			path, status.st_mode & 07777, path);
	else
		return 0;
	return -EPERM;
}

static int make_directory(const char *path)
{
	int error;

	if (mkdir(path, 0700) == 0 || errno == EEXIST)
		return check_owner(path);
	error = -errno;
	if (error == -EACCES && geteuid())
		log_error(
			"cannot make %s: %s: make it as root for the user of xbeatd: chmod 0711 " BPFFS_ROOT
			"; install -d -m 0700 -o %u " BPFFS_XBEAT,
			path, limits_strerror(-error), geteuid());
	else
		log_error("cannot make %s: %s", path, limits_strerror(-error));
	return error;
}

static int mount_if_missing(void)
{
	if (is_mounted() || mount("bpf", BPFFS_ROOT, "bpf", 0, "mode=0700") == 0)
		return 0;
	log_warning(
		"no bpf file system at " BPFFS_ROOT
		" and it cannot be mounted (%s), so nothing is pinned: run \"" BPFFS_MOUNT_COMMAND
		"\" as root, before xbeatd starts",
		limits_strerror(errno));
	return -ENODEV;
}

int bpffs_prepare(const char *daemon_name)
{
	char path[BPFFS_PATH_BYTES];
	int error = mount_if_missing();

	if (!error)
		error = check_owner(BPFFS_ROOT);
	if (!error)
		error = make_directory(BPFFS_XBEAT);
	if (error)
		return error;
	snprintf(path, sizeof(path), BPFFS_XBEAT "/%s", daemon_name);
	return make_directory(path);
}

/* Whether the machine's init has mounted this device, at any place. */
static bool is_mounted_by_init(dev_t device)
{
	_cleanup_fclose_ FILE *file = fopen("/proc/1/mountinfo", "re");
	unsigned major_number, minor_number;
	char line[4096];

	while (file && fgets(line, sizeof(line), file))
		if (sscanf(line, "%*u %*u %u:%u", &major_number, &minor_number) == 2 &&
		    makedev(major_number, minor_number) == device)
			return true;
	return false;
}

/* Process 1 is the machine's in the first PID namespace only. In another one, a file system that no
 * process of the container could mount comes from outside; of any other nothing is known. */
bool bpffs_outlives_container(bool may_mount)
{
	struct stat root, namespace;

	if (stat(BPFFS_ROOT, &root) || stat("/proc/self/ns/pid", &namespace))
		return false;
	if (namespace.st_ino == FIRST_PID_NAMESPACE)
		return is_mounted_by_init(root.st_dev);
	return !may_mount;
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

/* Only on a bpf file system, and not through a link: whatever is in it may be removed. */
static DIR *open_directory(const char *daemon_name)
{
	char path[BPFFS_PATH_BYTES];
	struct statfs status;
	DIR *directory = NULL;
	int fd;

	snprintf(path, sizeof(path), BPFFS_XBEAT "/%s", daemon_name);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && fstatfs(fd, &status) == 0 && status.f_type == BPF_FS_MAGIC)
		directory = fdopendir(fd);
	if (fd >= 0 && !directory)
		close(fd);
	return directory;
}

void bpffs_unpin(const char *daemon_name, const char *prefix,
		 bool (*keep)(const void *context, const char *name), const void *context)
{
	DIR *directory = open_directory(daemon_name);
	struct dirent *entry;

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
