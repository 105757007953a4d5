/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * FIFOs as keepalived has them: mode 0600, opened for reading, too, so that lines wait in the pipe
 * (64 KiB) until a program reads them. A FIFO that existed before is used as it is, and is not
 * removed; but a script of root does not read one into which others could write.
 */
#include "user/notify/fifo.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/files/trust.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define WARN_SPACING_NS (60 * NS_PER_SECOND)

/* Returns a descriptor or a negative errno: -ENXIO if path is something else. */
static int open_fifo(const char *path)
{
	int fd = open(path, O_RDWR | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);
	struct stat status;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode))
		return fd;
	close(fd);
	return -ENXIO;
}

/* Whether only root and the configured owner own the open FIFO, can write it, and can put another
 * one in its place; if not, culprit is what others can change. */
static bool is_trusted(int fd, const char *path, const struct config_command *owner,
		       char culprit[static PATH_MAX])
{
	struct stat status;

	if (!trust_directories(path, owner->uid, culprit))
		return false;
	snprintf(culprit, PATH_MAX, "%s", path);
	return !fstat(fd, &status) && trust_status(&status, owner->uid, owner->gid);
}

static int judge_and_own(int fd, bool made, const char *path, const struct config_command *script,
			 const struct config_command *owner, char culprit[static PATH_MAX])
{
	if (script->arguments && script->uid == 0 && !is_trusted(fd, path, owner, culprit))
		return -EPERM;
	*culprit = '\0';
	return made && fchown(fd, owner->uid, owner->gid) ? -errno : 0;
}

/* Returns 0, or a negative errno with everything as it was. */
static int make_and_open(struct notify_fifo *fifo, const char *path,
			 const struct config_command *script, const struct config_command *owner,
			 char culprit[static PATH_MAX])
{
	bool made = mkfifo(path, 0600) == 0;
	int fd, error;

	if (!made && errno != EEXIST)
		return -errno;
	fd = open_fifo(path);
	error = fd < 0 ? fd : judge_and_own(fd, made, path, script, owner, culprit);
	if (!error) {
		fifo->fd = fd;
		fifo->made = made;
		return 0;
	}
	if (made)
		unlink(path);
	if (fd >= 0)
		close(fd);
	return error;
}

static void report_unusable(const char *path, int error, const char *culprit)
{
	const char *reason = error == -ENXIO   ? "the path exists and is not a FIFO"
			     : error == -ELOOP ? "the path is a symbolic link"
					       : limits_strerror(-error);

	if (*culprit)
		log_error(
			"refused the notify FIFO %s: its script runs as root, and other users can change %s; make it writable only by root, or name a user for the script; changes are not written to it",
			path, culprit);
	else
		log_error("cannot open the notify FIFO %s: %s; changes are not written to it", path,
			  reason);
}

static void on_script_ended(void *context, const struct runner_result *result)
{
	struct notify_fifo *fifo = context;

	fifo->script = 0;
	if (result->outcome != RUNNER_NOT_STARTED)
		log_warning(
			"the script that reads %s has stopped (%s %d); to start it again, restart xbeatd, or change the script's line and reload",
			fifo->path, result->outcome == RUNNER_SIGNALED ? "signal" : "exit status",
			result->value);
}

bool notify_fifo_open(struct notify_fifo *fifo, struct runner *runner, const char *path,
		      const struct config_command *script, const struct config_command *owner)
{
	const char *const appended[] = {path, NULL};
	const struct runner_job job = {.command = script, .appended = appended};
	_cleanup_free_ char *copy = strdup(path);
	char culprit[PATH_MAX] = "";
	int error = copy ? make_and_open(fifo, path, script, owner, culprit) : -ENOMEM;

	if (error) {
		report_unusable(path, error, culprit);
		return !*culprit;
	}
	fifo->runner = runner;
	fifo->path = copy;
	copy = NULL;
	if (script->arguments)
		fifo->script = runner_run(runner, &job, on_script_ended, fifo);
	return true;
}

void notify_fifo_close(struct notify_fifo *fifo)
{
	if (!fifo->path)
		return;
	runner_cancel(fifo->runner, fifo->script);
	close(fifo->fd);
	if (fifo->made && unlink(fifo->path) && errno != ENOENT)
		log_warning("cannot remove the FIFO %s: %s", fifo->path, limits_strerror(errno));
	free(fifo->path);
	*fifo = (struct notify_fifo){0};
}

static void warn_of_dropped(struct notify_fifo *fifo, int error)
{
	uint64_t now_ns = clock_now_ns();

	fifo->dropped_count++;
	if (fifo->warned_ns && time_since_ns(now_ns, fifo->warned_ns) < WARN_SPACING_NS)
		return;
	log_warning("FIFO %s: %s; %u lines dropped", fifo->path,
		    error == EAGAIN ? "it is full, and no program reads it"
				    : limits_strerror(error),
		    fifo->dropped_count);
	fifo->warned_ns = now_ns;
	fifo->dropped_count = 0;
}

void notify_fifo_write(struct notify_fifo *fifo, const char *line, size_t length)
{
	if (fifo->path && write(fifo->fd, line, length) < 0)
		warn_of_dropped(fifo, errno);
}
