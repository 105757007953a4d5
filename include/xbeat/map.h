/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Values of the maps under /sys/fs/bpf/xbeat/<daemon name>/. Each field has one writer, named in
 * its comment: K the XDP program, D the daemon, L the daemon once, before the program is attached.
 * Integers are in host byte order; times are CLOCK_MONOTONIC in ns (as bpf_ktime_get_ns() gives
 * them) and are compared as signed differences.
 *
 * A slot's K fields are written under lock_sequence, which is odd while a processor writes. The
 * program takes it by compare-and-swap. A reader copies the slot, and retries until lock_sequence
 * was even and the same before and after.
 */
#ifndef XBEAT_MAP_H
#define XBEAT_MAP_H

#include <xbeat/drop.h>
#include <xbeat/map_vrrp.h>
#include <xbeat/wire.h>

/* The version of everything in this file and in xbeat/map_vrrp.h. A daemon adopts maps of this
 * version, and migrates those of the one before (user/kernel/layout). */
#define XB_MAP_ABI_VERSION 6

#define XB_DAEMON_NAME_BYTES 32 /* with the closing NUL */
#define XB_KEYS_MAX 2
#define XB_WINDOW_BITS 64
#define XB_RTT_BUCKETS 32
#define XB_NO_ACCEPT_MAX 4096
#define XB_GUARD_MAX 4096
#define XB_EVENTS_BYTES 131072

#define XB_VLAN_ANY 0xffff
#define XB_PROBE_KEY_SEEN 0x100

/* No slot, in the frozen table from (node id, link) to a slot of xb_peers. */
#define XB_NO_SLOT 0xffff

/* Sliding window over 32-bit sequence numbers: bit n set means that high_seq - n was seen. */
struct xb_window {
	__u64 seen_bits; /* 0: nothing was ever seen */
	__u32 high_seq;
	__u32 pad;
};

/* xb_peers: array, BPF_F_MMAPABLE, a slot per peer and link. */
struct xb_peer {
	char name[XB_NAME_BYTES]; /* L */
	char interface[XB_NAME_BYTES]; /* L */
	__u16 node_id; /* L */
	__u8 link; /* L */
	__u8 pad1;
	__u32 lock_sequence; /* K */
	struct xb_address peer_address; /* L */
	struct xb_address local_address; /* L */

	__u32 probe_sent_seq; /* D: highest seq sent, stored before the packet leaves; first is 1 */
	__u32 ack_window_count; /* D: how far an ack may lag behind it */
	__u64 probe_sent_count; /* D */
	__u64 probe_lost_count; /* D: not answered within the detection time */

	__u64 last_evidence_ns; /* K: arrival; 0: never in our epoch */
	/* K: arrival of the last authentic new PROBE, also of a sender that does not hear us. */
	__u64 last_heard_ns;
	__u64 last_probe_ns; /* K: arrival of the last PROBE that was evidence */
	__u64 last_reply_ns; /* K: arrival of the last REPLY that was evidence */
	__u64 evidence_count; /* K */
	__u64 probe_received_count; /* K: PROBEs that were evidence */
	__u64 reply_received_count; /* K: REPLYs that were evidence */

	__u64 peer_epoch; /* K: highest epoch known of the peer; 0: none */
	__u64 peer_knows_epoch; /* K: our epoch as the peer last reported it; 0: unknown */
	struct xb_window probe_window; /* K: over the peer's seq */
	struct xb_window reply_window; /* K: over our seq */

	__u64 answer_t1_ns; /* K: t1_ns of the newest QUERY that the peer answered; 0: none */
	/* K: bit n: its ANSWER about a node whose id modulo 64 is n was taken. */
	__u64 answer_subject_bits;

	__u64 rtt_last_ns; /* K */
	__u64 rtt_min_ns; /* K; 0: none yet */
	__u64 rtt_max_ns; /* K */

