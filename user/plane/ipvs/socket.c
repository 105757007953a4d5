/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The socket, and batches of requests: only the last one of a batch asks for an acknowledgement, but
 * each that is refused is answered. */
#include "user/plane/ipvs/socket.h"
#include "user/lib/array.h"
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <string.h>
#include <sys/socket.h>

/* For the refusals of a whole batch, and for parts of dumps. */
#define RECEIVE_BUFFER_BYTES (1 << 20)
#define ANSWER_BYTES 32768

static int take_family(const struct nlmsghdr *answer, void *context)
{
	const struct nlattr *table[CTRL_ATTR_FAMILY_NAME + 1] = {0};

	netlink_attributes(answer, sizeof(struct genlmsghdr), table, ARRAY_SIZE(table));
	if (table[CTRL_ATTR_FAMILY_ID] && table[CTRL_ATTR_FAMILY_NAME] &&
	    !strcmp(mnl_attr_get_str(table[CTRL_ATTR_FAMILY_NAME]), IPVS_GENL_NAME))
		*(uint16_t *)context = mnl_attr_get_u16(table[CTRL_ATTR_FAMILY_ID]);
	return MNL_CB_OK;
}

/*
 * Asked for a family by its name, a kernel that does not have it executes modprobe
 * (net-pf-16-proto-16-family-IPVS) and waits for it, and so does this process: for milliseconds, on
 * a busy machine for much longer. So only once: if that brought no family, the list of those that
 * are there is read, which takes microseconds and has what "modprobe ip_vs" has loaded meanwhile.
 */
static int find_family(struct ipvs_socket *ipvs)
{
	static bool missing; /* of the kernel, whichever plane asks */
	char buffer[IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	struct nlmsghdr *message =
		ipvs_message(buffer, GENL_ID_CTRL, CTRL_CMD_GETFAMILY, missing ? NLM_F_DUMP : 0);
	int error;

	if (!missing)
		mnl_attr_put_strz(message, CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME);
	error = netlink_query(&ipvs->netlink, message, take_family, &ipvs->family);
	if (!error && !ipvs->family)
		error = -ENOENT;
	if (!error || error == -ENOENT)
		missing = error;
	return error;
}

int ipvs_socket_open(struct ipvs_socket *ipvs)
{
	const int buffer = RECEIVE_BUFFER_BYTES, yes = 1;
	struct mnl_socket *socket;
	int error;

	*ipvs = (struct ipvs_socket){0};
	socket = mnl_socket_open2(NETLINK_GENERIC, SOCK_CLOEXEC | SOCK_NONBLOCK);
	if (!socket)
		return -errno;
	ipvs->netlink.socket = socket;
	error = mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ? -errno : 0;
	/* Both only spare memory, and lost answers. */
	setsockopt(mnl_socket_get_fd(socket), SOL_SOCKET, SO_RCVBUFFORCE, &buffer, sizeof(buffer));
	mnl_socket_setsockopt(socket, NETLINK_CAP_ACK, (void *)&yes, sizeof(yes));
	if (!error)
		error = find_family(ipvs);
	if (error)
		ipvs_socket_close(ipvs);
	return error;
}

void ipvs_socket_close(struct ipvs_socket *ipvs)
{
	netlink_close(&ipvs->netlink);
}

struct nlmsghdr *ipvs_batch_begin(struct ipvs_batch *batch, const struct ipvs_socket *ipvs,
				  uint8_t command)
{
	return ipvs_message(batch->buffer + batch->length, ipvs->family, command, 0);
}

void ipvs_batch_end(struct ipvs_batch *batch, struct nlmsghdr *message)
{
	batch->results[batch->count++] = -ENOBUFS;
	batch->length += NLMSG_ALIGN(message->nlmsg_len);
}

static uint32_t number_requests(struct ipvs_batch *batch, struct ipvs_socket *ipvs)
{
	uint32_t first = ipvs->netlink.sequence + 1;
	struct nlmsghdr *message = (void *)batch->buffer;

	for (unsigned i = 0; i < batch->count; i++) {
		message->nlmsg_seq = first + i;
		if (i + 1 == batch->count)
			message->nlmsg_flags |= NLM_F_ACK;
		message = (void *)((char *)message + NLMSG_ALIGN(message->nlmsg_len));
	}
	ipvs->netlink.sequence += batch->count;
	return first;
}

static void set_results(struct ipvs_batch *batch, int error)
{
	for (unsigned i = 0; i < batch->count; i++)
		batch->results[i] = error;
}

/* Returns whether it was the last answer. What was neither refused nor is the last was done. */
static bool take_answer(struct ipvs_batch *batch, uint32_t first, const struct nlmsghdr *answer)
{
	const struct nlmsgerr *result = mnl_nlmsg_get_payload(answer);
	uint32_t index = answer->nlmsg_seq - first;

	if (answer->nlmsg_type != NLMSG_ERROR || index >= batch->count)
		return false;
	batch->results[index] = result->error;
	return index + 1 == batch->count;
}

/* Returns whether the last answer came. */
static bool take_answers(struct ipvs_batch *batch, uint32_t first, const void *buffer, int length)
{
	const struct nlmsghdr *answer = buffer;
	bool last = false;

	for (; mnl_nlmsg_ok(answer, length); answer = mnl_nlmsg_next(answer, &length))
		last |= take_answer(batch, first, answer);
	return last;
}

void ipvs_batch_send(struct ipvs_batch *batch, struct ipvs_socket *ipvs)
{
	char buffer[ANSWER_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
	uint32_t first = number_requests(batch, ipvs);
	bool lost = false, last = false;
	ssize_t length;

	if (mnl_socket_sendto(ipvs->netlink.socket, batch->buffer, batch->length) < 0) {
		set_results(batch, -errno);
		return;
	}
	set_results(batch, 0);
	while (!last) {
		length = mnl_socket_recvfrom(ipvs->netlink.socket, buffer, sizeof(buffer));
		if (length < 0 && errno == EINTR)
			continue;
		lost |= length < 0;
		if (length < 0 && errno != ENOBUFS)
			break;
		last = length > 0 && take_answers(batch, first, buffer, (int)length);
	}
	if (lost)
		set_results(batch, -ENOBUFS);
}

int ipvs_transact(struct ipvs_socket *ipvs, struct nlmsghdr *message)
{
	message->nlmsg_flags |= NLM_F_ACK;
	return netlink_transact(&ipvs->netlink, message);
}
