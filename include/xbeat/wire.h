/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * The heartbeat packet, version 1: the payload of a UDP datagram over IPv4 or IPv6. All fields are
 * in network byte order. PROBE and REPLY, QUERY and ANSWER, COMPARE and COMPARED have the same
 * size, so that an answer is written in place and never amplifies.
 *
 * Fields name prober and responder, not sender and addressee. So what both know is the same bytes
 * in both packets, and comes first: the responder continues from the hash of the PROBE's head
 * instead of computing it again.
 *
 * The tag is SipHash-2-4 under the shared key over these bytes:
 *
 *   the head: bytes 0-39 of the packet, the prober's IP address, the responder's
 *   IP address (4 bytes each for IPv4, 16 for IPv6);
 *   bytes 40-63;
 *   the digest of the instances, of the view or of the page: SipHash-2-4 under the same key
 *   over bytes 64-127.
 *
 * Instances rarely change, so both sides keep the digest instead of hashing them for each packet.
 * Hashes are written as SipHash gives them: little-endian. The two uses of the key cannot be
 * confused, because SipHash covers the length of its message.
 */
#ifndef XBEAT_WIRE_H
#define XBEAT_WIRE_H

#include <xbeat/types.h>

#define XB_PORT_DEFAULT 694 /* IANA: ha-cluster */
#define XB_MAGIC 0x5842
#define XB_WIRE_VERSION 1
#define XB_PACKET_BYTES 136
#define XB_TAGGED_BYTES 128 /* the bytes of the packet under the tag */
#define XB_HEAD_BYTES 40 /* of these, the same in a question and its answer */
#define XB_INSTANCES_MAX 16 /* VRRP instances that one packet describes */
#define XB_NODE_ID_MAX 255
#define XB_LINKS_MAX 4
#define XB_APPS_MAX 32 /* applications whose liveness one packet reports */

enum xb_packet_type {
	XB_PROBE = 1,
	XB_REPLY = 2,
	/* Asks what the responder last heard of another node. Answered like a PROBE, from the
	 * responder's map, but no evidence: it has no sequence number, and its answer carries a
	 * view instead of instances. */
	XB_QUERY = 3,
	XB_ANSWER = 4,
	/* Asks for a page of the responder's statement: its configuration, as far as nodes must
	 * agree. Answered and judged like a QUERY. */
	XB_COMPARE = 5,
	XB_COMPARED = 6,
};

/* The state of a node as a whole: value, name, meaning. */
#define XB_NODE_STATES(X)                                                                          \
	X(0, STARTING, "starting", "its daemon is not ready yet")                                  \
	X(1, RUNNING, "running", "normal work")                                                    \
	X(2, DRAINING, "draining", "gives up its addresses and takes none")                        \
	X(3, STOPPING, "stopping", "its daemon is about to leave cleanly")                         \
	X(4, DEAD, "dead", "its daemon died without stopping, as its kernel reports")              \
	X(5, RESTARTING, "restarting", "its daemon has ended, and another one is about to go on")

enum xb_node_state {
#define X(value, id, name, meaning) XB_NODE_##id = value,
	XB_NODE_STATES(X)
#undef X
};

/* The state of a VRRP instance, RFC 9568 section 6.4: value, name, meaning. */
#define XB_INSTANCE_STATES(X)                                                                      \
	X(0, NONE, "none", "the entry is empty")                                                   \
	X(1, INITIALIZE, "initialize", "takes no part")                                            \
	X(2, BACKUP, "backup", "watches the Active")                                               \
	X(3, ACTIVE, "active", "owns the addresses")

enum xb_instance_state {
#define X(value, id, name, meaning) XB_INSTANCE_##id = value,
	XB_INSTANCE_STATES(X)
#undef X
};

/* One VRRP instance in a packet. family_flags: 4 or 6 in the low four bits, flags in the high
 * four. */
struct xb_instance {
	__u8 vrid;
	__u8 family_flags;
	__u8 state; /* enum xb_instance_state */
	__u8 priority; /* effective */
};

#define XB_INSTANCE_FAMILY_MASK 0x0f
/* Its addresses are guarded: if the daemon hangs, they are fenced, and the packet reports it. */
#define XB_INSTANCE_GUARDED 0x10
/* Beside state Backup: a claim. The addresses are placed, behind a closed fence; a lower Active
 * fences them for this node. */
#define XB_INSTANCE_CLAIM 0x20
/* Its node knows claims. */
#define XB_INSTANCE_KNOWS_CLAIMS 0x40

