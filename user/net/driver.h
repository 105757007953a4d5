/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The name of an interface's driver. */
#ifndef XBEAT_NET_DRIVER_H
#define XBEAT_NET_DRIVER_H

#include <stdbool.h>

#define DRIVER_NAME_BYTES 32

/* Writes the name, for example "veth". Returns whether it is known. */
bool interface_driver(const char *interface, char name[DRIVER_NAME_BYTES]);

#endif
