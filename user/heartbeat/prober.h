/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The tick: once an interval it stamps the daemon's progress, sends a PROBE to every peer on every
 * link (one batch a link) and judges all peers. Between ticks it sends QUERYs, the packets of
 * indirect probes (indirect.c), and extra PROBEs (peers_probe_now()). The schedule is absolute: it
 * does not drift, and after a stall it continues from now instead of catching up.
 */
#ifndef XBEAT_HEARTBEAT_PROBER_H
#define XBEAT_HEARTBEAT_PROBER_H

#include "user/core/extra_probes.h"
#include "user/heartbeat/peers.h"
#include "user/net/netlink/interface_monitor.h"
#include <event2/event.h>

#define PROBER_REASON_BYTES 512

struct prober_link;
struct prober_change;

struct prober {
	struct peers *peers;
	struct kernel *kernel;
	const struct config_heartbeat *heartbeat;
	struct xb_key key; /* signs */
	struct prober_link *links;
	size_t link_count;
	size_t own_node;
	struct event *tick;
	struct extra_probes extra;
	uint64_t due_ns;
	uint64_t open_due_ns; /* when links without a socket are tried again */
	bool numbers_used_up; /* half of all have been sent to a peer since the last time */
	void (*on_progress)(void *context, uint64_t now_ns);
	void (*on_numbers_used_up)(void *context);
	void *context;
};

struct prober_setup {
	struct event_base *base;
	struct kernel *kernel;
	struct peers *peers;
	const struct config_heartbeat *heartbeat;
	size_t own_node; /* index of this node in the block */
	const struct xb_key *key; /* signs */
	/* Called first in each tick, with the time that is stamped as the daemon's progress. */
	void (*on_progress)(void *context, uint64_t now_ns);
	/* Half of all numbers were sent: without a new epoch, recorded packets would seem to be
	 * new. */
	void (*on_numbers_used_up)(void *context);
	void *context;
};

/* Opens a socket per link, bound to this node's address there; a link whose address is not there
 * yet is opened when it comes. The first tick runs in the event loop. Returns 0 or a negative
 * errno, which is logged. */
int prober_start(struct prober *prober, const struct prober_setup *setup);
void prober_stop(struct prober *prober);

/* Reports links that send nothing because this node's address is not there, each once. */
void prober_report_waits(struct prober *prober);

/*
 * The links of another heartbeat block: prepared with its sockets, then taken, after the peers
 * (change.h); or freed. A link with the same interface, address and port keeps its socket. Returns
 * 0 or a negative errno, with a reason for the operator. heartbeat is borrowed for as long as it is
 * used.
 */
int prober_change_prepare(const struct prober *prober, const struct config_heartbeat *heartbeat,
			  size_t own_node, struct prober_change **prepared,
			  char reason[static PROBER_REASON_BYTES]);
void prober_change_apply(struct prober *prober, struct prober_change *change);
void prober_change_free(struct prober_change *change);

/* Signs with this key from now on. */
void prober_set_key(struct prober *prober, const struct xb_key *key);

/* Sends a COMPARE for a page of the peer's statement over a link. t1_ns must be later than that of
 * all COMPAREs to this peer before. */
void prober_compare(const struct prober *prober, size_t link, const struct peer *respondent,
		    uint16_t page, uint64_t t1_ns);

/* An address was added: if it is this node's address on a link, reopens the socket, because the
 * earlier one may be bound to an interface that was removed. */
void prober_address_added(struct prober *prober, const struct address_event *event);

/* An interface or its attachment has changed: finds out again whether its heartbeats have a tag. */
void prober_interface_changed(struct prober *prober, const char *interface);

#endif
