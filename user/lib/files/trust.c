// SPDX-License-Identifier: GPL-2.0-or-later
/* Walks a path from the root; see trust.h. */
#include "user/lib/files/trust.h"
#include <stdio.h>
#include <string.h>
#include <sys/xattr.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as the kernel */

struct walk {
	uid_t uid;
	bool last_too;
	unsigned link_count;
	char *done; /* the path so far, without links and without a "/" at its end */
	char rest[2 * PATH_MAX];
};

bool trust_status(const struct stat *status, uid_t uid, gid_t gid)
{
	bool sticky = S_ISDIR(status->st_mode) && (status->st_mode & S_ISVTX);

	if (status->st_uid != 0 && status->st_uid != uid)
		return false;
	if (S_ISLNK(status->st_mode) || sticky)
		return true;
	if ((status->st_mode & S_IWGRP) && status->st_gid != 0 && status->st_gid != gid)
		return false;
	return !(status->st_mode & S_IWOTH);
}

/* With an access list the mode's bits of the group are the most that any user in the list has. */
static bool list_lets_others_write(const char *path, const struct stat *status)
{
	return !S_ISLNK(status->st_mode) && (status->st_mode & S_IWGRP) &&
	       !(S_ISDIR(status->st_mode) && (status->st_mode & S_ISVTX)) &&
	       lgetxattr(path, "system.posix_acl_access", NULL, 0) > 0;
}

enum step { STEP_ON, STEP_END, STEP_UNSAFE };

/* Moves the first name of the rest to the end of the path. The kernel may follow a path that is too
 * long here: through links, or from the working directory. */
static enum step take_name(struct walk *walk)
{
	const char *start = walk->rest + strspn(walk->rest, "/");
	size_t length = strcspn(start, "/"), used = strlen(walk->done);

	if (length == 0)
		return STEP_END;
	if (used + length + 2 > PATH_MAX)
		return STEP_UNSAFE;
	snprintf(walk->done + used, PATH_MAX - used, "/%.*s", (int)length, start);
	memmove(walk->rest, start + length, strlen(start + length) + 1);
	return STEP_ON;
}

static void drop_name(struct walk *walk)
{
	char *slash = strrchr(walk->done, '/');

	if (slash)
		*slash = '\0';
}

static enum step follow_link(struct walk *walk)
{
	char target[PATH_MAX], rest[sizeof(walk->rest)];
	ssize_t length = readlink(walk->done, target, sizeof(target) - 1);

	if (length <= 0 || ++walk->link_count > LINKS_MAX)
		return STEP_END;
	target[length] = '\0';
	if (snprintf(rest, sizeof(rest), "%s/%s", target, walk->rest) >= (int)sizeof(rest))
		return STEP_UNSAFE;
	memcpy(walk->rest, rest, sizeof(rest));
	if (*target == '/')
		*walk->done = '\0';
	else
		drop_name(walk);
	return STEP_ON;
}

static bool is_last(const struct walk *walk)
{
	return !walk->rest[strspn(walk->rest, "/")];
}

static bool name_is(const struct walk *walk, const char *name)
{
	return !strcmp(strrchr(walk->done, '/') + 1, name);
}

static enum step take_step(struct walk *walk)
{
	enum step step = take_name(walk);
	struct stat status;

	if (step != STEP_ON)
		return step;
	if (name_is(walk, ".") || name_is(walk, "..")) {
		bool up = name_is(walk, "..");

		drop_name(walk);
		if (up)
			drop_name(walk);
		return STEP_ON;
	}
	if (lstat(walk->done, &status))
		return STEP_END;
	if (!walk->last_too && is_last(walk) && !S_ISLNK(status.st_mode))
		return STEP_END;
	if (!trust_status(&status, walk->uid, 0) || list_lets_others_write(walk->done, &status))
		return STEP_UNSAFE;
	return S_ISLNK(status.st_mode) ? follow_link(walk) : STEP_ON;
}

static bool walk_path(const char *path, uid_t uid, bool last_too, char culprit[static PATH_MAX])
{
	struct walk walk = {.uid = uid, .last_too = last_too, .done = culprit};
	char directory[PATH_MAX] = "";
	struct stat root;
	enum step step;

	strcpy(culprit, "/");
	if (stat("/", &root) || !trust_status(&root, uid, 0))
		return false;
	*culprit = '\0';
	if (*path != '/' && !getcwd(directory, sizeof(directory)))
		return false;
	if (snprintf(walk.rest, sizeof(walk.rest), "%s/%s", directory, path) >=
	    (int)sizeof(walk.rest))
		return false;
	do
		step = take_step(&walk);
	while (step == STEP_ON);
	return step != STEP_UNSAFE;
}

bool trust_path(const char *path, uid_t uid, char culprit[static PATH_MAX])
{
	return walk_path(path, uid, true, culprit);
}

bool trust_directories(const char *path, uid_t uid, char culprit[static PATH_MAX])
{
	return walk_path(path, uid, false, culprit);
}
