/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The lock file. flock(2) needs no more than a descriptor, so the file is readable by its owner
 * alone: otherwise any user could keep a crashed daemon from starting again.
 */
#include "user/daemon/start/lock.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/time.h"
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>
#include <xbeat/paths.h>

#define WAIT_NS NS_PER_SECOND
#define RETRY_US 10000
#define OTHERS 077

static bool is_trusted(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

/* Who can write the directory can replace lock and socket. */
int lock_check_directory(void)
{
	int error = mkdir(XB_RUN_DIRECTORY, 0755) ? errno : 0;
	struct stat status;

	if (error && error != EEXIST) {
		log_error(
			"cannot create " XB_RUN_DIRECTORY
			": %s; make it before the start: install -d -m 755 -o %u " XB_RUN_DIRECTORY,
			limits_strerror(error), geteuid());
		return -error;
	}
	if (lstat(XB_RUN_DIRECTORY, &status))
		return -errno;
	if (S_ISDIR(status.st_mode) && is_trusted(status.st_uid) && !(status.st_mode & 022))
		return 0;
	log_error(
		"%s is not a directory that only root can write (owner %u, mode %04o); remove it, or: chown root %s; chmod 0755 %s",
		XB_RUN_DIRECTORY, status.st_uid, status.st_mode & 07777, XB_RUN_DIRECTORY,
		XB_RUN_DIRECTORY);
	return -EPERM;
}

static int open_file(const char *path)
{
	struct stat status;
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0600);

	if (fd < 0 && errno == EACCES) {
		log_error(
			"cannot open %s: %s; make the directory this user's, as root: install -d -m 755 -o %u " XB_RUN_DIRECTORY,
			path, limits_strerror(EACCES), geteuid());
		return -EACCES;
	}
	if (fd < 0 || fstat(fd, &status)) {
		log_error("cannot open %s: %s", path, limits_strerror(errno));
		return -errno;
	}
	if (S_ISREG(status.st_mode) && is_trusted(status.st_uid))
		return fd;
	log_error("%s is not a file of root (owner %u); remove it", path, status.st_uid);
	close(fd);
	return -EPERM;
}

/* The pid in a line of /proc/locks about this file; 0: none. */
static int locking_pid(const char *line, const struct stat *file)
{
	unsigned major_number, minor_number;
	unsigned long inode;
	int pid;

	if (sscanf(line, "%*d: FLOCK %*s %*s %d %x:%x:%lu", &pid, &major_number, &minor_number,
		   &inode) != 4)
		return 0;
	return inode == file->st_ino && major_number == major(file->st_dev) &&
			       minor_number == minor(file->st_dev)
		       ? pid
		       : 0;
}

/* The process that holds the lock; 0: unknown, for example in another container. */
static int find_holder(int fd)
{
	_cleanup_fclose_ FILE *locks = fopen("/proc/locks", "re");
	char line[256];
	struct stat file = {0};
	int pid = 0;

	fstat(fd, &file);
	while (locks && !pid && fgets(line, sizeof(line), locks))
		pid = locking_pid(line, &file);
	return pid > 0 ? pid : 0;
}

/* Whether a process runs and its real user is trusted. */
static bool is_trusted_process(int pid)
{
	char path[32], line[128];
	unsigned uid = 0;
	bool found = false;

	snprintf(path, sizeof(path), "/proc/%d/status", pid);
	_cleanup_fclose_ FILE *file = fopen(path, "re");
	if (!file)
		return false;
	while (!found && fgets(line, sizeof(line), file))
		found = sscanf(line, "Uid: %u", &uid) == 1;
	return found && is_trusted(uid);
}

/* Returns 0 or a negative errno. */
static int wait_for(int fd, uint64_t until_ns)
{
	while (flock(fd, LOCK_EX | LOCK_NB)) {
		if (time_reached(clock_now_ns(), until_ns))
			return -errno;
		usleep(RETRY_US);
	}
	return 0;
}

/*
 * Whether users may hold the lock: they can open the file, as older versions made it. holder: 0 if
 * this process has it, or if it is unknown.
 */
static bool is_exposed(const struct stat *status, bool locked, int holder)
{
	return (status->st_mode & OTHERS) && (locked || (holder && !is_trusted_process(holder)));
}

/* Whether the path still leads to this file: another start may have replaced it. */
static bool is_at(const char *path, const struct stat *file)
{
	struct stat now;

	return !lstat(path, &now) && now.st_dev == file->st_dev && now.st_ino == file->st_ino;
}

static void write_pid(int fd, const char *path)
{
	char pid[16];
	int length = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());

	if (ftruncate(fd, 0) || pwrite(fd, pid, (size_t)length, 0) != length)
		log_warning("cannot write %s: %s", path, limits_strerror(errno));
}

static int refuse(int fd, int holder, const char *daemon_name)
{
	char pid[16] = "";

	if (holder)
		snprintf(pid, sizeof(pid), "%d", holder);
	else if (pread(fd, pid, sizeof(pid) - 1, 0) > 0)
		pid[strcspn(pid, "\n")] = '\0';
	log_error(
		"daemon \"%s\" is already running (pid %s): stop it first, or give this one another name with --daemon-name",
		daemon_name, pid[0] ? pid : "unknown");
	return -EALREADY;
}

/* Returns 0 with *lock, -EAGAIN if the file has been replaced, or a negative errno. */
static int attempt(const char *path, const char *daemon_name, uint64_t until_ns, int *lock)
{
	_cleanup_close_ int fd = open_file(path);
	struct stat status;
	bool locked;
	int holder;

	if (fd < 0)
		return fd;
	locked = !wait_for(fd, until_ns);
	holder = locked ? 0 : find_holder(fd);
	if (fstat(fd, &status))
		return -errno;
	if (!is_at(path, &status)) /* its last owner has removed it */
		return -EAGAIN;
	if (is_exposed(&status, locked, holder))
		return unlink(path) ? -errno : -EAGAIN;
	if (!locked)
		return refuse(fd, holder, daemon_name);
	write_pid(fd, path);
	*lock = fd;
	fd = -1;
	return 0;
}

int lock_take(const char *daemon_name)
{
	uint64_t until_ns = clock_now_ns() + WAIT_NS;
	char path[108];
	int error = lock_check_directory(), lock = -1;

	if (error)
		return error;
	snprintf(path, sizeof(path), XB_PID_FILE, daemon_name);
	do {
		error = attempt(path, daemon_name, until_ns, &lock);
	} while (error == -EAGAIN);
	return error ? error : lock;
}

void lock_adopt(int lock, const char *daemon_name)
{
	char path[108];

	snprintf(path, sizeof(path), XB_PID_FILE, daemon_name);
	write_pid(lock, path);
}

void lock_release(int lock, const char *daemon_name)
{
	char path[108];

	if (lock < 0)
		return;
	snprintf(path, sizeof(path), XB_PID_FILE, daemon_name);
	unlink(path);
	close(lock);
}
