/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The request app_open (docs/protocol.md): one JSON text each way, ended by NUL. The page comes
 * with the answer as SCM_RIGHTS. The answer is short and has a fixed form, so no JSON library is
 * needed.
 */
#include "user/app/request.h"
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define WAIT_SECONDS 5
#define ANSWER_BYTES 2048
#define NAME_BYTES_MAX 64
#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

/* The daemon's errors as errno; all others: -EPROTO. */
static const struct {
	const char *answer;
	int error;
} errors[] = {
	{"{\"error\":\"not_permitted\"", -EPERM},
	{"{\"error\":\"no_app\"", -ENOENT},
};

struct answer {
	char text[ANSWER_BYTES];
	size_t length;
	int descriptor; /* -1: none */
};

static uint64_t now_s(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec;
}

/* A signal handler interrupts connect(), which is not restarted because it has a time limit. */
static int connect_through_signals(int fd, const struct sockaddr_un *address)
{
	uint64_t started_s = now_s();

	while (connect(fd, (const struct sockaddr *)address, sizeof(*address))) {
		if (errno != EINTR)
			return -errno;
		if (now_s() - started_s > WAIT_SECONDS)
			return -ETIMEDOUT;
	}
	return 0;
}

static int connect_to(const char *path)
{
	const struct timeval wait = {.tv_sec = WAIT_SECONDS};
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int fd, error;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	/* On Linux the limit also applies to connect(), which waits while the backlog is full. */
	if (setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)))
		error = -errno;
	else
		error = connect_through_signals(fd, &address);
	if (!error)
		return fd;
	close(fd);
	return error;
}

/* A short text on a new connection is sent completely or not at all. */
static int send_request(int fd, const char *name)
{
	char text[128];
	int length = snprintf(text, sizeof(text),
			      "{\"method\":\"app_open\",\"parameters\":{\"name\":\"%s\"}}", name);
	size_t bytes = (size_t)length + 1;
	ssize_t sent = send(fd, text, bytes, MSG_NOSIGNAL);

	/* A refused client finds the connection closed, and the reason in what it receives. */
	if (sent < 0)
		return errno == EPIPE || errno == ECONNRESET ? 0 : -errno;
	return (size_t)sent == bytes ? 0 : -EPROTO;
}

/* Keeps the first descriptor and closes all others. */
static void take_descriptors(struct msghdr *header, struct answer *answer)
{
	for (struct cmsghdr *along = CMSG_FIRSTHDR(header); along;
	     along = CMSG_NXTHDR(header, along)) {
		size_t count = (along->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (along->cmsg_level != SOL_SOCKET || along->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t i = 0; i < count; i++) {
			int fd;

			memcpy(&fd, CMSG_DATA(along) + i * sizeof(fd), sizeof(fd));
			if (answer->descriptor < 0)
				answer->descriptor = fd;
			else
				close(fd);
		}
	}
}

/* Returns the number of bytes received, or a negative errno. */
static ssize_t receive_part(int fd, struct answer *answer)
{
	union {
		char room[CMSG_SPACE(sizeof(int))];
		struct cmsghdr align;
	} control;
	struct iovec data = {answer->text + answer->length, ANSWER_BYTES - answer->length};
	struct msghdr header = {
		.msg_iov = &data,
		.msg_iovlen = 1,
		.msg_control = &control,
		.msg_controllen = sizeof(control),
	};
	ssize_t received = recvmsg(fd, &header, MSG_CMSG_CLOEXEC);

	if (received < 0)
		return errno == EINTR ? 0 : -errno;
	take_descriptors(&header, answer);
	answer->length += (size_t)received;
	return received ? received : -ECONNRESET;
}

static int receive_answer(int fd, struct answer *answer)
{
	uint64_t started_s = now_s();

	while (!memchr(answer->text, '\0', answer->length)) {
		ssize_t received;

		if (answer->length == ANSWER_BYTES)
			return -EPROTO;
		if (now_s() - started_s > WAIT_SECONDS)
			return -ETIMEDOUT;
		received = receive_part(fd, answer);
		if (received < 0)
			return (int)received;
	}
	return 0;
}

static int parse_answer(const struct answer *answer, uint64_t *timeout_ns)
{
	static const char begins[] = "{\"result\":{\"timeout_ns\":";

	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
		if (!strncmp(answer->text, errors[i].answer, strlen(errors[i].answer)))
			return errors[i].error;
	if (strncmp(answer->text, begins, strlen(begins)) != 0 || answer->descriptor < 0)
		return -EPROTO;
	*timeout_ns = strtoull(answer->text + strlen(begins), NULL, 10);
	return 0;
}

static int ask(int fd, const char *name, uint64_t *timeout_ns)
{
	struct answer answer = {.descriptor = -1};
	int error = send_request(fd, name);

	if (!error)
		error = receive_answer(fd, &answer);
	if (!error)
		error = parse_answer(&answer, timeout_ns);
	if (!error)
		return answer.descriptor;
	if (answer.descriptor >= 0)
		close(answer.descriptor);
	return error;
}

/* The errors of xbeat/app.h. */
static int public_error(int error)
{
	switch (error) {
	case -ENOENT:
	case -ENOTDIR:
		return -ECONNREFUSED;
	case -EACCES:
		return -EPERM;
	case -EAGAIN:
		return -ETIMEDOUT;
	default:
		return error;
	}
}

static bool is_name(const char *name)
{
	return name && *name && strlen(name) <= NAME_BYTES_MAX && !name[strspn(name, NAME_LETTERS)];
}

int xbeat_app_request(const char *path, const char *name, uint64_t *timeout_ns)
{
	int connection, result;

	if (!is_name(name))
		return -EINVAL;
	connection = connect_to(path);
	if (connection < 0)
		return public_error(connection);
	result = ask(connection, name, timeout_ns);
	close(connection);
	if (result == -ECONNRESET)
		return -ECONNREFUSED; /* it is stopping or restarting */
	return result == -EAGAIN ? -ETIMEDOUT : result;
}
