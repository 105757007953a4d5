/* SPDX-License-Identifier: GPL-2.0-or-later */
/* By libmnl; see rtnetlink.h. */
#include "user/kernel/system/rtnetlink.h"
#include <errno.h>
#include <sys/socket.h>

#define SEQUENCE 1

static int receive(struct mnl_socket *socket, mnl_cb_t take, void *context)
{
	char answer[32768] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t length;
	int more;

	do {
		length = mnl_socket_recvfrom(socket, answer, sizeof(answer));
		if (length < 0)
			return -errno;
		more = mnl_cb_run(answer, (size_t)length, SEQUENCE, mnl_socket_get_portid(socket),
				  take, context);
	} while (more > MNL_CB_STOP);
	return more < 0 ? -errno : 0;
}

int rtnetlink_dump(struct nlmsghdr *request, mnl_cb_t take, void *context)
{
	struct mnl_socket *socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC);
	int error;

	if (!socket)
		return -errno;
	request->nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
	request->nlmsg_seq = SEQUENCE;
	error = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) < 0 ||
				mnl_socket_sendto(socket, request, request->nlmsg_len) < 0
			? -errno
			: 0;
	if (!error)
		error = receive(socket, take, context);
	mnl_socket_close(socket);
	return error;
}
