/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The proc connector (linux/cn_proc.h). Whether it works shows after subscribing: it answers with
 * the event PROC_EVENT_NONE, which carries an error or 0. Outside the first network and PID
 * namespace it does not answer.
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

struct proc_connector {
	void (*happened)(void *context);
	void *context;
	struct event *readable;
};

/* Copies the event, which is not aligned, from a packet. Returns whether there is one. */
static bool parse(const char *packet, ssize_t length, struct proc_event *event)
{
	const struct cn_msg *message = NLMSG_DATA((const struct nlmsghdr *)(const void *)packet);

	if (length < (ssize_t)(HEAD_BYTES + sizeof(*event)) || message->id.idx != CN_IDX_PROC)
		return false;
	memcpy(event, message->data, sizeof(*event));
	return true;
}

/* Events of threads do not concern processes. */
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
	const struct proc_connector *connector = context;
	char packet[1024] __attribute__((aligned(NLMSG_ALIGNTO)));
	bool changed = false;

	(void)what;
	for (;;) {
		ssize_t length = recv(fd, packet, sizeof(packet), MSG_DONTWAIT);
		struct proc_event event;

		if (length < 0 && errno == ENOBUFS)
			changed = true;
		else if (length <= 0)
			break;
		else if (parse(packet, length, &event))
			changed |= concerns_process(&event);
	}
	if (changed)
		connector->happened(connector->context);
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

/* Returns 0 or a negative errno. Another event before the answer proves the same. */
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

int proc_connector_start(struct event_base *base, void (*happened)(void *context), void *context)
{
	_cleanup_close_ int fd =
		socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_CONNECTOR);
	struct proc_connector *connector;
	int error = fd < 0 ? -errno : subscribe(fd);

	if (!error)
		error = await_answer(fd);
	if (error)
		return error;
	connector = calloc(1, sizeof(*connector));
	if (!connector)
		return -ENOMEM;
	connector->happened = happened;
	connector->context = context;
	connector->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, connector);
	if (!connector->readable || event_add(connector->readable, NULL)) {
		if (connector->readable)
			event_free(connector->readable);
		free(connector);
		return -ENOMEM;
	}
	fd = -1; /* stays open until the process ends */
	return 0;
}
