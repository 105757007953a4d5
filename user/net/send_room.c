/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Room to send; see send_room.h. */
#include "user/net/send_room.h"
#include "user/lib/log.h"
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

/* As much waits for one host at most (unres_qlen_bytes, 208 KiB by default), and a little. The kernel doubles what it
 * is given. */
#define ROOM_BYTES (128 * 1024)

void send_room(int fd, size_t absent_count)
{
	size_t wanted = (absent_count + 1) * ROOM_BYTES;
	int bytes = wanted < INT_MAX / 2 ? (int)wanted : INT_MAX / 2;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)))
		log_warning(
			"cannot enlarge a socket's send buffer: %s; hosts that are not there may keep packets from others",
			strerror(errno));
}
