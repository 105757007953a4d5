/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The links of the prober: their sockets, and where their packets go. A link whose address is not
 * on this machine yet has no socket; it is opened when the address comes. */
#ifndef XBEAT_HEARTBEAT_PROBER_LINKS_H
#define XBEAT_HEARTBEAT_PROBER_LINKS_H

#include "user/heartbeat/prober.h"
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>
#include <xbeat/wire.h>

union socket_address;

/* All PROBEs of one link: sent in one system call. */
struct prober_link {
	int socket; /* -1: it cannot be opened yet */
	int open_error; /* a negative errno of the last attempt to open it */
	int last_error; /* so that a lasting failure is logged once */
	const char *interface;
	struct xb_address local; /* this node's */
	struct xb_packet *packets;
	struct mmsghdr *messages;
	struct iovec *data;
	union socket_address *to;
	size_t count;
};

/* Allocates a link and opens it, if its address is there. Returns 0 or a negative errno, which is
 * logged. */
int prober_link_start(struct prober *prober, size_t index);
void prober_link_stop(struct prober *prober, size_t index);

/* Of a link that is not in use. count: packets. Returns 0 or -ENOMEM. */
int prober_link_allocate(struct prober_link *link, size_t count);
void prober_link_free(struct prober_link *link);

/* Addresses the packets of a link, and writes where those of peers arrive. */
void prober_link_address(struct prober *prober, size_t index);

/* Opens the socket of a link of a block. Returns it or a negative errno, which
 * prober_explain_unusable() writes as a sentence with the remedy. */
int prober_socket_open(const struct prober *prober, const struct config_heartbeat *heartbeat,
		       size_t own_node, size_t index);
void prober_explain_unusable(const struct config_heartbeat *heartbeat, size_t own_node,
			     size_t index, int error, char reason[static PROBER_REASON_BYTES]);

/* Opens those that could not be opened, now and then: notifications may be lost. */
void prober_links_open(struct prober *prober, uint64_t now_ns);

/* Sends all packets of a link. */
void prober_link_send(struct prober *prober, size_t index);

#endif
