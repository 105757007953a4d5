/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proc connector (linux/cn_proc.h). Whether it works is found out by trying: it answers a subscription
 * with an event of its own, PROC_EVENT_NONE, which carries an error or 0, and outside the first network and
 * pid namespace there is no answer at all.
 */
#include "user/runner/child/proc_connector.h"
#include "user/lib/cleanup.h"
#include <errno.h>
#include <linux/cn_proc.h>
#include <linux/connector.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ANSWER_WAIT_MS 200
#define HEAD_BYTES NLMSG_LENGTH(sizeof(struct cn_msg))

struct proc_events {
	void (*happened)(void *context);
	void *context;
	struct event *readable;
};

/* Takes the event out of a packet, where it is not aligned. Returns whether there is one. */
static bool parse(const char *packet, ssize_t length, struct proc_event *event)
{
	const struct cn_msg *message = NLMSG_DATA((const struct nlmsghdr *)(const void *)packet);

	if (length < (ssize_t)(HEAD_BYTES + sizeof(*event)) || message->id.idx != CN_IDX_PROC)
		return false;
	memcpy(event, message->data, sizeof(*event));
	return true;
}

/* Threads come and go without any process changing. */
static bool concerns_process(const struct proc_event *event)
{
	switch ((unsigned)event->what) {
	case PROC_EVENT_FORK:
		return event->event_data.fork.child_pid == event->event_data.fork.child_tgid;
	case PROC_EVENT_EXIT:
		return event->event_data.exit.process_pid == event->event_data.exit.process_tgid;
	case PROC_EVENT_EXEC:
	case PROC_EVENT_COMM:
		return true;
	}
	return false;
}

static void on_readable(evutil_socket_t fd, short what, void *context)
{
	const struct proc_events *events = context;
	char packet[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool concerns = false;

	(void)what;
	for (;;) {
		ssize_t length = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
		struct proc_event event;

		if (length < 0 && errno == ENOBUFS)
			concerns = true;
		else if (length <= 0)
			break;
		else if (parse(packet, length, &event))
			concerns |= concerns_process(&event);
	}
	if (concerns)
		events->happened(events->context);
}

/* Returns 0 or a negative errno. */
static int subscribe(int fd)
{
	static const enum proc_cn_mcast_op listen = PROC_CN_MCAST_LISTEN;
	char packet[HEAD_BYTES + sizeof(listen)] __attribute__((aligned(NLMSG_ALIGNTO))) = {0};
	struct nlmsghdr *header = (void *)packet;
	struct cn_msg *message = NLMSG_DATA(header);
	struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = CN_IDX_PROC};

	header->nlmsg_len = sizeof(packet);
	header->nlmsg_type = NLMSG_DONE;
	message->id = (struct cb_id){CN_IDX_PROC, CN_VAL_PROC};
	message->len = sizeof(listen);
	memcpy(message->data, &listen, sizeof(listen));
	if (bind(fd, (const struct sockaddr *)&address, sizeof(address)) ||
	    send(fd, packet, sizeof(packet), 0) < 0)
		return -errno;
	return 0;
}

/* Returns 0 or a negative errno. Other events may come before the answer, and prove the same. */
static int await_answer(int fd)
{
	char packet[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct pollfd answered = {.fd = fd, .events = POLLIN};
	struct proc_event event;

	if (poll(&answered, 1, ANSWER_WAIT_MS) != 1)
		return -ETIMEDOUT;
	if (!parse(packet, recv(fd, packet, sizeof(packet), MSG_DONTWAIT), &event))
		return -EPROTO;
	return event.what == PROC_EVENT_NONE ? -(int)event.event_data.ack.err : 0;
}

int proc_events_start(struct event_base *base, void (*happened)(void *context), void *context)
{
	_cleanup_close_ int fd =
		socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	struct proc_events *events;
	int error = fd < 0 ? -errno : subscribe(fd);

	if (!error)
		error = await_answer(fd);
	if (error)
		return error;
	events = calloc(1, sizeof(*events));
	if (!events)
		return -ENOMEM;
	events->happened = happened;
	events->context = context;
	events->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, events);
	if (!events->readable || event_add(events->readable, NULL)) {
		if (events->readable)
			event_free(events->readable);
		free(events);
		return -ENOMEM;
	}
	fd = -1; /* the event's, until the process ends */
	return 0;
}
