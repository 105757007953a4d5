/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Files with the process id; see pid_files.h. */
#include "user/daemon/start/pid_files.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY "/run/keepalived"

/*
 * As keepalived 2.2.7: in its directory if there can be several, below it if their namespaces
 * distinguish them. (keepalived mounts that directory on the upper one for itself.)
 */
static void choose_default(char path[static PATH_MAX], const char *name,
			   const struct config *config, const char *net_namespace)
{
	const char *instance = config->daemon_instance;
	bool several = net_namespace || instance || config->pid_directory;

	snprintf(path, PATH_MAX, "%s%s%s/%s%s%s.pid", several ? DIRECTORY : "/run",
		 net_namespace ? "/" : "", net_namespace ? net_namespace : "", name,
		 instance ? "_" : "", instance ? instance : "");
}

void pid_files_choose(struct pid_files *files, const struct options *options,
		      const struct config *config, const char *net_namespace)
{
	static const char *const names[OPTIONS_PID_FILES] = {"keepalived", "vrrp"};

	for (size_t i = 0; i < OPTIONS_PID_FILES; i++) {
		const char *given = options->pid_files[i];

		files->files[i].required = given != NULL;
		if (given)
			snprintf(files->files[i].path, PATH_MAX, "%s", given);
		else if (options->keepalived)
			choose_default(files->files[i].path, names[i], config, net_namespace);
	}
}

/* Returns a descriptor of a regular file, or a negative errno. */
static int open_regular(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0644);
	struct stat status;

	if (fd < 0)
		return -errno;
	if (!fstat(fd, &status) && S_ISREG(status.st_mode))
		return fd;
	close(fd);
	return -EINVAL;
}

/* Makes the path absolute, because xbeatd leaves its directory. */
static int write_file(char path[static PATH_MAX])
{
	int fd = open_regular(path, O_WRONLY | O_CREAT), error = 0;
	char absolute[PATH_MAX];

	if (fd < 0)
		return fd;
	if (ftruncate(fd, 0) || dprintf(fd, "%d\n", (int)getpid()) < 0)
		error = -errno;
	close(fd);
	if (realpath(path, absolute))
		memcpy(path, absolute, PATH_MAX);
	return error;
}

/* Those of keepalived's directory alone. */
static void make_directories(const char *path)
{
	size_t length = strlen(DIRECTORY);
	char directory[PATH_MAX];

	if (strncmp(path, DIRECTORY "/", length + 1) != 0)
		return;
	mkdir(DIRECTORY, 0755);
	snprintf(directory, sizeof(directory), "%s", path);
	*strrchr(directory, '/') = '\0';
	mkdir(directory, 0755);
}

int pid_files_write(struct pid_files *files)
{
	for (size_t i = 0; i < OPTIONS_PID_FILES; i++) {
		char *path = files->files[i].path;
		bool required = files->files[i].required;
		int error;

		if (!required)
			make_directories(path);
		error = *path ? write_file(path) : 0;
		if (!error)
			continue;
		log_message(required ? LOG_ERR : LOG_WARNING,
			    "cannot write the process id into %s: %s", path,
			    limits_strerror(-error));
		if (required)
			return error;
	}
	return 0;
}

static void remove_file(const char *path)
{
	char text[16] = "";
	int fd = open_regular(path, O_RDONLY);

	if (fd < 0)
		return;
	if (read(fd, text, sizeof(text) - 1) > 0 && atoi(text) == (int)getpid())
		unlink(path);
	close(fd);
}

void pid_files_remove(const struct pid_files *files)
{
	for (size_t i = 0; i < OPTIONS_PID_FILES; i++)
		if (files->files[i].path[0])
			remove_file(files->files[i].path);
}
