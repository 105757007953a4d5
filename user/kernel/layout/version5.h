/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * The map layout of version 5, the one before XB_MAP_ABI_VERSION, and how its values become those
 * of today. Maps that are not here have the same layout, or start empty (xb_drops).
 *
 * xb_peer: version 5 had the fields before query_t1_ns; all others start as in a new slot.
 */
#ifndef XBEAT_KERNEL_LAYOUT_VERSION5_H
#define XBEAT_KERNEL_LAYOUT_VERSION5_H

#include <xbeat/map.h>

#define VERSION5 5
#define VERSION5_PEER_BYTES __builtin_offsetof(struct xb_peer, query_t1_ns)

struct version5_self {
	__u32 abi_version;
	__u16 node_id;
	__u16 guard_count;
	__u64 epoch;
	__u64 progress_ns;
	__u32 app_count;
	__u8 node_state;
	__u8 current;
	__u8 refusing;
	__u8 fencing;
	__u64 pid_namespace_device;
	__u64 pid_namespace_inode;
	__u32 pid;
	__u16 fenced_bits;
	__u16 fencing_bits;
	__u64 died_ns;
	__u64 restart_grace_ns;
	__u64 guard_due_ns;
	char daemon_name[XB_DAEMON_NAME_BYTES];
	struct xb_description description[XB_DESCRIPTIONS];
};

_Static_assert(sizeof(struct version5_self) == 432, "struct version5_self");

struct version5_rule {
	__u32 period;
	__u8 role;
	__u8 priority;
	__u8 accepts_lower;
	__u8 endures_lower;
};

struct version5_heard {
	struct xb_vrrp_advert last, lower, rival;
	__u64 lower_since_ns;
	__u64 lower_rival_ns;
	__u32 period;
	__u8 unreported;
	__u8 pad[3];
};

struct version5_router {
	char interface[XB_NAME_BYTES];
	__u8 vrid;
	__u8 family;
	__u8 pad1;
	__u8 served_version;
	__u32 lock_sequence;
	struct xb_address own_source;
	struct xb_address destination;
	__u8 unicast;
	__u8 has_password;
	__u8 password[XB_VRRP_PASSWORD_BYTES];
	__u16 served_interval_cs;
	__u8 pad2[4];
	__u64 arrival_ns;
	struct xb_address source;
	__u8 version;
	__u8 priority;
	__u8 address_count;
	__u8 event_pending;
	__u16 interval_cs;
	__u8 pseudo_header;
	__u8 refused_reason;
	__u64 addresses_added;
	__u64 addresses_digest;
	__u64 received_count;
	__u64 changed_count;
	struct version5_rule rule;
	struct xb_vrrp_base base;
	struct version5_heard heard;
	__u64 refused_arrival_ns;
	struct xb_address refused_source;
};

_Static_assert(sizeof(struct version5_router) == 312, "struct version5_router");

/* Fills a zeroed value from one of version 5. */
void version5_take_self(struct xb_self *to, const struct version5_self *from);
void version5_take_router(struct xb_vrrp *to, const struct version5_router *from);

#endif
