/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A generic netlink socket of the family "IPVS". The kernel handles requests while they are sent, so
 * that an answer is there at once or was lost; nothing waits.
 */
#ifndef XBEAT_PLANE_IPVS_SOCKET_H
#define XBEAT_PLANE_IPVS_SOCKET_H

#include "user/net/netlink/netlink.h"
#include "user/plane/ipvs/message.h"
#include <stddef.h>
#include <stdint.h>

/* A batch of requests: few enough for all their refusals to fit in the receive buffer. */
#define IPVS_BATCH_MAX 128

struct ipvs_socket {
	struct netlink netlink;
	uint16_t family;
};

/* The kernel loads ip_vs if it can; after a failure it is not asked to again. Returns 0, or -ENOENT if the kernel has no ip_vs, or a negative
 * errno, with the socket closed. */
int ipvs_socket_open(struct ipvs_socket *ipvs);
void ipvs_socket_close(struct ipvs_socket *ipvs);

struct ipvs_batch {
	unsigned count;
	size_t length;
	int results[IPVS_BATCH_MAX]; /* of each request after ipvs_batch_send() */
	char buffer[IPVS_BATCH_MAX * IPVS_MESSAGE_BYTES] __attribute__((aligned(NLMSG_ALIGNTO)));
};

/* Begins the next request; there are fewer than IPVS_BATCH_MAX. */
struct nlmsghdr *ipvs_batch_begin(struct ipvs_batch *batch, const struct ipvs_socket *ipvs,
				  uint8_t command);
void ipvs_batch_end(struct ipvs_batch *batch, struct nlmsghdr *message);

/* Sends all; each result is 0 or a negative errno, -ENOBUFS: unknown, because answers were lost. */
void ipvs_batch_send(struct ipvs_batch *batch, struct ipvs_socket *ipvs);

/* Sends one request. Returns 0 or a negative errno. */
int ipvs_transact(struct ipvs_socket *ipvs, struct nlmsghdr *message);

#endif