	/* The peer's description of itself in its last evidence. All but daemon_age_us also from
	 * a newer PROBE that is no evidence because the peer does not hear us; such a PROBE
	 * clears fenced bits, but sets none. */
	__u32 daemon_age_us; /* K */
	__u32 late_apps_bits; /* K */
	__u8 node_state; /* K: enum xb_node_state */
	__u8 pad2;
	__u16 fenced_bits; /* K: of instances */
	__u8 new_life; /* K: its epoch has grown, without evidence since */
	__u8 redirect; /* D: answer it by bpf_redirect() to where it came from, not by XDP_TX */
	/* D: of the tag that packets to local_address have on this interface, where the program
	 * sees tags; 0: none; XB_VLAN_ANY: unknown. */
	__u16 vlan_id;
	struct xb_instance instances[XB_INSTANCES_MAX]; /* K */
	__u64 instances_digest; /* K: of these (xbeat/wire.h), under the last key used */

	/* The peer's reports that none of our REPLYs reach it over this link. */
	__u64 loss_report_t1_ns; /* K: t1_ns of the newest, of the peer's clock; 0: none */
	__u64 loss_report_ns; /* K: arrival of the newest; 0: never */
	__u64 loss_report_count; /* K */

	__u64 query_t1_ns; /* K: t1_ns of the newest QUERY of the peer, of its clock; 0: none */
	/* K: bit n: its QUERY with that t1_ns about a node whose id modulo 64 is n was answered. */
	__u64 query_subject_bits;

	__u32 acked_seq; /* K: the highest ack that was evidence: it left after this PROBE came */
	/* D: evidence whose ack has reached it is an event (ACKED); 0: none is awaited. */
	__u32 awaited_seq;
	/* K: when the claims of its last PROBE that carried one end, by our clock; 0: none yet */
	__u64 claim_until_ns;
	__u32 interface_index; /* D: where packets of the link arrive; 0: unknown */
	__u8 claims; /* K: instances has a claim */
	__u8 witness; /* L */
	__u8 outranks_equal; /* L: the address of its first link is higher than that of this node */
	__u8 routed; /* L: packets of this link may come through routers */
	/* K: a PROBE of this life of the peer came with TTL 255, so it is on-link: from then on all
	 * packets must, and on the link's interface, unless it is routed. */
	__u8 on_link;
	__u8 pad3;
	/* K: XB_PROBE_KEY_SEEN and the id of the key of its last PROBE that was evidence; 0: none
	 * yet. */
	__u16 probe_key;
	__u32 off_link_count; /* K: packets that were refused for that */
};

_Static_assert(sizeof(struct xb_peer) == 400, "struct xb_peer");
_Static_assert(__builtin_offsetof(struct xb_peer, probe_sent_seq) == 72, "struct xb_peer");

/* The instances as in packets, and their digest (xbeat/wire.h) under each key of xb_keys. */
struct xb_description {
	struct xb_instance instances[XB_INSTANCES_MAX];
	__u64 digest[XB_KEYS_MAX];
};

/* So many that none is rewritten while a run of the program still reads it. */
#define XB_DESCRIPTIONS 4

/* xb_self: array of one, BPF_F_MMAPABLE: this node's description of itself. A new description is
 * written where the program does not read, then current is switched. */
struct xb_self {
	__u32 abi_version; /* L */
	__u16 node_id; /* L */
	__u16 guard_count; /* D: slots of xb_guard that may be in use, from the first */
	__u64 epoch; /* D; 0: not ready, nothing is answered */
	__u64 progress_ns; /* D: last progress of the daemon's loop */
	__u32 app_count; /* D: how many of xb_apps are in use */
	__u8 node_state; /* D: enum xb_node_state */
	__u8 current; /* D: index into description */
	/* What every packet that is not ours is checked for. Read as one word. */
	__u8 refusing; /* D: xb_no_accept is not empty */
	/* K sets bits, D clears them: what packets are checked for because of guards; enum
	 * xb_fencing. */
	__u8 fencing;
	/* The daemon as its own PID namespace knows it (stat of /proc/self/ns/pid), to detect
	 * its death. */
	__u64 pid_namespace_device; /* D */
	__u64 pid_namespace_inode; /* D */
	/* Bit n: instance n of description. One word with fence_generation, so that all three
	 * change at once. */
	/* K sets, D clears: its guard has expired, and its addresses are no longer answered for. */
	__u16 fenced_bits;
	/* K sets, D clears: its addresses are being fenced; packets do not report it yet. */
	__u16 fencing_bits;
	__u32 fence_generation; /* D: grows whenever it clears bits of these */
	__u32 pid; /* D; 0: not watched */
	/*
	 * Bit n: of instance n of description. One word, so that both change at once.
	 * D sets, and clears by compare-and-swap (user/kernel/maps/claims.c): packets to its addresses
	 * are dropped, as fenced ones are, but not reported as fenced.
	 */
	__u16 closed_bits;
	/* K sets, D clears: its claim is over: claim_until_ns has passed, or a better claim was
	 * answered. */
	__u16 revoked_bits;
	/* K: when the daemon died without stopping; D clears it; 0: it lives, or stopped. */
	__u64 died_ns;
	/* D: after a death, deadlines of xb_guard later than died_ns + this come forward to it. */
	__u64 restart_grace_ns;
	__u64 guard_due_ns; /* D, K: no deadline of xb_guard is earlier; 0: none is held */
	/* D: bit n of [i]: if instance i is claimed, so must n be: they are fenced together. 0: it
	 * is not given to a claim. */
	__u16 claim_group_bits[XB_INSTANCES_MAX];
	__u64 claim_until_ns[XB_INSTANCES_MAX]; /* D: of a closed instance; 0: it claims nothing */
	/* L: -i. A daemon in a new container finds the program of an earlier one by it. */
	char daemon_name[XB_DAEMON_NAME_BYTES];
	struct xb_description description[XB_DESCRIPTIONS]; /* D */
};

