/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/* Values of the maps of VRRP adverts. What xbeat/map.h says of writers, times and slots holds here,
 * too. */
#ifndef XBEAT_MAP_VRRP_H
#define XBEAT_MAP_VRRP_H

#include <xbeat/drop.h>

#define XB_NAME_BYTES 16 /* with the closing NUL */
#define XB_VRRP_SLOTS_MAX 256
#define XB_VRRP_PEERS_MAX 4096
/* The sender of a refused advert is recorded at most this often for each instance, so that a
 * flood costs nothing. */
#define XB_REFUSAL_SPACING_NS 100000000ULL
/* Adverts of an instance wake the daemon at most this often, whatever the senders vary. */
#define XB_ADVERT_SPACING_NS 10000000ULL

/* xb_vrrp_slots: hash from a served instance to its slot (__u32) in xb_vrrp. */
struct xb_vrrp_key {
	__u32 interface_index;
	__u8 vrid;
	__u8 family; /* 4 or 6 */
	__u16 pad;
};

_Static_assert(sizeof(struct xb_vrrp_key) == 8, "struct xb_vrrp_key");

/* Authentication of version 2 (RFC 2338 section 5.3.6, as keepalived still uses it). */
#define XB_VRRP_PASSWORD_BYTES 8

/* How a served instance judges adverts (xbeat/heard.h). Written and read as one word. */
enum xb_vrrp_role {
	XB_VRRP_NO_ROLE = 0, /* adverts are only stored */
	XB_VRRP_BACKUP = 1,
	XB_VRRP_ACTIVE = 2,
};

struct xb_vrrp_rule {
	/* Grows whenever the rule or the base changes; what was heard by an earlier rule no longer
	 * counts, because the daemon has taken it in. */
	__u32 period;
	__u8 role; /* enum xb_vrrp_role */
	__u8 priority; /* effective */
	__u8 flags; /* enum xb_vrrp_flag */
	/* HELD_TO_NODES: the priority of the node that reports to be Active, the highest of
	 * several; 0: none does. */
	__u8 active_priority;
};

enum xb_vrrp_flag {
	XB_VRRP_ACCEPTS_LOWER = 1, /* it does not preempt, and is not the owner */
	XB_VRRP_ENDURES_LOWER = 2, /* preempt_delay: a lower Active is followed until it is over */
	/* Only adverts count that fit what nodes report in heartbeats; others are kept aside. */
	XB_VRRP_HELD_TO_NODES = 4,
	/* HELD_TO_NODES: of two with this priority the other node must be Active. */
	XB_VRRP_EQUAL_OUTRANKS = 8,
	/* HELD_TO_NODES: a node has reported nothing yet, and may be Active: no release fits. */
	XB_VRRP_NODE_UNHEARD = 16,
};

_Static_assert(sizeof(struct xb_vrrp_rule) == sizeof(__u64), "read as one word");

/* Where a Backup stands when a period begins. */
struct xb_vrrp_base {
	struct xb_address followed; /* all zero: no Active is followed */
	__u64 lower_since_ns; /* since when a lower one is followed (preempt_delay); 0: it is not */
};

struct xb_vrrp_advert {
	struct xb_address source;
	__u64 arrival_ns; /* 0: none */
	__u16 interval_cs;
	__u8 priority;
	__u8 pad[5];
};

/* What matters of all adverts since the period began (xbeat/heard.h). */
struct xb_vrrp_heard {
	/*
	 * Backup: the last advert of the Active that is followed. Priority 0: it released the
	 * addresses, then interval_cs is that of its last advert before. interval_cs 0: it is not
	 * known. Active: the last release, until rival is set.
	 */
	struct xb_vrrp_advert last;
	/* The last advert with a lower priority that was not accepted; also of earlier periods. At
	 * an Active: the last that does not outrank it. */
	struct xb_vrrp_advert lower;
	/* Active: the first advert that outranks it; all later ones were judged as by a Backup. */
	struct xb_vrrp_advert rival;
	__u64 lower_since_ns; /* Backup: as in struct xb_vrrp_base */
	__u64 lower_rival_ns; /* arrival of the last advert with a lower priority at an Active */
	/* Those that fitted no node's report when they came, whatever the period: the newest
	 * advert, the newest release, and how many of both there were. */
	struct xb_vrrp_advert aside, aside_release;
	__u64 aside_count;
	__u32 period; /* of the rule; another one: nothing was heard since the rule changed */
	__u8 unreported; /* the daemon must read this, but the ring buffer was full */
	__u8 pad[3];
};

