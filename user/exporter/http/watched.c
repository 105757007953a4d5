/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files that change; see watched.h. */
#include "user/exporter/http/watched.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <sys/stat.h>

bool watched_changed(struct watched *watched)
{
	uint64_t now_ns = clock_now_ns(), modified_ns;
	struct stat status;

	if (!watched->path ||
	    (watched->checked_ns && time_since_ns(now_ns, watched->checked_ns) < NS_PER_SECOND))
		return false;
	watched->checked_ns = now_ns;
	if (stat(watched->path, &status))
		return false;
	modified_ns =
		(uint64_t)status.st_mtim.tv_sec * NS_PER_SECOND + (uint64_t)status.st_mtim.tv_nsec;
	if (modified_ns == watched->modified_ns && status.st_ino == watched->inode &&
	    status.st_size == watched->bytes)
		return false;
	watched->modified_ns = modified_ns;
	watched->inode = status.st_ino;
	watched->bytes = status.st_size;
	return true;
}

int watched_check(const struct watched *watched)
{
	struct stat status;
	int error = stat(watched->path, &status) ? -errno : 0;

	if (error)
		log_error("cannot read %s: %s", watched->path, limits_strerror(-error));
	else if (!S_ISREG(status.st_mode))
		log_error("cannot read %s: it is not a regular file", watched->path);
	else if (status.st_mode & S_IWOTH)
		log_error(
			"%s is not used: every user of this machine can change it (mode %04o); run chmod o-w %s, and check what it has",
			watched->path, status.st_mode & 07777u, watched->path);
	else
		return 0;
	return error ? error : -EINVAL;
}
