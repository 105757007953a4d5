/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Files that hold a number, watched by inotify(7) on their directories, so that creation,
 * replacement by a rename, and removal are seen. As in keepalived, a file that is missing, or does
 * not start with a number, has the value 0; a number that does not fit 32 bits is ignored.
 *
 * Symbolic links on the way to a file are watched, too: a ConfigMap of Kubernetes, and many a
 * deployment, replaces a link by another one. They are followed again at each read.
 *
 * A missing directory is searched for once a second. An empty file may be about to be written, so
 * it is read again before it has the value 0.
 */
#include "user/runner/child/watch_file.h"
#include "user/lib/cleanup.h"
#include "user/lib/clock.h"
#include "user/lib/limits.h"
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#define DIRECTORY_EVENTS                                                                           \
	(IN_CLOSE_WRITE | IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE_SELF |   \
	 IN_MOVE_SELF | IN_ONLYDIR)
#define SEARCH_NS NS_PER_SECOND
/* Between two reads of a file; how long a file may be empty. */
#define READ_SPACING_NS (50 * NS_PER_MS)

/* The kernel follows as many links; the file itself is one step more. */
#define STEPS_MAX 41

/* A name whose directory is watched: of a link, or of the file. */
struct file_step {
	int directory; /* inotify's number; -1: missing */
	char name[NAME_MAX + 1];
};

struct file_watch {
	struct file_watch *next;
	const struct runner_child *child;
	uint32_t number;
	char *path;
	struct file_step *steps; /* STEPS_MAX */
	unsigned step_count;
	bool known, empty;
	int32_t value;
	struct event *next_read;
};

struct file_watches {
	int inotify_fd;
	struct event *readable;
	struct file_watch *list;
};

enum content {
	CONTENT_NUMBER,
	CONTENT_NONE, /* missing or unreadable: see errno */
	CONTENT_EMPTY,
	CONTENT_TOO_LARGE,
};

/* Reading a FIFO or a device could block the runner. */
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

static void report(struct file_watch *watch, int32_t value, const char *why)
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
	child_reply(watch->child, &reply);
}

static void report_missing(struct file_watch *watch, int error)
{
	char why[64];

	snprintf(why, sizeof(why), "cannot be read (%.40s)", strerror(error));
	report(watch, 0, why);
}

static void report_number(struct file_watch *watch, int32_t value)
{
	char why[32];

	snprintf(why, sizeof(why), "contains %d", (int)value);
	report(watch, value, why);
}

static void report_too_large(struct file_watch *watch)
{
	child_log(watch->child, LOG_WARNING, "%.160s: number ignored: it does not fit 32 bits",
		  watch->path);
	report_number(watch, watch->known ? watch->value : 0);
}

static void read_later(const struct file_watch *watch, uint64_t wait_ns)
{
	if (!evtimer_pending(watch->next_read, NULL))
		clock_arm(watch->next_read, clock_now_ns() + wait_ns);
}

static void read_again(struct file_watch *watch)
{
	bool was_empty = watch->empty;
	int32_t value = 0;

	watch->empty = false;
	switch (read_value(watch->path, &value)) {
	case CONTENT_NUMBER:
		report_number(watch, value);
		break;
	case CONTENT_NONE:
		report_missing(watch, errno);
		break;
	case CONTENT_TOO_LARGE:
		report_too_large(watch);
		break;
	case CONTENT_EMPTY:
		if (was_empty) {
			report(watch, 0, "is empty");
			break;
		}
		watch->empty = true;
		read_later(watch, READ_SPACING_NS);
		break;
	}
}

static bool is_used(const struct file_watches *files, int directory)
{
	for (const struct file_watch *watch = files->list; watch; watch = watch->next)
		for (unsigned i = 0; i < watch->step_count; i++)
			if (watch->steps[i].directory == directory)
				return true;
	return false;
}

static void forget_unused(const struct file_watches *files, const struct file_step *steps,
			  unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (steps[i].directory >= 0 && !is_used(files, steps[i].directory))
			inotify_rm_watch(files->inotify_fd, steps[i].directory);
}

/* Watches the directory of a path for its last name. */
static void add_step(struct file_watch *watch, const char *path)
{
	struct file_step *step = &watch->steps[watch->step_count++];
	const char *slash = strrchr(path, '/');
	char directory[PATH_MAX];

	snprintf(step->name, sizeof(step->name), "%s", slash ? slash + 1 : path);
	snprintf(directory, sizeof(directory), "%s", path);
	step->directory = inotify_add_watch(watch->child->files->inotify_fd, dirname(directory),
					    DIRECTORY_EVENTS);
}

/* Replaces a link by what it contains; rest: of the path, after the link. Returns false if that is
 * too long. */
static bool put_target(char path[static PATH_MAX], const char *target, const char *rest)
{
	char made[PATH_MAX];
	const char *slash = strrchr(path, '/');
	int kept = *target != '/' && slash ? (int)(slash + 1 - path) : 0;
	int length = snprintf(made, sizeof(made), "%.*s%s%s", kept, path, target, rest);

	if (length >= (int)sizeof(made))
		return false;
	strcpy(path, made);
	return true;
}

/* Replaces the first link in a path by what it contains, and watches its directory before that is
 * read. Returns whether there was one. */
