/* SPDX-License-Identifier: GPL-2.0-or-later OR BSD-2-Clause */
/*
 * Why a packet that looked like ours was refused. Each reason is a counter in xb_drops and a key in
 * the output of "xbeatctl drops".
 *
 * X(id, name, normal, help): normal says when a healthy cluster shows a few of these (after a
 * start, a restart, a lost packet); "no": never, so each is worth an investigation.
 */
#ifndef XBEAT_DROP_H
#define XBEAT_DROP_H

#include <xbeat/types.h>

#define XB_DROP_REASONS(X)                                                                         \
	X(BAD_IP_HEADER, bad_ip_header, "no",                                                      \
	  "IP version, header length or total length is wrong")                                    \
	X(IP_OPTIONS, ip_options, "no", "heartbeat with IP options or extension headers")          \
	X(IP_FRAGMENT, ip_fragment, "no", "fragmented heartbeat")                                  \
	X(TOO_SHORT, too_short, "no", "heartbeat shorter than 136 bytes")                          \
	X(TOO_LONG, too_long, "no", "heartbeat longer than 136 bytes")                             \
	X(BAD_MAGIC, bad_magic, "no", "not a heartbeat, but sent to its port")                     \
	X(BAD_VERSION, bad_version, "no", "heartbeat version other than 1")                        \
	X(BAD_TYPE, bad_type, "no", "heartbeat of an unknown type, as of a newer version")         \
	X(BAD_CLUSTER, bad_cluster, "no", "another cluster's id")                                  \
	X(NOT_FOR_ME, not_for_me, "no", "addressed to another node id")                            \
	X(UNKNOWN_PEER, unknown_peer, "no", "sender's node id and link are not configured here")   \
	X(BAD_ADDRESS, bad_address, "no", "not between the addresses configured for this link")    \
	X(UNKNOWN_KEY, unknown_key, "no", "key id is in neither line of the key file")             \
	X(BAD_TAG, bad_tag, "no", "authentication tag is wrong: another key, or forged")           \
	X(WRONG_VLAN, wrong_vlan, "no",                                                            \
	  "heartbeat with another VLAN tag than its address has on the interface, or without it")  \
	X(BAD_TTL, bad_ttl, "no",                                                                  \
	  "heartbeat with TTL below 255 from a node whose PROBEs came with 255")                   \
	X(WRONG_INTERFACE, wrong_interface, "no",                                                  \
	  "heartbeat on another interface than its link's, from a node that is on-link there")     \
	X(OLD_EPOCH, old_epoch, "start", "sender's epoch is older than the one known")             \
	X(WRONG_EPOCH, wrong_epoch, "start",                                                       \
	  "addressed to another epoch of this node; PROBEs are answered")                          \
	X(REPLAY, replay, "no", "this seq was seen before")                                        \
	X(OLD_SEQ, old_seq, "no", "seq is older than the window")                                  \
	X(UNASKED_REPLY, unasked_reply, "no", "REPLY to a seq that was not sent")                  \
	X(STALE_ACK, stale_ack, "loss", "sender has not received our recent PROBEs; is answered")  \
	X(OLD_ANSWER, old_answer, "loss",                                                          \
	  "answer to a QUERY or COMPARE that is not among the last ones")                          \
	X(OLD_QUERY, old_query, "loss",                                                            \
	  "QUERY or COMPARE that is not among the last ones of its sender")                        \
	X(PEER_BUSY, peer_busy, "no", "another processor kept the peer's slot locked")             \
	X(NO_SELF, no_self, "start", "this node has no description of itself yet")                 \
	X(VRRP_BAD_TTL, vrrp_bad_ttl, "no",                                                        \
	  "advert with TTL other than 255; if routers are between, give its unicast_peer min_ttl") \
	X(VRRP_BAD_VERSION, vrrp_bad_version, "no", "advert of another VRRP version than served")  \
	X(VRRP_BAD_TYPE, vrrp_bad_type, "no", "VRRP packet other than an ADVERTISEMENT")           \
	X(VRRP_BAD_LENGTH, vrrp_bad_length, "no", "advert too short for its address count")        \
	X(VRRP_BAD_CHECKSUM, vrrp_bad_checksum, "no",                                              \
	  "advert checksum wrong, with and without pseudo-header")                                 \
	X(VRRP_BAD_INTERVAL, vrrp_bad_interval, "no",                                              \
	  "advert with interval 0, or (version 2) another than configured")                        \
	X(VRRP_BAD_HEADER, vrrp_bad_header, "no",                                                  \
	  "advert with IP options, fragmented, or with a wrong IP header checksum")                \
	X(VRRP_BAD_DESTINATION, vrrp_bad_destination, "no",                                        \
	  "advert neither to the instance's group nor, with unicast, to its address")              \
	X(VRRP_BAD_SOURCE, vrrp_bad_source, "no",                                                  \
	  "advert from no unicast_peer, or from an address that no host has")                      \
	X(VRRP_BAD_PASSWORD, vrrp_bad_password, "no",                                              \
	  "version 2 advert with another authentication than configured")                          \
	X(VRRP_MISSING, vrrp_missing, "no",                                                        \
	  "advert without a signature, to an instance whose auth_hmac has mode enforce")           \
	X(VRRP_MALFORMED, vrrp_malformed, "no",                                                    \
	  "signed advert with another algorithm than HMAC-SHA-256, or reserved bits")              \
	X(VRRP_UNKNOWN_KEY, vrrp_unknown_key, "no",                                                \
	  "advert signed with a key id that the instance's auth_hmac does not have")               \
	X(VRRP_INVALID_HMAC, vrrp_invalid_hmac, "no",                                              \
	  "advert with a wrong signature: another key, changed on the way, or forged")             \
	X(VRRP_STALE, vrrp_stale, "no",                                                            \
	  "advert signed at a time that is outside time_window; set the clocks of the nodes")      \
	X(VRRP_REPLAY, vrrp_replay, "no",                                                          \
	  "signed advert that is not newer than the last one of its sender")                       \
	X(VRRP_UNKNOWN_VLAN, vrrp_unknown_vlan, "no",                                              \
	  "advert from no network of the interface, while the program in tc, which knows its "     \
	  "VLAN tag, gets none; passed on")                                                        \
	X(VRRP_NOT_A_NODE, vrrp_not_a_node, "no",                                                  \
	  "advert that no node has sent, as their heartbeats show; it goes on, but counts for "    \
	  "nothing (counted by the daemon)")                                                       \
	X(NO_ACCEPT, no_accept, "yes", "packet to a virtual address that accepts none")            \
	X(FENCED, fenced, "no",                                                                    \
	  "ARP, ND or IP packet to a virtual address whose guard has expired, or that changes "    \
	  "hands")                                                                                 \
	X(VRRP_OWN, vrrp_own, "no", "our own advert came back: a loop, or a duplicate address")    \
	X(EVENT_LOST, event_lost, "no",                                                            \
	  "ring buffer full: the daemon did not read xb_events in time")

enum xb_drop {
#define X(id, name, normal, help) XB_DROP_##id,
	XB_DROP_REASONS(X)
#undef X
		XB_DROP_COUNT
};

/* The value of xb_drops, one per processor, in the order of enum xb_drop. */
struct xb_drops {
#define X(id, name, normal, help) __u64 name##_count;
	XB_DROP_REASONS(X)
#undef X
};

_Static_assert(sizeof(struct xb_drops) == XB_DROP_COUNT * sizeof(__u64), "one counter a reason");

#endif
