/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See account.h. */
#include "user/lib/account.h"
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

/* A later source of nsswitch.conf may have hidden that the first one could not be read. */
static int check_descriptors(void)
{
	int fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd < 0)
		return errno == EMFILE || errno == ENFILE ? -errno : -ENOENT;
	close(fd);
	return -ENOENT;
}

/* The errno of a lookup that found nothing; 0 and ENOENT, ESRCH, EBADF, EPERM: as in getpwnam(3). */
static int reason(int error)
{
	switch (error) {
	case 0:
	case ENOENT:
	case ESRCH:
	case EBADF:
	case EPERM:
		return check_descriptors();
	default:
		return -error;
	}
}

int account_user(const char *name, const struct passwd **found)
{
	errno = 0;
	*found = getpwnam(name);
	return *found ? 0 : reason(errno);
}

int account_uid(uid_t uid, const struct passwd **found)
{
	errno = 0;
	*found = getpwuid(uid);
	return *found ? 0 : reason(errno);
}

int account_group(const char *name, const struct group **found)
{
	errno = 0;
	*found = getgrnam(name);
	return *found ? 0 : reason(errno);
}

bool account_lacks_resources(int error)
{
	return error == -EMFILE || error == -ENFILE || error == -ENOMEM;
}
