/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The IP addresses of this machine's interfaces, as they are now. */
#ifndef XBEAT_NET_LOCAL_ADDRESS_H
#define XBEAT_NET_LOCAL_ADDRESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

struct local_address {
	char interface[XB_NAME_BYTES]; /* its name, whatever label the address has */
	unsigned interface_index;
	struct xb_address address;
	uint8_t prefix_length;
	bool usable; /* false: an IPv6 address whose uniqueness is not known yet, or was disproved */
};

/* Lists them in the kernel's order (of an interface: primary addresses first), in *list (to be freed),
 * *count of them. Returns 0 or a negative errno, with both untouched. */
int local_addresses(struct local_address **list, size_t *count);

#endif
