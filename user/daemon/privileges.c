/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Capabilities by libcap-ng; the lock file of the daemon name, which also holds the pid. */
#include "user/daemon/privileges.h"
#include "user/lib/log.h"
#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <xbeat/paths.h>

static const struct {
	unsigned capability;
	const char *name;
} needed[] = {
	{CAP_BPF, "CAP_BPF"},	      {CAP_NET_ADMIN, "CAP_NET_ADMIN"},
	{CAP_NET_RAW, "CAP_NET_RAW"}, {CAP_NET_BIND_SERVICE, "CAP_NET_BIND_SERVICE"},
	{CAP_PERFMON, "CAP_PERFMON"},
};

int privileges_check(void)
{
	char missing[128] = "";

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		size_t length = strlen(missing);

		if (!capng_have_capability(CAPNG_EFFECTIVE, needed[i].capability))
			snprintf(missing + length, sizeof(missing) - length, " %s", needed[i].name);
	}
	if (!missing[0])
		return 0;
	log_error("missing capabilities:%s; run xbeatd as root, or grant them", missing);
	return -EPERM;
}

static int open_lock(const char *daemon_name)
{
	char path[108];
	int fd;

	if (mkdir(XB_RUN_DIRECTORY, 0755) && errno != EEXIST) {
		log_error("cannot create " XB_RUN_DIRECTORY ": %s", strerror(errno));
		return -errno;
	}
	snprintf(path, sizeof(path), XB_PID_FILE, daemon_name);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (fd < 0) {
		log_error("cannot open %s: %s", path, strerror(errno));
		return -errno;
	}
	return fd;
}

/* Whether the file still has its name: its last owner may have removed it. */
static bool is_linked(int fd)
{
	struct stat status;

	return fstat(fd, &status) == 0 && status.st_nlink > 0;
}

int privileges_lock(const char *daemon_name)
{
	char pid[16] = "";
	int fd = open_lock(daemon_name);

	if (fd < 0)
		return fd;
	if (flock(fd, LOCK_EX | LOCK_NB) == 0) {
		if (!is_linked(fd)) {
			close(fd);
			return privileges_lock(daemon_name);
		}
		int length = snprintf(pid, sizeof(pid), "%d\n", (int)getpid());

		if (ftruncate(fd, 0) || write(fd, pid, (size_t)length) != length)
			log_warning("cannot write the pid file of daemon %s: %s", daemon_name,
				    strerror(errno));
		return fd;
	}
	if (read(fd, pid, sizeof(pid) - 1) > 0)
		pid[strcspn(pid, "\n")] = '\0';
	close(fd);
	log_error(
		"daemon \"%s\" is already running (pid %s): stop it first, or give this one another name with -i",
		daemon_name, pid[0] ? pid : "unknown");
	return -EALREADY;
}
