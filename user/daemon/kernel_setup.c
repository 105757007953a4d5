/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The configuration as the kernel side needs it. */
#include "user/daemon/block.h"
#include "user/daemon/daemon.h"

struct kernel_setup daemon_kernel_setup(const struct daemon *daemon, struct xb_peer **slots)
{
	struct kernel_setup setup = {.daemon_name = daemon->daemon_name,
				     .keys = daemon->keys,
				     .takes_over = daemon->takes_over};

	if (daemon->config->heartbeat)
		block_setup(daemon->config->heartbeat, daemon->own_node, &setup, slots);
	return setup;
}