_Static_assert(sizeof(struct xb_self) == 600, "struct xb_self");
_Static_assert(__builtin_offsetof(struct xb_self, closed_bits) % 4 == 0, "changed as one word");
_Static_assert(__builtin_offsetof(struct xb_self, node_state) % 4 == 0, "changed as one word");
_Static_assert(__builtin_offsetof(struct xb_self, refusing) % 4 == 2, "read as one word");
_Static_assert(__builtin_offsetof(struct xb_self, fenced_bits) % 8 == 0, "changed as one word");

enum xb_fencing {
	XB_FENCING_NONE = 0,
	XB_FENCING_SOME = 1, /* packets are compared with fenced addresses */
	/* Still compared: the daemon scans whether anything is fenced; the kernel may add SOME. */
	XB_FENCING_ASKED = 2,
	XB_FENCING_ANY = XB_FENCING_SOME | XB_FENCING_ASKED,
	/* Each packet first fences what is due. K sets it when the daemon dies, because the timer
	 * may die with a container; D sets it where its death is not noticed. */
	XB_FENCING_BY_PACKETS = 4,
};

/* xb_guard: array, BPF_F_MMAPABLE, XB_GUARD_MAX: the virtual addresses that this node may hold,
 * each with the time until which it may answer for it. A timer in the kernel fires at the
 * earliest deadline. All races are about deadline_ns, which changes by compare-and-swap only. */
struct xb_guard {
	struct xb_address address; /* D */
	/* D: where it is guarded; 0: on every interface (all but link-local addresses). */
	__u32 interface_index;
	__u8 used; /* D: the slot is taken */
	__u8 place; /* D: index of its instance in xb_self; XB_GUARD_NO_INSTANCE: none */
	__u8 pad[2];
	/* D; 0: not held, so not guarded. K sets XB_GUARD_FENCED after the deadline: ARP, ND and
	 * IP packets to the address are dropped until the daemon has removed the address and
	 * sets 0. */
	__u64 deadline_ns;
};

#define XB_GUARD_FENCED 1 /* as a time: always past */
#define XB_GUARD_NO_INSTANCE 0xff

_Static_assert(sizeof(struct xb_guard) == 32, "struct xb_guard");

/* xb_guard_slots: hash from an address on an interface (0: any) to its slot (__u32) in xb_guard. */
struct xb_guard_key {
	__u32 interface_index;
	__u32 pad;
	struct xb_address address;
};

/* xb_guard_timer: array of one, not mappable: the timer (struct bpf_timer). */

/* xb_apps: array, BPF_F_MMAPABLE, XB_APPS_MAX: applications that prove their progress by writing
 * to memory. */
struct xb_app {
	char name[XB_NAME_BYTES]; /* D: "" in a free slot */
	__u64 timeout_ns; /* D: it is late if its last beat is older */
	__u64 opened_ns; /* D: when a program last asked for its page; 0: never */
	__u32 page; /* D: of xb_app_pages; the same even if the index changes */
	__u32 pad;
};

_Static_assert(sizeof(struct xb_app) == 40, "struct xb_app");

