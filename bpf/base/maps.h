/* SPDX-License-Identifier: GPL-2.0-only */
/* The maps and the frozen constants: everything that the program shares with user space.
 * xbeat/map.h describes the values. Before loading, the daemon sets the size of xb_peers,
 * xb_compare, xb_rtt_hist and xb_gap_hist to its number of slots. */
#ifndef BPF_BASE_MAPS_H
#define BPF_BASE_MAPS_H

#include <vmlinux.h>

#include <bpf/bpf_helpers.h>
#include <xbeat/map.h>
#include <xbeat/signed.h>

const volatile struct xb_constants xb_constants __attribute__((aligned(8)));

/* Whether the XDP program is loaded with BPF_F_XDP_HAS_FRAGS (Linux 5.18), so that a packet may go
 * on in fragments after data_end. Its helpers exist only there: to older kernels that is dead
 * code. */
const volatile __u8 xb_frags;
const volatile __u16 xb_slot_of[XB_NODE_ID_MAX + 1][XB_LINKS_MAX];

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xb_peer);
} xb_peers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xb_self);
} xb_self SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XB_KEYS_MAX);
	__type(key, __u32);
	__type(value, struct xb_key);
} xb_keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, XB_PAGES_MAX);
	__type(key, __u32);
	__type(value, struct xb_page);
} xb_statement SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xb_compare);
} xb_compare SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_VRRP_SLOTS_MAX);
	__type(key, struct xb_vrrp_key);
	__type(value, __u32);
} xb_vrrp_slots SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XB_VRRP_SLOTS_MAX);
	__type(key, __u32);
	__type(value, struct xb_vrrp);
} xb_vrrp SEC(".maps");

/* These two and xb_guard_slots are often empty, so their memory is allocated by the entry. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, XB_VRRP_PEERS_MAX);
	__type(key, struct xb_vrrp_peer_key);
	__type(value, struct xb_vrrp_peer);
} xb_vrrp_peers SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XB_VRRP_SLOTS_MAX);
	__type(key, __u32);
	__type(value, struct xb_signed);
} xb_signed SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, XB_SIGNED_KEYS_MAX);
	__type(key, struct xb_signed_key);
	__type(value, struct xb_hmac_key);
} xb_signed_keys SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, XB_VRRP_PEERS_MAX);
	__type(key, struct xb_vrrp_peer_key);
	__type(value, struct xb_signed_mark);
} xb_signed_marks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, XB_VLAN_MAX);
	__type(key, __u32);
	__type(value, struct xb_vlan);
} xb_vlan SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, XB_NETWORKS_MAX);
	__type(key, struct xb_network_key);
	__type(value, __u8);
} xb_networks SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, XB_NO_ACCEPT_MAX);
	__type(key, struct xb_no_accept_key);
	__type(value, __u8);
} xb_no_accept SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XB_GUARD_MAX);
	__type(key, __u32);
	__type(value, struct xb_guard);
} xb_guard SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, XB_GUARD_MAX);
	__type(key, struct xb_guard_key);
	__type(value, __u32);
} xb_guard_slots SEC(".maps");

struct guard_timer {
	struct bpf_timer timer;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct guard_timer);
} xb_guard_timer SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xb_drops);
} xb_drops SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xb_rtt_hist);
} xb_rtt_hist SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xb_gap_hist);
} xb_gap_hist SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, XB_APPS_MAX);
	__type(key, __u32);
	__type(value, struct xb_app);
} xb_apps SEC(".maps");

/* Each page is a map of its own, so that a program gets its own page only. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, XB_APP_PAGES_MAX);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(map_flags, BPF_F_MMAPABLE);
			__uint(max_entries, 1);
			__uint(key_size, sizeof(__u32));
			__uint(value_size, sizeof(struct xb_app_page));
		});
} xb_app_pages SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct xb_chain);
} xb_chain SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, XB_CHAIN_MAX);
	__type(key, __u32);
	__type(value, __u32);
} xb_next SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, XB_CHAIN_MAX);
	__type(key, __u32);
	__type(value, __u32);
} xb_next_ip SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, XB_EVENTS_BYTES);
} xb_events SEC(".maps");

#endif
