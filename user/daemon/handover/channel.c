/* SPDX-License-Identifier: GPL-2.0-or-later */
/* See channel.h. */
#include "user/daemon/handover/channel.h"
#include "user/lib/limits.h"
#include "user/lib/log.h"
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define WORD_BYTES 16

static bool is_channel(int fd)
{
	socklen_t length = sizeof(int);
	int type = 0;

	return getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_SEQPACKET;
}

/* Relative paths on the command line are relative to it. */
static void change_directory(const char *directory)
{
	if (*directory && chdir(directory))
		log_warning("cannot change to %s: %s", directory, limits_strerror(errno));
}

bool channel_inherit(struct channel *channel)
{
	const char *text = secure_getenv(CHANNEL_VARIABLE);
	int length = 0;

	*channel = (struct channel){.socket = -1, .errors = -1};
	if (!text)
		return true;
	if (sscanf(text, CHANNEL_FORMAT "%n", &channel->socket, &channel->errors, &length) != 2 ||
	    !length || !is_channel(channel->socket)) {
		log_error(
			CHANNEL_VARIABLE
			" is for a daemon that goes on for another one (xbeatctl restart): unset it");
		return false;
	}
	fcntl(channel->socket, F_SETFD, FD_CLOEXEC);
	fcntl(channel->errors, F_SETFD, FD_CLOEXEC);
	change_directory(text + length);
	unsetenv(CHANNEL_VARIABLE);
	return true;
}

int channel_send(int socket, const char *word, const int *descriptors)
{
	char room[CMSG_SPACE(CHANNEL_DESCRIPTORS * sizeof(int))] = {0};
	struct iovec data = {(void *)(uintptr_t)word, strlen(word)};
	struct msghdr message = {.msg_iov = &data, .msg_iovlen = 1};
	struct cmsghdr *along;

	if (descriptors) {
		message.msg_control = room;
		message.msg_controllen = sizeof(room);
		along = CMSG_FIRSTHDR(&message);
		along->cmsg_level = SOL_SOCKET;
		along->cmsg_type = SCM_RIGHTS;
		along->cmsg_len = CMSG_LEN(CHANNEL_DESCRIPTORS * sizeof(int));
		memcpy(CMSG_DATA(along), descriptors, CHANNEL_DESCRIPTORS * sizeof(int));
	}
	return sendmsg(socket, &message, MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static int receive(int socket, const char *word, int *descriptors)
{
	char room[CMSG_SPACE(CHANNEL_DESCRIPTORS * sizeof(int))] = {0}, text[WORD_BYTES] = "";
	struct iovec data = {text, sizeof(text) - 1};
	struct msghdr message = {.msg_iov = &data,
				 .msg_iovlen = 1,
				 .msg_control = room,
				 .msg_controllen = sizeof(room)};
	ssize_t length = recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
	const struct cmsghdr *along = CMSG_FIRSTHDR(&message);

	if (length <= 0)
		return length < 0 ? -errno : -ECONNRESET;
	if (strcmp(text, word) != 0)
		return -EPROTO;
	if (!descriptors)
		return 0;
	if (!along || along->cmsg_type != SCM_RIGHTS ||
	    along->cmsg_len != CMSG_LEN(CHANNEL_DESCRIPTORS * sizeof(int)))
		return -EPROTO;
	memcpy(descriptors, CMSG_DATA(along), CHANNEL_DESCRIPTORS * sizeof(int));
	return 0;
}

int channel_await(int socket, const char *word, int *descriptors, int timeout_ms)
{
	struct pollfd readable = {.fd = socket, .events = POLLIN};
	int count, error;

	do
		count = poll(&readable, 1, timeout_ms);
	while (count < 0 && errno == EINTR);
	if (count <= 0)
		return count < 0 ? -errno : -ETIMEDOUT;
	do
		error = receive(socket, word, descriptors);
	while (error == -EINTR);
	return error;
}
