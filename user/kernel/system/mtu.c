/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Reads and sets the MTU by ioctl; see mtu.h. */
#include "user/kernel/system/mtu.h"
#include "user/lib/cleanup.h"
#include <net/if.h>
#include <stdbool.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

/* What a packet shares a page with: XDP_PACKET_HEADROOM, struct skb_shared_info, Ethernet
 * header. */
#define PAGE_OVERHEAD_BYTES (256 + 320 + 14)

static bool request_mtu(const char *interface, unsigned long request, struct ifreq *data)
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	snprintf(data->ifr_name, sizeof(data->ifr_name), "%s", interface);
	return fd >= 0 && !ioctl(fd, request, data);
}

uint32_t mtu_get(const char *interface)
{
	struct ifreq data = {0};

	return request_mtu(interface, SIOCGIFMTU, &data) ? (uint32_t)data.ifr_mtu : 0;
}

void mtu_set(const char *interface, uint32_t mtu)
{
	struct ifreq data = {.ifr_mtu = (int)mtu};

	request_mtu(interface, SIOCSIFMTU, &data);
}

uint32_t mtu_native_limit(void)
{
	return (uint32_t)sysconf(_SC_PAGESIZE) - PAGE_OVERHEAD_BYTES;
}
