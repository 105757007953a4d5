/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of one interface under /proc/sys/net, of the network namespace that the process is in. */
#ifndef XBEAT_NET_INTERFACE_SETTING_H
#define XBEAT_NET_INTERFACE_SETTING_H

#include <stdint.h>

/* family: 4 or 6. Returns the value of net.ipv4.conf.INTERFACE.KEY (ipv6), or a negative errno;
 * settings with negative values are not for this. */
int interface_setting(uint8_t family, const char *interface, const char *key);

/* Writes it, unless it has the value already (/proc/sys may be read-only).
 * Returns 0 or a negative errno. */
int interface_set(uint8_t family, const char *interface, const char *key, int value);

#endif
