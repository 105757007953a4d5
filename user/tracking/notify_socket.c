/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Receives messages of sd_notify(3); see notify_socket.h. */
#include "user/tracking/notify_socket.h"
#include "user/lib/cleanup.h"
#include "user/lib/files/trust.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include "user/lib/process/unix_socket.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* A flood of messages must not keep the loop from its timers. */
#define MESSAGES_AT_ONCE 16
#define MESSAGE_BYTES 4096
#define DESCRIPTORS_MAX 16 /* of a message; the kernel closes more */

/* Other users could replace the socket, and their program would get the messages. */
static int check_place(const char *path)
{
	char culprit[PATH_MAX];

	if (trust_directories(path, geteuid(), culprit))
		return 0;
	log_error(
		"notify_socket %s: other users can change %s; use a directory of root, such as /run/xbeat",
		path, culprit);
	return -EPERM;
}

/* The file is its owner's alone: writing to it is sending. */
static int give_to(int fd, const char *path, uint32_t uid)
{
	int error = 0, on = 1;

	if (setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) ||
	    (uid != UINT32_MAX && lchown(path, uid, (gid_t)-1))) {
		error = -errno;
		unlink(path);
	}
	return error;
}

/* Returns the descriptor or a negative errno, which is logged. */
static int make(const char *path, uint32_t uid)
{
	_cleanup_close_ int fd = -1;
	int made, error = check_place(path);

	if (error)
		return error;
	fd = unix_socket_bind(path, SOCK_DGRAM);
	error = fd < 0 ? fd : give_to(fd, path, uid);
	if (error == -EEXIST)
		log_error(
			"notify_socket %s exists and is not a socket; remove it, or name another path",
			path);
	else if (error)
		log_error("cannot make notify_socket %s: %s", path, limits_strerror(-error));
	if (error)
		return error;
	made = fd;
	fd = -1;
	return made;
}

static void close_descriptors(const struct cmsghdr *header)
{
	size_t bytes = header->cmsg_len - CMSG_LEN(0);
	int fd;

	for (size_t i = 0; i + sizeof(fd) <= bytes; i += sizeof(fd)) {
		memcpy(&fd, CMSG_DATA(header) + i, sizeof(fd));
		close(fd);
	}
}

/* Returns whether the message came with its sender. */
static bool take_ancillary(struct msghdr *received, struct ucred *sender)
{
	bool known = false;

	for (struct cmsghdr *header = CMSG_FIRSTHDR(received); header;
	     header = CMSG_NXTHDR(received, header)) {
		if (header->cmsg_level != SOL_SOCKET)
			continue;
		if (header->cmsg_type == SCM_RIGHTS)
			close_descriptors(header);
		if (header->cmsg_type == SCM_CREDENTIALS) {
			memcpy(sender, CMSG_DATA(header), sizeof(*sender));
			known = true;
		}
	}
	return known;
}

static bool may_send(const struct notify_socket *notify, uid_t uid)
{
	return uid == 0 || uid == geteuid() || uid == notify->uid;
}

static void refuse(struct notify_socket *notify, uid_t uid)
{
	if (notify->refused_count++)
		return;
	log_warning("notify_socket %s: messages of user %u do not count; set user in the vrrp_app",
		    notify->path, uid);
}

/* Returns whether there was a message. */
static bool receive(struct notify_socket *notify)
{
	_Alignas(struct cmsghdr) char ancillary[CMSG_SPACE(sizeof(struct ucred)) +
						CMSG_SPACE(DESCRIPTORS_MAX * sizeof(int))];
	char text[MESSAGE_BYTES];
	struct iovec part = {text, sizeof(text) - 1};
	struct msghdr received = {.msg_iov = &part,
				  .msg_iovlen = 1,
				  .msg_control = ancillary,
				  .msg_controllen = sizeof(ancillary)};
	struct notify_message message;
	struct ucred sender;
	ssize_t bytes = recvmsg(notify->fd, &received, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	if (bytes < 0)
		return false;
	text[bytes] = '\0';
	if (!take_ancillary(&received, &sender))
		return true;
	if (!may_send(notify, sender.uid)) {
		refuse(notify, sender.uid);
		return true;
	}
	notify_message_read(text, &message);
	notify->received(notify->context, &sender, &message);
	return true;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	for (int i = 0; i < MESSAGES_AT_ONCE && receive(context); i++)
		;
}

int notify_socket_open(struct notify_socket *notify, struct event_base *base, const char *path,
		       uint32_t uid, notify_received *received, void *context)
{
	int fd = make(path, uid);

	if (fd < 0)
		return fd;
	*notify = (struct notify_socket){
		.uid = uid,
		.fd = fd,
		.readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, notify),
		.received = received,
		.context = context,
	};
	snprintf(notify->path, sizeof(notify->path), "%s", path);
	if (notify->readable && !event_add(notify->readable, NULL))
		return 0;
	log_error("cannot make notify_socket %s: out of memory", path);
	notify_socket_close(notify);
	return -ENOMEM;
}

void notify_socket_close(struct notify_socket *notify)
{
	if (!notify->path[0])
		return;
	if (notify->readable)
		event_free(notify->readable);
	close(notify->fd);
	unlink(notify->path);
	*notify = (struct notify_socket){0};
}