/* xb_app_pages: array of maps, XB_APP_PAGES_MAX: the pages of the applications, each an array of
 * one of these. */
#define XB_APP_PAGES_MAX (2 * XB_APPS_MAX) /* so that a whole list can be replaced */

struct xb_app_page {
	__u64 beat_ns; /* A, the application: its last beat, CLOCK_MONOTONIC; 0: none yet */
	__u32 gone; /* D: this page is no longer read, ask for another */
	__u32 pad;
};

_Static_assert(sizeof(struct xb_app_page) == 16, "struct xb_app_page");

/* A beat may be a little later than the time it is compared with; one far ahead is of another
 * clock. */
#define XB_APP_AHEAD_NS 1000000000ULL

/* Whether a beat is too old at now_ns. */
static inline int xb_app_is_late(__u64 now_ns, __u64 beat_ns, __u64 timeout_ns)
{
	return !beat_ns || now_ns - beat_ns + XB_APP_AHEAD_NS >= timeout_ns + XB_APP_AHEAD_NS;
}

/* xb_keys: array of XB_KEYS_MAX. The key is 16 bytes as two little-endian words (SipHash paper). */
struct xb_key {
	__u64 word[2]; /* L */
	__u8 id; /* L */
	__u8 valid; /* L */
	__u8 pad[6];
};

_Static_assert(sizeof(struct xb_key) == 24, "struct xb_key");

/* xb_rtt_hist: array, a value per slot of xb_peers. Bucket n counts RTTs of 2^n to 2^(n+1)-1 ns. */
struct xb_rtt_hist {
	__u64 bucket_count[XB_RTT_BUCKETS]; /* K */
};

/*
 * xb_gap_hist: array, a value per slot of xb_peers; kept if xb_constants.adaptive. Counts the gaps
 * between arrivals of evidence, in four buckets an octave: bucket n starts at (4 + n % 4) <<
 * (XB_GAP_FIRST_SHIFT - 2 + n / 4) ns. Shorter gaps count in the first bucket, longer ones in the
 * last.
 */
#define XB_GAP_FIRST_SHIFT 16 /* 65,536 ns */
#define XB_GAP_BUCKETS 88 /* to 2^38 ns, 275 s */

struct xb_gap_hist {
	__u64 bucket_count[XB_GAP_BUCKETS]; /* K */
};

/* xb_vlan: hash by interface index (__u32), of interfaces whose VLAN tags may be removed before the
 * XDP program runs. Their adverts are handed over to the tc program, which knows the tag. */
#define XB_VLAN_MAX 64

struct xb_vlan {
	/* K: when the XDP program handed over an advert that the tc program has not taken; 0: it
	 * has taken all. D writes 0 at the start, or XB_VLAN_NO_TC. */
	__u64 handed_ns;
	__u64 lost_count; /* K: earlier ones that it has not taken either, in a row */
	__u64 untaken_count; /* K: adverts that the XDP program handled itself for that reason */
};

#define XB_VLAN_NO_TC 1 /* as a time: long past, so the XDP program handles the adverts */

/* xb_networks: longest-prefix trie of the networks of these interfaces (value: __u8, not used).
 * Senders are looked up in it where the tag of an advert cannot be known. */
#define XB_NETWORKS_MAX 1024
#define XB_NETWORK_BITS_MAX 160 /* interface_index and address */

struct xb_network_key {
	__u32 prefix_bits; /* of what follows */
	__u32 interface_index;
	struct xb_address address;
};

/* xb_no_accept: hash by destination address: a VIP that this node holds without being its owner
 * and with Accept_Mode false (RFC 9568 section 6.1). All packets to it but ARP and ND are
 * dropped. Read only if xb_self.refusing is set. */
struct xb_no_accept_key {
	__u32 interface_index;
	__u32 pad;
	struct xb_address address;
};

/*
 * xb_next, xb_next_ip: arrays of programs, XB_CHAIN_MAX: the next program of an interface, which
 * gets the packets that the XDP program passes; xb_next_ip: where there are no Ethernet headers,
 * because the kernel wants all programs of an array to take fragments, or none.
 */
#define XB_CHAIN_MAX 16

