/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * UDP_CHECK, as keepalived: a datagram is sent. Unless a reply is required, silence is a success, and
 * only an ICMP error a failure; with an expected reply, it is compared up to the shorter of both.
 */
#include "user/checker/methods/method.h"
#include <errno.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define REPLY_BYTES_MAX 65536

static const char payload_default[] = "UDP check of xbeat: please ignore";

struct udp_work {
	int fd;
	struct event readable;
};

static void cancel(struct run *run)
{
	struct udp_work *work = run->work;

	event_del(&work->readable);
	close(work->fd);
	free(work);
	run->work = NULL;
}

static bool matches(const struct config_check_udp *udp, const uint8_t *reply, size_t length)
{
	size_t common = length < udp->reply_length ? length : udp->reply_length;

	for (size_t i = 0; i < common; i++) {
		uint8_t mask = udp->reply_mask ? udp->reply_mask[i] : 0xff;

		if ((reply[i] ^ udp->reply[i]) & mask)
			return false;
	}
	return true;
}

static void judge(struct run *run, const uint8_t *reply, size_t length)
{
	const struct config_check_udp *udp = &run->check->udp;

	if (udp->reply_length && (length < udp->reply_min || length > udp->reply_max))
		run_done(run, CHECK_BAD, "reply of %zu bytes, %u to %u wanted, after %s", length,
			 udp->reply_min, udp->reply_max, run_after(run).text);
	else if (udp->reply_length && !matches(udp, reply, length))
		run_done(run, CHECK_BAD, "another reply than the expected one after %s",
			 run_after(run).text);
	else
		run_done(run, CHECK_GOOD, "reply of %zu bytes after %s", length,
			 run_after(run).text);
}

/* Returns whether there was something to take. */
static bool take(struct run *run)
{
	static uint8_t reply[REPLY_BYTES_MAX];
	struct udp_work *work = run->work;
	ssize_t length = recv(work->fd, reply, sizeof(reply), MSG_DONTWAIT);
	int error = errno;

	if (length < 0 && (error == EAGAIN || error == EINTR))
		return false;
	cancel(run);
	if (length >= 0)
		judge(run, reply, (size_t)length);
	else if (error == ECONNREFUSED)
		run_done(run, CHECK_BAD, "port unreachable after %s", run_after(run).text);
	else
		run_failed(run, "receive", error);
	return true;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	(void)fd;
	(void)what;
	take(context);
}

static void expired(struct run *run)
{
	if (take(run))
		return;
	cancel(run);
	if (run->check->udp.require_reply)
		run_timed_out(run, "no reply within %s", run_timeout(run).text);
	else
		run_done(run, CHECK_GOOD, "no ICMP error within %s", run_timeout(run).text);
}

static int send_payload(const struct run *run, int fd)
{
	const struct config_check_udp *udp = &run->check->udp;
	struct sockaddr_storage address;
	unsigned length = run_target_address(run, &address);
	const void *payload = udp->payload ? (const void *)udp->payload : payload_default;
	size_t count = udp->payload ? udp->payload_length : sizeof(payload_default) - 1;

	if (connect(fd, (struct sockaddr *)&address, length) || send(fd, payload, count, 0) < 0)
		return -errno;
	return 0;
}

static void start(struct run *run)
{
	struct udp_work *work = malloc(sizeof(*work));
	const char *tried = "memory";
	int error = -ENOMEM, fd = -1;

	if (work)
		error = fd = run_open_socket(run, SOCK_DGRAM, &tried);
	if (fd >= 0) {
		tried = "send";
		error = send_payload(run, fd);
	}
	if (error < 0) {
		if (fd >= 0)
			close(fd);
		free(work);
		run_failed(run, tried, -error);
		return;
	}
	work->fd = fd;
	event_assign(&work->readable, run->owner->base, fd, EV_READ | EV_PERSIST, on_readable, run);
	event_add(&work->readable, NULL);
	run->work = work;
	run_set_step_deadline(run);
}

const struct method udp_method = {
	.name = "udp", .start = start, .cancel = cancel, .expired = expired};
