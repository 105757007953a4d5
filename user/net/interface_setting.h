/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Settings of an interface under /proc/sys/net, in the network namespace of the process. */
#ifndef XBEAT_NET_INTERFACE_SETTING_H
#define XBEAT_NET_INTERFACE_SETTING_H

#include <stdint.h>

/* family: 4 or 6. Returns the value of net.ipv4.conf.INTERFACE.KEY (or ipv6), or a negative
 * errno; not for settings with negative values. */
int interface_setting(uint8_t family, const char *interface, const char *key);

/* Writes a value unless the setting has it already (/proc/sys may be read-only). Returns 0 or a
 * negative errno. */
int interface_set(uint8_t family, const char *interface, const char *key, int value);

#endif
