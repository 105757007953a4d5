/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files with a number in them, watched by inotify(7) on their directories, so that one that is made,
 * replaced by a rename or removed is seen. As in keepalived: a file that is not there, or begins with no
 * number, counts as 0; a number that does not fit 32 bits is ignored.
 *
 * A directory that is not there is looked for once a second. An empty file may be one that is just being
 * written, so it is looked at again before it counts as 0.
 */
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/runner/child/side.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_EVENTS                                                                           \
	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |   \
	 IN_MOVE_SELF | IN_ONLYDIR)
#define SEARCH_NS NS_PER_SECOND
#define SETTLE_NS (50 * NS_PER_MS) /* between two looks; how long a file may be empty */

struct file_watch {
	struct file_watch *next;
	const struct runner_side *side;
	uint32_t number;
	char *path;
	int directory; /* of inotify; -1: not watched now */
	bool known, empty;
	int32_t value;
	struct event *look; /* when to look next */
};

struct file_watches {
	int inotify_fd;
	struct event *readable;
	struct file_watch *list;
};

enum content {
	CONTENT_NUMBER,
	CONTENT_NONE, /* not there, or not to be read: errno says why */
	CONTENT_EMPTY,
	CONTENT_TOO_LARGE,
};

/* Neither a FIFO nor a device may hold the runner up. */
static int open_regular(const char *path)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
	struct stat status;

	if (fd < 0 || (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)))
		return fd;
	close(fd);
	errno = EINVAL;
	return -1;
}

static enum content read_value(const char *path, int32_t *value)
{
	_cleanup_close_ int fd = open_regular(path);
	char text[128];
	ssize_t length = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
	long long number;

	if (length <= 0)
		return length < 0 ? CONTENT_NONE : CONTENT_EMPTY;
	text[length] = '\0';
	errno = 0;
	number = strtoll(text, NULL, 0);
	if (errno == ERANGE || number < INT32_MIN || number > INT32_MAX)
		return CONTENT_TOO_LARGE;
	*value = (int32_t)number;
	return CONTENT_NUMBER;
}

static void tell(struct file_watch *watch, int32_t value, const char *why)
{
	struct runner_reply reply = {.type = RUNNER_SIGHTING, .number = watch->number};

	if (watch->known && watch->value == value)
		return;
	watch->known = true;
	watch->value = value;
	reply.sighting.up = value == 0;
	reply.sighting.value = value;
	snprintf(reply.sighting.reason, sizeof(reply.sighting.reason), "%.100s %s", watch->path,
		 why);
	runner_reply(watch->side, &reply);
}

static void tell_missing(struct file_watch *watch, int error)
{
	char why[64];

	snprintf(why, sizeof(why), "cannot be read (%.40s)", strerror(error));
	tell(watch, 0, why);
}

static void tell_number(struct file_watch *watch, int32_t value)
{
	char why[32];

	snprintf(why, sizeof(why), "says %d", (int)value);
	tell(watch, value, why);
}

static void tell_too_large(struct file_watch *watch)
{
	runner_say(watch->side, LOG_WARNING,
		   "%.160s: its number does not fit 32 bits and is ignored", watch->path);
	tell_number(watch, watch->known ? watch->value : 0);
}

static void look_later(const struct file_watch *watch, uint64_t wait_ns)
{
	if (!evtimer_pending(watch->look, NULL))
		clock_arm(watch->look, clock_now_ns() + wait_ns);
}

static void look(struct file_watch *watch)
{
	bool was_empty = watch->empty;
	int32_t value = 0;

	watch->empty = false;
	switch (read_value(watch->path, &value)) {
	case CONTENT_NUMBER:
		tell_number(watch, value);
		break;
	case CONTENT_NONE:
		tell_missing(watch, errno);
		break;
	case CONTENT_TOO_LARGE:
		tell_too_large(watch);
		break;
	case CONTENT_EMPTY:
		if (was_empty) {
			tell(watch, 0, "is empty");
			break;
		}
		watch->empty = true;
		look_later(watch, SETTLE_NS);
		break;
	}
}

/* Returns success. */
static bool watch_directory(struct file_watch *watch)
{
	_cleanup_free_ char *path = strdup(watch->path);

	if (path && watch->directory < 0)
		watch->directory = inotify_add_watch(watch->side->files->inotify_fd, dirname(path),
						     DIRECTORY_EVENTS);
	return watch->directory >= 0;
}

