// SPDX-License-Identifier: GPL-2.0-or-later
/* Connects to the runner service; see service.h. */
#include "user/runner/service.h"
#include "user/lib/cleanup.h"
#include "user/lib/process/message.h"
#include "user/lib/process/unix_socket.h"
#include "user/runner/child/protocol.h"
#include <errno.h>
#include <stdlib.h>
#include <xbeat/paths.h>

const char *runner_service_path(void)
{
	const char *path = secure_getenv("XBEAT_RUNNER");

	return path ? path : XB_RUNNER_SOCKET;
}

int runner_service_connect(int namespace_fd, mode_t mask)
{
	const struct runner_hello hello = {.layout = RUNNER_LAYOUT, .mask = mask};
	const struct message_descriptors given = {1, {namespace_fd}};
	const char *path = runner_service_path();
	_cleanup_close_ int fd = *path ? unix_socket_connect(path) : -ENOENT;
	int connected, error = fd < 0 ? fd : 0;

	if (!error && !unix_socket_peer_is_trusted(fd))
		error = -EPERM;
	if (!error)
		error = message_send(fd, &hello, sizeof(hello), &given);
	if (error)
		return error;
	connected = fd;
	fd = -1;
	return connected;
}
