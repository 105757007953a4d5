/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IP addresses of this machine's interfaces, at start. */
#ifndef XBEAT_DAEMON_LOCAL_ADDRESS_H
#define XBEAT_DAEMON_LOCAL_ADDRESS_H

#include <stddef.h>
#include <xbeat/map.h>

struct local_address {
	char interface[XB_NAME_BYTES];
	struct xb_address address;
};

/* Lists them in the kernel's order, in *list (to be freed), *count of them.
 * Returns 0 or a negative errno. */
int local_addresses(struct local_address **list, size_t *count);

#endif
