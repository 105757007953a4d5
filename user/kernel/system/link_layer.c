// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Reads the type and flags of an interface by ioctl; see link_layer.h. A GRE tunnel without a
 * remote address keeps the outer IP header as its link-layer header.
 */
#include "user/kernel/system/link_layer.h"
#include "user/lib/cleanup.h"
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* Of linux/if_arp.h, which cannot be included beside net/if_arp.h. */
#ifndef ARPHRD_RAWIP
#define ARPHRD_RAWIP 519
#endif
#ifndef ARPHRD_IP6GRE
#define ARPHRD_IP6GRE 823
#endif
#ifndef ARPHRD_NONE
#define ARPHRD_NONE 0xfffe
#endif

const char link_layer_refusal[] =
	"its packets have neither an Ethernet header nor an IP header first; use an interface over "
	"it, or, for a GRE tunnel, give it a remote address";

static bool begins_with_ip(unsigned type, bool point_to_point)
{
	switch (type) {
	case ARPHRD_IPGRE:
		return point_to_point;
	case ARPHRD_PPP:
	case ARPHRD_RAWIP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IP6GRE:
	case ARPHRD_NONE:
		return true;
	default:
		return false;
	}
}

enum link_layer link_layer_of(const char *interface)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ifreq flags = {0}, address = {0};
	unsigned type;

	snprintf(flags.ifr_name, sizeof(flags.ifr_name), "%s", interface);
	snprintf(address.ifr_name, sizeof(address.ifr_name), "%s", interface);
	if (fd < 0 || ioctl(fd, SIOCGIFHWADDR, &address) || ioctl(fd, SIOCGIFFLAGS, &flags))
		return LINK_LAYER_ETHERNET;
	type = address.ifr_hwaddr.sa_family;
	if (type == ARPHRD_ETHER || type == ARPHRD_LOOPBACK)
		return LINK_LAYER_ETHERNET;
	return begins_with_ip(type, flags.ifr_flags & IFF_POINTOPOINT) ? LINK_LAYER_IP
								       : LINK_LAYER_OTHER;
}
