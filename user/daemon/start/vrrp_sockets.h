/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Other VRRP daemons of this network namespace, found by their raw sockets of IP protocol 112. A
 * daemon in another network namespace has none here. Reads /proc: only before the loop runs.
 */
#ifndef XBEAT_DAEMON_START_VRRP_SOCKETS_H
#define XBEAT_DAEMON_START_VRRP_SOCKETS_H

#include <stddef.h>

struct vrrp_sockets {
	size_t count;
	size_t unseen; /* those whose process cannot be seen: no privilege, or another PID namespace */
	int keepalived_pid; /* 0: none found */
};

/* Fills *sockets; what cannot be read counts as missing. */
void vrrp_sockets_find(struct vrrp_sockets *sockets);

#endif
