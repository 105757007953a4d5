/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads how much a socket has dropped; see bypass.h. */
#include "user/heartbeat/bypass.h"
#include <linux/sock_diag.h>
#include <sys/socket.h>

void bypass_use_socket(struct bypass *bypass, int socket)
{
	*bypass = (struct bypass){.has_socket = socket >= 0, .socket = socket};
}

static bool is_within(uint64_t now_ns, uint64_t time_ns, uint64_t window_ns)
{
	return time_ns && time_since_ns(now_ns, time_ns) < window_ns;
}

bool bypass_check(struct bypass *bypass, uint64_t now_ns, uint64_t window_ns)
{
	uint32_t values[SK_MEMINFO_VARS] = {0};
	socklen_t length = sizeof(values);

	if (!bypass->has_socket ||
	    getsockopt(bypass->socket, SOL_SOCKET, SO_MEMINFO, values, &length))
		return false;
	if (is_within(now_ns, bypass->checked_ns, window_ns) &&
	    values[SK_MEMINFO_DROPS] != bypass->dropped_count)
		bypass->grown_ns = now_ns;
	bypass->dropped_count = values[SK_MEMINFO_DROPS];
	bypass->checked_ns = now_ns;
	return is_within(now_ns, bypass->grown_ns, window_ns);
}
