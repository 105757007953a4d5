/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* libxbeat: maps the page of an application; see xbeat/app.h. */
#include "user/app/request.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>
#include <xbeat/app.h>
#include <xbeat/map.h>
#include <xbeat/paths.h>

#define API __attribute__((visibility("default")))

#define DAEMON_NAME_BYTES_MAX 80 /* limit of sun_path */
#define NS_PER_SECOND UINT64_C(1000000000)

struct xbeat_app {
	struct xb_app_page *page; /* mapped */
	size_t bytes; /* of the mapping */
	uint64_t timeout_ns;
};

/* The mapping outlives the descriptor. */
static int map_page(struct xbeat_app *app, int fd)
{
	app->bytes = (size_t)sysconf(_SC_PAGESIZE);
	app->page = mmap(NULL, app->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (app->page != MAP_FAILED)
		return 0;
	return -errno;
}

static int open_at(const char *path, const char *name, struct xbeat_app **out)
{
	struct xbeat_app *app = calloc(1, sizeof(*app));
	int fd, error;

	if (!app)
		return -ENOMEM;
	fd = xbeat_app_request(path, name, &app->timeout_ns);
	error = fd < 0 ? fd : map_page(app, fd);
	if (fd >= 0)
		close(fd);
	if (error)
		free(app);
	else
		*out = app;
	return error;
}

struct xbeat_app *xbeat_app_open_at(const char *path, const char *name, int *error)
{
	struct xbeat_app *app = NULL;
	int result = open_at(path, name, &app);

	if (result && error)
		*error = result;
	return app;
}

static bool is_daemon_name(const char *daemon)
{
	return *daemon && *daemon != '.' && !strchr(daemon, '/') &&
	       strlen(daemon) <= DAEMON_NAME_BYTES_MAX;
}

/*
 * The control socket is tried first: users without rights cannot fill it. Most applications may not
 * use it.
 */
API struct xbeat_app *xbeat_app_open(const char *daemon, const char *name, int *error)
{
	static const char *const sockets[] = {XB_CONTROL_SOCKET, XB_APP_SOCKET};
	struct xbeat_app *app = NULL;
	int result = -EINVAL;

	if (!daemon)
		daemon = XB_DAEMON_NAME_DEFAULT;
	for (size_t i = 0; is_daemon_name(daemon) && !app && i < 2; i++) {
		char path[sizeof(XB_CONTROL_SOCKET) + DAEMON_NAME_BYTES_MAX];

		snprintf(path, sizeof(path), sockets[i], daemon);
		app = xbeat_app_open_at(path, name, &result);
		if (!app && result != -EPERM)
			break;
	}
	if (!app && error)
		*error = result;
	return app;
}

API int xbeat_app_beat(struct xbeat_app *app)
{
	struct timespec now;

	if (!app)
		return -ESTALE;
	clock_gettime(CLOCK_MONOTONIC, &now);
	__atomic_store_n(&app->page->beat_ns,
			 (uint64_t)now.tv_sec * NS_PER_SECOND + (uint64_t)now.tv_nsec,
			 __ATOMIC_RELEASE);
	return __atomic_load_n(&app->page->gone, __ATOMIC_RELAXED) ? -ESTALE : 0;
}

API uint64_t xbeat_app_timeout_ns(const struct xbeat_app *app)
{
	return app ? app->timeout_ns : 0;
}

API void xbeat_app_close(struct xbeat_app *app)
{
	if (!app)
		return;
	munmap(app->page, app->bytes);
	free(app);
}
