/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Asks for the driver of an interface by ethtool's ioctl. */
#include "user/net/driver.h"
#include "user/lib/cleanup.h"
#include <linux/ethtool.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

_Static_assert(sizeof(((struct ethtool_drvinfo *)0)->driver) == DRIVER_NAME_BYTES, "driver");

bool interface_driver(const char *interface, char name[DRIVER_NAME_BYTES])
{
	_cleanup_close_ int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
	struct ifreq request = {.ifr_data = (void *)&info};

	snprintf(request.ifr_name, sizeof(request.ifr_name), "%s", interface);
	if (fd < 0 || ioctl(fd, SIOCETHTOOL, &request))
		return false;
	snprintf(name, DRIVER_NAME_BYTES, "%.*s", DRIVER_NAME_BYTES - 1, info.driver);
	return true;
}
