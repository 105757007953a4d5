/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See interface_index.h; SIOCGIFINDEX: netdevice(7). */
#include "user/net/netlink/interface_index.h"
#include <errno.h>
#include <net/if.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

int interface_index(const char *name)
{
	struct ifreq request = {0};
	size_t length = strlen(name);
	int fd, error;

	if (length >= sizeof(request.ifr_name))
		return -ENODEV;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	memcpy(request.ifr_name, name, length);
	error = ioctl(fd, SIOCGIFINDEX, &request) ? -errno : 0;
	close(fd);
	return error ? error : request.ifr_ifindex;
}
