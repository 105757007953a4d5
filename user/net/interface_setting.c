/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The files of /proc/sys/net/ipv4/conf and /proc/sys/net/ipv6/conf. */
#include "user/net/interface_setting.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int open_setting(uint8_t family, const char *interface, const char *key, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv%u/conf/%s/%s", family, interface, key);
	fd = open(path, flags | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

int interface_setting(uint8_t family, const char *interface, const char *key)
{
	_cleanup_close_ int fd = open_setting(family, interface, key, O_RDONLY);
	char text[16] = "";

	if (fd < 0)
		return fd;
	if (read(fd, text, sizeof(text) - 1) < 0)
		return -errno;
	return atoi(text);
}

int interface_set(uint8_t family, const char *interface, const char *key, int value)
{
	_cleanup_close_ int fd = -1;
	char text[16];

	if (interface_setting(family, interface, key) == value)
		return 0;
	fd = open_setting(family, interface, key, O_WRONLY);
	if (fd < 0)
		return fd;
	snprintf(text, sizeof(text), "%d", value);
	return write(fd, text, strlen(text)) < 0 ? -errno : 0;
}
