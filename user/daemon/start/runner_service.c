/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The start of the runner service; see runner_service.h. */
#include "user/daemon/start/runner_service.h"
#include "user/daemon/start/lock.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/unix_socket.h"
#include "user/runner/service.h"
#include "user/service/service_manager.h"
#include "user/starter/service.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#define BACKLOG 64 /* daemons that connect at once */

/* Whether another service answers at the path: its socket must not be replaced. */
static bool is_served(const char *path)
{
	int fd = unix_socket_connect(path);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Returns the listener or a negative errno, which is logged. */
static int make_listener(const char *path)
{
	int fd, error = lock_check_directory();

	if (error)
		return error;
	if (is_served(path)) {
		log_error("another runner service listens at %s; stop it first", path);
		return -EADDRINUSE;
	}
	fd = unix_socket_listen(path, SOCK_SEQPACKET, BACKLOG);
	if (fd < 0)
		log_error("cannot listen at %s: %s", path, limits_strerror(-fd));
	return fd;
}

static int serve_own_socket(void)
{
	const char *path = runner_service_path();
	int fd = make_listener(path), error = fd;

	if (fd >= 0) {
		service_manager_notify("READY=1");
		error = service_listen(fd);
		unlink(path);
	}
	return error;
}

int runner_service(void)
{
	int fd = service_passed_socket();

	log_open("xbeat-runner", false);
	if (fd < 0)
		return serve_own_socket() ? EXIT_FAILURE : EXIT_SUCCESS;
	if (!service_is_listener(fd)) {
		service_connection(fd);
		return EXIT_FAILURE;
	}
	service_manager_notify("READY=1");
	return service_listen(fd) ? EXIT_FAILURE : EXIT_SUCCESS;
}