#define XB_AGE_NEVER 0xffffffff /* also the largest age */

/* What the sender of an ANSWER knows about a third node; in a QUERY all but subject_id is 0. */
struct xb_view {
	__u16 subject_id;
	__u8 subject_state; /* enum xb_node_state as it last reported, on any link */
	__u8 reserved1;
	__u32 subject_daemon_age_us; /* as in its last evidence; or XB_AGE_NEVER */
	__u64 subject_epoch; /* the highest known; 0: none */
	/* By link: since its last evidence; or XB_AGE_NEVER. */
	__u32 evidence_age_us[XB_LINKS_MAX];
	/* By link: since its last new PROBE to our epoch, evidence or not; or XB_AGE_NEVER. */
	__u32 heard_age_us[XB_LINKS_MAX];
	__u16 subject_fenced_bits; /* as it last reported */
	__u8 reserved2[14];
};

#define XB_PAGE_DATA_BYTES 48
#define XB_PAGES_MAX 512

/* A page of the sender's statement (docs/protocol.md, 1.10); in a COMPARE all but page is 0. */
struct xb_page {
	__u16 page; /* from 0 */
	__u16 page_count; /* 0: the page does not exist */
	__u32 statement_bytes; /* of all pages */
	__u64 digest; /* of all pages: SipHash-2-4 with a key of zeros */
	__u8 data[XB_PAGE_DATA_BYTES]; /* the last page is filled up with zeros */
};

struct xb_packet {
	__u16 magic;
	__u8 version;
	__u8 key_id;
	__u16 cluster_id;
	__u8 link;
	__u8 reserved1;
	__u16 prober_id;
	__u16 responder_id;
	__u32 seq; /* the prober's number; only in PROBE and REPLY */
	__u64 prober_epoch;
	__u64 responder_epoch; /* in a question: as the prober knows it; 0: unknown */
	__u64 t1_ns; /* prober's send time, prober's monotonic clock */

	__u8 type; /* enum xb_packet_type */
	__u8 node_state; /* enum xb_node_state, of the sender like all that follows */
	/* Bit n: the guard of instances[n] has expired; its addresses are not answered for. */
	__u16 fenced_bits;
	/* Highest seq of the other side's PROBEs; 0: none; only in PROBE and REPLY. */
	__u32 ack;
	/* Responder's receive time, its monotonic clock. In a PROBE with a claim: how long the
	 * claim may still be carried out, from t1_ns on; in another question 0. */
	__u64 t2_ns;
	__u32 daemon_age_us; /* since the sender's daemon last made progress; saturates */
	/* Bit n: application n, in the order of the configuration, has not beaten in time. */
	__u32 late_apps_bits;
	union {
		struct xb_instance instances[XB_INSTANCES_MAX]; /* PROBE, REPLY */
		struct xb_view view; /* QUERY, ANSWER */
		struct xb_page page; /* COMPARE, COMPARED */
	};
	__u64 tag;
};

#define XB_WIRE_OFFSET(field, offset)                                                              \
	_Static_assert(__builtin_offsetof(struct xb_packet, field) == (offset), #field)

XB_WIRE_OFFSET(cluster_id, 4);
XB_WIRE_OFFSET(prober_id, 8);
XB_WIRE_OFFSET(seq, 12);
XB_WIRE_OFFSET(prober_epoch, 16);
XB_WIRE_OFFSET(responder_epoch, 24);
XB_WIRE_OFFSET(t1_ns, 32);
XB_WIRE_OFFSET(type, XB_HEAD_BYTES);
XB_WIRE_OFFSET(fenced_bits, 42);
XB_WIRE_OFFSET(ack, 44);
XB_WIRE_OFFSET(t2_ns, 48);
XB_WIRE_OFFSET(daemon_age_us, 56);
XB_WIRE_OFFSET(instances, 64);
XB_WIRE_OFFSET(tag, XB_TAGGED_BYTES);
_Static_assert(sizeof(struct xb_packet) == XB_PACKET_BYTES, "packet size");
_Static_assert(sizeof(struct xb_instance) == 4, "instance size");
_Static_assert(sizeof(struct xb_view) == XB_INSTANCES_MAX * sizeof(struct xb_instance),
	       "struct xb_view");
_Static_assert(sizeof(struct xb_page) == sizeof(struct xb_view), "struct xb_page");
_Static_assert(XB_INSTANCES_MAX <= 16 && XB_APPS_MAX <= 32, "bits of a packet");

#endif
