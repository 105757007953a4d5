/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A socket at which an application's sd_notify(3) arrives: the program has its path in NOTIFY_SOCKET
 * and needs no change. The file's owner is the application's user, and the kernel reports who sends
 * (SCM_CREDENTIALS): only that user, root and xbeatd's own user count. Descriptors that come with a
 * message are closed, which is what sd_notify_barrier(3) waits for.
 */
#ifndef XBEAT_TRACKING_NOTIFY_SOCKET_H
#define XBEAT_TRACKING_NOTIFY_SOCKET_H

#include "user/tracking/notify_message.h"
#include <event2/event.h>
#include <stdint.h>
#include <sys/socket.h>

typedef void notify_received(void *context, const struct ucred *sender,
			     const struct notify_message *message);

struct notify_socket {
	char path[108]; /* "": closed */
	uint32_t uid; /* UINT32_MAX: no user but root */
	int fd;
	struct event *readable;
	notify_received *received;
	void *context;
	unsigned refused_count; /* messages of other users */
};

/* Makes the socket; one of a killed daemon is replaced. Returns 0, or a negative errno, which is
 * logged: -EEXIST for another kind of file, -EPERM if other users can change the directory. */
int notify_socket_open(struct notify_socket *notify, struct event_base *base, const char *path,
		       uint32_t uid, notify_received *received, void *context);

/* Removes it; safe if it is closed. */
void notify_socket_close(struct notify_socket *notify);

#endif
