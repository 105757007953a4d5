/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Send buffers; see send_buffer.h. */
#include "user/net/send_buffer.h"
#include "user/lib/log.h"
#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/socket.h>

/* The most that waits for one host (unres_qlen_bytes, 208 KiB by default), and a little more;
 * the kernel doubles what it is given. */
#define BYTES_PER_HOST (128 * 1024)

void send_buffer_grow(int fd, size_t absent_count)
{
	size_t wanted = (absent_count + 1) * BYTES_PER_HOST;
	int bytes = wanted < INT_MAX / 2 ? (int)wanted : INT_MAX / 2, present = 0;
	socklen_t length = sizeof(present);

	if (!getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &present, &length) && present / 2 >= bytes)
		return;
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)) &&
	    setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes)))
		log_warning(
			"cannot enlarge a send buffer: %s; unreachable hosts may delay packets to others",
			strerror(errno));
}