/* xb_chain: array of one, BPF_F_MMAPABLE: which interface has the slot of xb_next or xb_next_ip. */
struct xb_chain {
	__u32 count; /* D: of slots that may be in use, from the first; 0: nothing is compared */
	__u32 interface_index[XB_CHAIN_MAX]; /* D; 0: none now */
	/* D: for the daemon and the next one. */
	struct xb_chain_slot {
		char interface[XB_NAME_BYTES]; /* "": not used */
		char program[XB_NAME_BYTES];
		__u32 program_id;
		__u32 ip_only; /* it is in xb_next_ip */
	} slots[XB_CHAIN_MAX];
};

/* xb_statement: array, XB_PAGES_MAX of struct xb_page in network byte order (D): the
 * statement of this node. Pages are not written at once: the digest shows one that does not fit. */

/* xb_compare: array, a value per slot of xb_peers, written under its lock. COMPAREs have a window
 * of their own, so that they make no QUERY void. */
struct xb_compare {
	__u64 peer_epoch; /* K: of the life of the peer that asked at compare_t1_ns */
	__u64 compare_t1_ns; /* K: t1_ns of its newest COMPARE */
	__u64 own_epoch; /* K: of the life of this node that asked at compared_t1_ns */
	__u64 compared_t1_ns; /* K: t1_ns of the newest COMPARE that the peer answered */
	/* K, without the lock: heartbeats of the slot's node and link that were refused */
	__u64 unsigned_count; /* between its addresses, under no key of this node */
	__u64 old_epoch_count; /* authentic, of an earlier life */
	__u64 stranger_count; /* of a right tag, from another address */
	struct xb_address stranger; /* the last such address */
};

_Static_assert(sizeof(struct xb_compare) == 72, "struct xb_compare");

/* Kinds of struct xb_event: value, id, meaning of slot. */
enum xb_event_kind {
	XB_EVENT_PEER_EPOCH = 1, /* slot of xb_peers: heard for the first time, or restarted */
	/* slot of xb_peers: node state, instances, fenced or late bits have changed */
	XB_EVENT_PEER_CHANGED = 2,
	/* slot of xb_peers: it knows a higher epoch of this node, or higher numbers of this one */
	XB_EVENT_OWN_EPOCH = 3,
	XB_EVENT_ADVERT = 4, /* slot of xb_vrrp: what was heard must be read now */
	XB_EVENT_ANSWER = 5, /* slot of xb_peers: the peer answers a QUERY of this epoch */
	XB_EVENT_FENCED = 6, /* slot of xb_guard: its deadline has passed */
	/* slot of xb_peers: this node's instances of claimed_bits were fenced for its claim */
	XB_EVENT_CLAIMED = 7,
	XB_EVENT_ACKED = 8, /* slot of xb_peers: acked_seq has reached awaited_seq */
	XB_EVENT_SIGNED = 9, /* slot of xb_signed: it has a new note */
	XB_EVENT_COMPARED = 10, /* slot of xb_peers: the peer answers a COMPARE of this epoch */
};

/* xb_events: ring buffer of XB_EVENTS_BYTES, for changes only. The record carries what the slot may
 * no longer have when it is read. */
struct xb_event {
	__u32 kind; /* enum xb_event_kind */
	__u32 slot;
	__u64 arrival_ns;
	union {
		__u64 epoch; /* PEER_EPOCH: the peer's; OWN_EPOCH: ours as the peer knows it */
		__u64 claimed_bits; /* CLAIMED */
		struct {
			__u64 t1_ns; /* of the QUERY: which one it was */
			struct xb_view view; /* ages as of arrival_ns; numbers in host byte order */
		} answer; /* ANSWER */
		struct {
			__u64 t1_ns; /* of the COMPARE */
			struct xb_page page; /* in network byte order */
		} compared; /* COMPARED */
	};
};

_Static_assert(sizeof(struct xb_event) == 88, "struct xb_event");

/* Frozen into the program's read-only data before it is loaded. */
struct xb_constants {
	__u16 port; /* host byte order */
	__u16 cluster_id;
	__u16 node_id;
	__u16 slot_count;
	__u16 second_port; /* also accepted, while the port is changed; 0: none */
	__u8 adaptive; /* gaps are counted */
	__u8 pad[5];
	struct xb_address own_addresses[XB_LINKS_MAX]; /* of this node's links; unused: zero */
};

_Static_assert(sizeof(struct xb_constants) == 80, "struct xb_constants");

#endif
