/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Requests to rtnetlink, through libmnl. The kernel handles a request before sendto() returns,
 * so the socket never waits for an answer: a missing answer was lost. */
#include "user/net/netlink/netlink.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <sys/socket.h>

/* The longest message of a dump. */
#define ANSWER_BYTES 32768

int netlink_open(struct netlink *netlink)
{
	netlink->sequence = 0;
	netlink->socket = mnl_socket_open2(NETLINK_ROUTE, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!netlink->socket)
		return -errno;
	if (mnl_socket_bind(netlink->socket, 0, MNL_SOCKET_AUTOPID) < 0) {
		int error = -errno;

		netlink_close(netlink);
		return error;
	}
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	if (netlink->socket)
		mnl_socket_close(netlink->socket);
	netlink->socket = NULL;
}

/* Receives an answer to the last request, and skips those to an earlier one that failed. */
static ssize_t receive(const struct netlink *netlink, char *answer)
{
	const struct nlmsghdr *header = (const void *)answer;
	ssize_t length;

	do
		length = mnl_socket_recvfrom(netlink->socket, answer, ANSWER_BYTES);
	while (length < 0 ? errno == EINTR : header->nlmsg_seq != netlink->sequence);
	return length < 0 ? -errno : length;
}

int netlink_query(struct netlink *netlink, struct nlmsghdr *request,
		  int (*take)(const struct nlmsghdr *answer, void *context), void *context)
{
	bool is_dump = (request->nlmsg_flags & NLM_F_DUMP) == NLM_F_DUMP;
	char answer[ANSWER_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	ssize_t length;
	int more;

	request->nlmsg_seq = ++netlink->sequence;
	if (mnl_socket_sendto(netlink->socket, request, request->nlmsg_len) < 0)
		return -errno;
	do {
		length = receive(netlink, answer);
		if (length < 0)
			return (int)length;
		more = mnl_cb_run(answer, (size_t)length, netlink->sequence,
				  mnl_socket_get_portid(netlink->socket), take, context);
		if (more < 0)
			return errno > 0 ? -errno : -EPROTO;
	} while (is_dump && more != MNL_CB_STOP);
	return 0;
}

int netlink_transact(struct netlink *netlink, struct nlmsghdr *request)
{
	return netlink_query(netlink, request, NULL, NULL);
}

struct attribute_table {
	const struct nlattr **table;
	uint16_t count;
};

static int take_attribute(const struct nlattr *attribute, void *context)
{
	const struct attribute_table *found = context;
	uint16_t type = mnl_attr_get_type(attribute);

	if (type < found->count)
		found->table[type] = attribute;
	return MNL_CB_OK;
}

void netlink_attributes(const struct nlmsghdr *message, unsigned head_bytes,
			const struct nlattr **table, uint16_t count)
{
	mnl_attr_parse(message, head_bytes, take_attribute,
		       &(struct attribute_table){table, count});
}

void netlink_nested_attributes(const struct nlattr *nest, const struct nlattr **table,
			       uint16_t count)
{
	mnl_attr_parse_nested(nest, take_attribute, &(struct attribute_table){table, count});
}
