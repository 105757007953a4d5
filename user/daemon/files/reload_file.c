/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See reload_file.h. */
#include "user/daemon/files/reload_file.h"
#include "user/lib/files/trust.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xbeat/paths.h>

bool reload_file_show(const char *path)
{
	char culprit[PATH_MAX];
	int fd;

	if (!path)
		return false;
	if (!trust_directories(path, geteuid(), culprit)) {
		log_warning("reload: reload_file %s not written: other users can change %s", path,
			    culprit);
		return false;
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	if (fd < 0) {
		log_warning("reload: cannot write reload_file %s: %s", path,
			    limits_strerror(errno));
		return false;
	}
	close(fd);
	return true;
}

char *reload_file_path(const struct config *config, const char *daemon_name)
{
	const char *path = config->reload_file;
	char *own = NULL;

	if (!path || *path)
		return path ? strdup(path) : NULL;
	if (asprintf(&own, XB_RUN_DIRECTORY "/%s.reload", daemon_name) < 0)
		return NULL;
	return own;
}
