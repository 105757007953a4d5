/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Send buffers. A packet to a host whose link-layer address is unknown waits for it, for up to
 * three seconds, and counts against its socket meanwhile. So one unreachable host could keep a
 * socket from sending to all others. */
#ifndef XBEAT_NET_SEND_BUFFER_H
#define XBEAT_NET_SEND_BUFFER_H

#include <stddef.h>

/* Grows the buffer, so that a socket can send to one host while absent_count others are
 * unreachable. It is a limit; no memory is reserved. A buffer that is larger stays: packets to
 * hosts that were removed may still wait. */
void send_buffer_grow(int fd, size_t absent_count);

#endif
