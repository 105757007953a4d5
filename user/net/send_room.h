/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Room to send. Packets to a host whose link-layer address is not known wait for it, up to three seconds, and count
 * against their socket all the time. So one host that is not there could keep a socket from sending to all others.
 */
#ifndef XBEAT_NET_SEND_ROOM_H
#define XBEAT_NET_SEND_ROOM_H

#include <stddef.h>

/* Lets a socket send to one host while as many others are not there. It is a limit; nothing is reserved. */
void send_room(int fd, size_t absent_count);

#endif