/* Of version 3 over IPv4. Version 2 has none, IPv6 the real one. */
enum xb_pseudo_header {
	XB_PSEUDO_NONE,
	XB_PSEUDO_DESTINATION, /* with the destination of the packet */
	XB_PSEUDO_GROUP, /* with the group, also in unicast: keepalived before 1.3.7 */
};

/* xb_vrrp: array, BPF_F_MMAPABLE, XB_VRRP_SLOTS_MAX: the adverts of each served instance. */
struct xb_vrrp {
	char interface[XB_NAME_BYTES]; /* D: "" in a free slot */
	__u8 vrid; /* D */
	__u8 family; /* D: 4 or 6 */
	__u8 signed_mode; /* D: enum xb_signed_mode (xbeat/signed.h) */
	__u8 served_version; /* D: 2 or 3 */
	__u32 lock_sequence; /* K */
	struct xb_address own_source; /* D: of our own adverts; one that returns is VRRP_OWN */
	struct xb_address destination; /* D: the group, or with unicast our own address */
	__u8 unicast; /* D: only adverts from xb_vrrp_peers, within their TTL bounds */
	__u8 has_password; /* D: version 2: authentication type 1, and these bytes */
	__u8 password[XB_VRRP_PASSWORD_BYTES]; /* D */
	__u16 served_interval_cs; /* D: version 2: adverts with another interval are dropped */
	__u8 no_addresses; /* D: version 3: adverts may list none (no_virtual_ipaddress) */
	__u8 pad2;
	__u16 group_sum; /* D: IPv4: of the group's address, for XB_PSEUDO_GROUP */
	/* The last advert of all. */
	__u64 arrival_ns; /* K; 0: never */
	struct xb_address source; /* K */
	__u8 version; /* K */
	__u8 priority; /* K */
	__u8 address_count; /* K */
	/* K sets it, D clears it: an ADVERT event is in the ring buffer, and no other is put there.
	 * D clears it XB_ADVERT_SPACING_NS after it has read the event, then reads the slot again
	 * after a full barrier. */
	__u8 event_pending;
	/* K: centiseconds, 12 bits (RFC 9568 section 5.2.7); version 2: seconds * 100. */
	__u16 interval_cs;
	__u8 pseudo_header; /* K: enum xb_pseudo_header: what the checksum covered */
	__u8 refused_reason; /* K: enum xb_drop */
	__u64 addresses_added; /* D: bit n < 63: a daemon added virtual address n of the file */
	__u64 addresses_digest; /* K: of the advertised addresses, in their order */
	__u64 received_count; /* K: well-formed adverts */
	__u64 changed_count; /* K: of these, those that differ from the one before */
	struct xb_vrrp_rule rule; /* D, after base */
	struct xb_vrrp_base base; /* D */
	struct xb_vrrp_heard heard; /* K */
	/* The last refused advert or, in a flood, one of the last. Its sender may consider
	 * itself the Active. */
	__u64 refused_arrival_ns; /* K; 0: never */
	struct xb_address refused_source; /* K */
	__u64 refuted_count; /* D: adverts kept aside that the nodes' later reports refuted */
};

_Static_assert(XB_DROP_COUNT <= 256, "refused_reason");
_Static_assert(sizeof(struct xb_vrrp) == 392, "struct xb_vrrp");

/* xb_vrrp_peers: hash of the senders that an instance with unicast peers accepts. */
struct xb_vrrp_peer_key {
	__u32 slot; /* of xb_vrrp */
	__u32 pad;
	struct xb_address address;
};

struct xb_vrrp_peer {
	__u8 ttl_minimum;
	__u8 ttl_maximum;
};

#endif