static bool follow_link(struct file_watch *watch, char path[static PATH_MAX])
{
	for (char *end = path + 1;; end++) {
		char target[PATH_MAX], rest[PATH_MAX];
		ssize_t length;

		end += strcspn(end, "/");
		snprintf(rest, sizeof(rest), "%s", end);
		*end = '\0';
		if (readlink(path, target, sizeof(target) - 1) >= 0) {
			add_step(watch, path);
			length = readlink(path, target, sizeof(target) - 1);
			target[length < 0 ? 0 : length] = '\0';
			if (length > 0)
				return put_target(path, target, rest);
			strcpy(end, rest); /* it is no link any more */
			return true;
		}
		strcpy(end, rest);
		if (!*end)
			return false;
	}
}

/* Watches what leads to the file. Returns whether its directory is there. */
static bool follow(struct file_watch *watch)
{
	struct file_step before[STEPS_MAX];
	unsigned before_count = watch->step_count;
	char path[PATH_MAX];

	memcpy(before, watch->steps, before_count * sizeof(*before));
	watch->step_count = 0;
	snprintf(path, sizeof(path), "%s", watch->path);
	while (watch->step_count < STEPS_MAX - 1 && follow_link(watch, path))
		;
	add_step(watch, path);
	forget_unused(watch->child->files, before, before_count);
	return watch->steps[watch->step_count - 1].directory >= 0;
}

static void on_read_due(evutil_socket_t fd, short what, void *context)
{
	struct file_watch *watch = context;

	(void)fd;
	(void)what;
	if (!follow(watch))
		read_later(watch, SEARCH_NS);
	read_again(watch);
}

static bool concerns(const struct file_watch *watch, const struct inotify_event *event)
{
	for (unsigned i = 0; i < watch->step_count; i++)
		if (watch->steps[i].directory == event->wd &&
		    ((event->mask & (IN_IGNORED | IN_MOVE_SELF)) ||
		     (event->len && !strcmp(watch->steps[i].name, event->name))))
			return true;
	return false;
}

/* A file that is written often is read once in READ_SPACING_NS. */
static void handle_event(const struct file_watches *files, const struct inotify_event *event)
{
	for (struct file_watch *watch = files->list; watch; watch = watch->next) {
		if (event->mask & IN_Q_OVERFLOW)
			read_later(watch, READ_SPACING_NS);
		else if (concerns(watch, event))
			read_later(watch, watch->known ? READ_SPACING_NS / 10 : 0);
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
static int open_inotify(struct runner_child *child)
{
	struct file_watches *files = calloc(1, sizeof(*files));

	if (!files)
		return -ENOMEM;
	files->inotify_fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	files->readable =
		event_new(child->base, files->inotify_fd, EV_READ | EV_PERSIST, on_events, files);
	if (files->inotify_fd < 0 || !files->readable || event_add(files->readable, NULL)) {
		int error = errno ? errno : ENOMEM;

		if (files->readable)
			event_free(files->readable);
		if (files->inotify_fd >= 0)
			close(files->inotify_fd);
		free(files);
		return -error;
	}
	child->files = files;
	return 0;
}

/* init_file. A symbolic link is not followed: the directory may belong to another user. */
static void write_initial(const struct file_watch *watch, const struct runner_request *request)
{
	int flags = request->file.overwrite ? O_TRUNC : O_EXCL;
	_cleanup_close_ int fd =
		open(watch->path, O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC | flags,
		     0644);

	if (fd < 0 && errno == EEXIST)
		return;
	if (fd < 0 || dprintf(fd, "%d\n", (int)request->file.value) < 0)
		child_log(watch->child, LOG_WARNING, "init_file: cannot write %.160s: %s",
			  watch->path, limits_strerror(errno));
}

static void watch_free(struct file_watch *watch)
{
	if (watch->next_read)
		event_free(watch->next_read);
	free(watch->steps);
	free(watch->path);
	free(watch);
}

static struct file_watch *watch_new(const struct runner_child *child,
				    const struct runner_request *request)
{
	struct file_watch *watch = calloc(1, sizeof(*watch));

	if (!watch)
		return NULL;
	watch->child = child;
	watch->number = request->number;
	watch->path = strdup(request->strings.bytes);
	watch->steps = calloc(STEPS_MAX, sizeof(*watch->steps));
	watch->next_read = evtimer_new(child->base, on_read_due, watch);
	if (watch->path && watch->steps && watch->next_read)
		return watch;
	watch_free(watch);
	return NULL;
}

void watch_file_add(struct runner_child *child, const struct runner_request *request)
{
	int error = child->files ? 0 : open_inotify(child);
	struct file_watch *watch = error ? NULL : watch_new(child, request);

	if (!watch) {
		child_log(child, LOG_ERR, "cannot watch %.160s: %s", request->strings.bytes,
			  limits_strerror(error ? -error : ENOMEM));
		return;
	}
	watch->next = child->files->list;
	child->files->list = watch;
	if (request->file.init)
		write_initial(watch, request);
	on_read_due(-1, 0, watch);
}

void watch_file_remove(struct runner_child *child, uint32_t number)
{
	struct file_watch **link = child->files ? &child->files->list : NULL;

	while (link && *link && (*link)->number != number)
		link = &(*link)->next;
	if (link && *link) {
		struct file_watch *watch = *link;

		*link = watch->next;
		forget_unused(child->files, watch->steps, watch->step_count);
		watch_free(watch);
	}
}