static void on_look(evutil_socket_t fd, short what, void *context)
{
	struct file_watch *watch = context;

	(void)fd;
	(void)what;
	if (!watch_directory(watch))
		look_later(watch, SEARCH_NS);
	look(watch);
}

static bool is_named(const struct file_watch *watch, const char *name)
{
	const char *slash = strrchr(watch->path, '/');

	return !strcmp(slash ? slash + 1 : watch->path, name);
}

/* However often a file is written, it is read once in SETTLE_NS. */
static void handle_event(const struct file_watches *files, const struct inotify_event *event)
{
	for (struct file_watch *watch = files->list; watch; watch = watch->next) {
		bool lost = event->mask & (IN_IGNORED | IN_MOVE_SELF);

		if (event->mask & IN_Q_OVERFLOW) {
			look_later(watch, SETTLE_NS);
			continue;
		}
		if (watch->directory != event->wd)
			continue;
		if (lost)
			watch->directory = -1;
		if (lost || (event->len && is_named(watch, event->name)))
			look_later(watch, watch->known ? SETTLE_NS / 10 : 0);
	}
}

static void on_events(evutil_socket_t fd, short what, void *context)
{
	const struct file_watches *files = context;
	char buffer[8192] __attribute__((aligned(__alignof__(struct inotify_event))));
	ssize_t length = read(fd, buffer, sizeof(buffer));

	(void)what;
	for (ssize_t offset = 0; offset < length;) {
		const struct inotify_event *event = (const void *)(buffer + offset);

		handle_event(files, event);
		offset += (ssize_t)(sizeof(*event) + event->len);
	}
}

/* Returns 0 or a negative errno. */
static int open_inotify(struct runner_side *side)
{
	struct file_watches *files = calloc(1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	files->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	files->readable =
		event_new(side->base, files->inotify_fd, EV_READ | EV_PERSIST, on_events, files);
	if (files->inotify_fd < 0 || !files->readable || event_add(files->readable, NULL)) {
		int error = errno ? errno : ENOMEM;

		if (files->readable)
			event_free(files->readable);
		if (files->inotify_fd >= 0)
			close(files->inotify_fd);
		free(files);
		return -error;
	}
	side->files = files;
	return 0;
}

/* init_file. A symbolic link is not followed: the directory may be another user's. */
static void initialise(const struct file_watch *watch, const struct runner_request *request)
{
	int flags = request->file.overwrite ? O_TRUNC : O_EXCL;
	_cleanup_close_ int fd =
		open(watch->path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags,
		     0644);

	if (fd < 0 && errno == EEXIST)
		return;
	if (fd < 0 || dprintf(fd, "%d\n", (int)request->file.value) < 0)
		runner_say(watch->side, LOG_WARNING, "init_file: cannot write %.160s: %s",
			   watch->path, strerror(errno));
}

static void watch_free(struct file_watch *watch)
{
	if (watch->look)
		event_free(watch->look);
	free(watch->path);
	free(watch);
}

static struct file_watch *watch_new(const struct runner_side *side,
				    const struct runner_request *request)
{
	struct file_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->side = side;
	watch->number = request->number;
	watch->directory = -1;
	watch->path = strdup(request->words);
	watch->look = evtimer_new(side->base, on_look, watch);
	if (watch->path && watch->look)
		return watch;
	watch_free(watch);
	return NULL;
}

void files_watch(struct runner_side *side, const struct runner_request *request)
{
	int error = side->files ? 0 : open_inotify(side);
	struct file_watch *watch = error ? NULL : watch_new(side, request);

	if (!watch) {
		runner_say(side, LOG_ERR, "cannot watch %.160s: %s", request->words,
			   strerror(error ? -error : ENOMEM));
		return;
	}
	watch->next = side->files->list;
	side->files->list = watch;
	if (request->file.init)
		initialise(watch, request);
	on_look(-1, 0, watch);
}

/* Whether another file is in the same directory. */
static bool directory_is_used(const struct file_watches *files, int directory)
{
	for (const struct file_watch *watch = files->list; watch; watch = watch->next)
		if (watch->directory == directory)
			return true;
	return false;
}

void files_unwatch(struct runner_side *side, uint32_t number)
{
	struct file_watch **link = side->files ? &side->files->list : NULL;

	while (link && *link && (*link)->number != number)
		link = &(*link)->next;
	if (link && *link) {
		struct file_watch *watch = *link;

		*link = watch->next;
		if (watch->directory >= 0 && !directory_is_used(side->files, watch->directory))
			inotify_rm_watch(side->files->inotify_fd, watch->directory);
		watch_free(watch);
	}
}
