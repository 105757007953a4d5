/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The present IP addresses of this machine's interfaces. */
#ifndef XBEAT_NET_NETLINK_LOCAL_ADDRESS_H
#define XBEAT_NET_NETLINK_LOCAL_ADDRESS_H

#include "user/config/model/config.h"
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

struct local_address {
	char interface[XB_NAME_BYTES]; /* its name, not the address's label */
	unsigned interface_index;
	struct xb_address address;
	struct xb_address network; /* with a peer, the peer's; else the address itself */
	uint8_t prefix_length; /* of network */
	bool ours; /* an xbeatd added it (address.h) */
	bool usable; /* false: an IPv6 address that is tentative, or a duplicate */
};

/* Lists them in the kernel's order (for an interface, primary addresses first) in *list, which
 * the caller frees, with their number in *count. Returns 0 or a negative errno, with both
 * untouched. */
int local_addresses(struct local_address **list, size_t *count);

/* Whether it is the same address for the kernel, so that it cannot be added beside it. */
bool local_address_is_vip(const struct local_address *local, unsigned interface_index,
			  const struct config_vip *vip);

/* Whether the address is in a network of the interface, by this list: no router is between. */
bool local_network_has(const struct local_address *list, size_t count, const char *interface,
		       const struct xb_address *address);

#endif
