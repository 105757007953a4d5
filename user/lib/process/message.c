// SPDX-License-Identifier: GPL-2.0-or-later
/* Messages between processes of xbeat; see message.h. */
#include "user/lib/process/message.h"
#include "user/lib/clock.h"
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

/* For descriptors, aligned as their header needs it. */
union control {
	struct cmsghdr header;
	char room[CMSG_SPACE(sizeof(int) * MESSAGE_DESCRIPTORS_MAX)];
};

int message_add_strings(struct message_strings *strings, const char *const *added)
{
	for (size_t i = 0; added && added[i]; i++) {
		size_t length = strlen(added[i]) + 1;

		if (length > sizeof(strings->bytes) - strings->length ||
		    strings->count >= MESSAGE_STRINGS_MAX)
			return -E2BIG;
		memcpy(strings->bytes + strings->length, added[i], length);
		strings->length += (uint32_t)length;
		strings->count++;
	}
	return 0;
}

static uint32_t count_strings(const char *bytes, size_t length)
{
	uint32_t count = 0;

	for (size_t i = 0; i < length; i++)
		count += !bytes[i];
	return count;
}

bool message_strings_are_valid(const struct message_strings *strings, size_t received)
{
	if (received > sizeof(strings->bytes) || received != strings->length ||
	    strings->count > MESSAGE_STRINGS_MAX ||
	    (strings->length && strings->bytes[strings->length - 1]))
		return false;
	return count_strings(strings->bytes, strings->length) == strings->count;
}

void message_get_strings(struct message_strings *strings,
			 char *pointers[static MESSAGE_STRINGS_MAX + 1])
{
	char *next = strings->bytes;

	for (uint32_t i = 0; i < strings->count; i++) {
		pointers[i] = next;
		next += strlen(next) + 1;
	}
	pointers[strings->count] = NULL;
}

bool message_same_strings(const struct message_strings *one, const struct message_strings *other)
{
	return one->length == other->length && !memcmp(one->bytes, other->bytes, one->length);
}

int message_send(int socket_fd, const void *message, size_t length,
		 const struct message_descriptors *descriptors)
{
	union control control = {.room = {0}};
	struct iovec data = {(void *)message, length};
	struct msghdr header = {.msg_iov = &data, .msg_iovlen = 1};

	if (descriptors && descriptors->count) {
		size_t bytes = sizeof(int) * descriptors->count;

		control.header.cmsg_level = SOL_SOCKET;
		control.header.cmsg_type = SCM_RIGHTS;
		control.header.cmsg_len = CMSG_LEN(bytes);
		memcpy(CMSG_DATA(&control.header), descriptors->fds, bytes);
		header.msg_control = &control;
		header.msg_controllen = CMSG_SPACE(bytes);
	}
	return sendmsg(socket_fd, &header, MSG_DONTWAIT | MSG_NOSIGNAL) < 0 ? -errno : 0;
}

static void take_descriptors(struct msghdr *header, struct message_descriptors *descriptors)
{
	const struct cmsghdr *along = CMSG_FIRSTHDR(header);

	descriptors->count = 0;
	if (!along || along->cmsg_level != SOL_SOCKET || along->cmsg_type != SCM_RIGHTS)
		return;
	descriptors->count = (along->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	memcpy(descriptors->fds, CMSG_DATA(along), sizeof(int) * descriptors->count);
}

ssize_t message_receive(int socket_fd, void *message, size_t room,
			struct message_descriptors *descriptors)
{
	union control control;
	struct iovec data = {message, room};
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t length = recvmsg(socket_fd, &header, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	descriptors->count = 0;
	if (length < 0)
		return -errno;
	take_descriptors(&header, descriptors);
	if (!(header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return length;
	message_close_descriptors(descriptors);
	return -EMSGSIZE;
}

void message_close_descriptors(struct message_descriptors *descriptors)
{
	for (size_t i = 0; i < descriptors->count; i++)
		close(descriptors->fds[i]);
	descriptors->count = 0;
}

bool message_await_end(int socket_fd, uint64_t limit_ns)
{
	const uint64_t end_ns = clock_now_ns() + limit_ns;
	struct pollfd ended = {.fd = socket_fd, .events = POLLIN};
	char discarded;

	shutdown(socket_fd, SHUT_WR);
	for (uint64_t now_ns = clock_now_ns(); !time_reached(now_ns, end_ns);
	     now_ns = clock_now_ns()) {
		ssize_t length;

		poll(&ended, 1, (int)((end_ns - now_ns) / NS_PER_MS) + 1);
		length = recv(socket_fd, &discarded, sizeof(discarded), MSG_DONTWAIT);
		if (length == 0 || (length < 0 && errno != EAGAIN && errno != EINTR))
			return true;
	}
	return false;
}
