/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which process holds a UDP port that is in use. */
#ifndef XBEAT_HEARTBEAT_PORT_HOLDER_H
#define XBEAT_HEARTBEAT_PORT_HOLDER_H

#include <stddef.h>
#include <stdint.h>
#include <xbeat/wire.h>

#define PORT_HOLDER_BYTES 80

/*
 * Describes who keeps this address and port from being bound: "process 4242 of user 1000", or less
 * where less can be found. It looks through /proc, so not for the running loop. Returns text.
 */
const char *port_holder_describe(const struct xb_address *address, uint16_t port,
				 char text[static PORT_HOLDER_BYTES]);

#endif
