/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The sessions of this process (bfd.c), and the sockets that they share to receive (sockets.c). */
#ifndef XBEAT_CHECKER_BFD_LINK_H
#define XBEAT_CHECKER_BFD_LINK_H

#include "user/checker/methods/method.h"
#include "user/core/bfd/session.h"

#define LINK_REASON_BYTES 160
#define LINK_REFUSED_BYTES 80

struct link {
	struct run *run; /* its check */
	struct link *next;
	struct bfd_session session;
	uint32_t interface; /* index, of a link-local neighbour; else 0 */
	int fd; /* sends to the neighbour */
	struct event *timer;
	uint64_t timer_due_ns;
	unsigned excuse_count; /* since the neighbour was heard */
	bool lost; /* to be reported by the next run: reason */
	char reason[LINK_REASON_BYTES];
	char refused
		[LINK_REFUSED_BYTES]; /* why the neighbour's last packet was discarded; "": it was not */
	int send_error; /* errno; 0: none */
};

/* A packet of a session's neighbour. */
typedef void link_receive(struct link *link, const struct bfd_packet *packet);

/* What all sessions of a process share. */
struct bfd_hub {
	struct run_owner *owner;
	link_receive *receive;
	struct link *links;
	struct bfd_socket {
		int fd; /* -1: none */
		bool is_ipv6, is_multihop;
		struct event *readable;
		struct bfd_hub *hub;
	} sockets[4];
	unsigned seed;
};

/* Opens what receives for this check, gives receive() what comes, and makes owner->bfd if need be. Returns 0 or a negative errno,
 * with *tried set to what failed. */
int bfd_sockets_open(struct run_owner *owner, const struct config_check *check,
		     link_receive *receive, const char **tried);

/* Opens what sends to the neighbour. Returns it or a negative errno. */
int bfd_sockets_connect(const struct run *run, const char **tried);

/* Without a session nothing listens. Frees owner->bfd. */
void bfd_sockets_close(struct run_owner *owner);

/* Reads what has come for sessions of this check's socket. */
void bfd_sockets_drain(struct bfd_hub *hub, const struct config_check *check);

/* A number of 32 bits, for jitter. */
uint32_t bfd_random(struct bfd_hub *hub);

#endif
