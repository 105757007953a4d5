/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Codec of the heartbeat packet (include/xbeat/wire.h): user space only ever builds what
 * asks: PROBEs, QUERYs and COMPAREs. */
#ifndef XBEAT_CORE_HEARTBEAT_H
#define XBEAT_CORE_HEARTBEAT_H

#include <stdint.h>
#include <xbeat/map.h>

/* Everything that differs between the links a node probes. */
struct heartbeat_target {
	uint16_t cluster_id;
	uint16_t node_id; /* addressee */
	uint8_t link;
	uint32_t seq;
	uint32_t ack;
	uint64_t peer_epoch; /* 0: unknown */
	struct xb_address local_address;
	struct xb_address peer_address;
};

/* Builds a PROBE in packet: the state of this node in self, and which applications are late, to
 * target, sent at t1_ns, under key. */
void heartbeat_build_probe(struct xb_packet *packet, const struct xb_self *self,
			   uint32_t late_apps_bits, const struct heartbeat_target *target,
			   uint64_t t1_ns, const struct xb_key *key);

/* Builds a QUERY: what does target know of the node subject_id? t1_ns tells its ANSWER
 * (XB_EVENT_ANSWER) from those to others. It must not be less than in an earlier QUERY to the same
 * target, and may be the same only for another subject: an answer to an older one is dropped.
 * target->seq and ack are not used. */
void heartbeat_build_query(struct xb_packet *packet, const struct xb_self *self,
			   const struct heartbeat_target *target, uint16_t subject_id,
			   uint64_t t1_ns, const struct xb_key *key);

/* Builds a COMPARE: the page of target's statement. t1_ns must be later than in all COMPAREs to the
 * same target before. target->seq and ack are not used. */
void heartbeat_build_compare(struct xb_packet *packet, const struct xb_self *self,
			     const struct heartbeat_target *target, uint16_t page, uint64_t t1_ns,
			     const struct xb_key *key);

/* Returns what names a key without showing it: a hash under the key itself, of a message that is
 * shorter than any that a heartbeat has hashed. */
uint64_t key_fingerprint(const struct xb_key *key);

/* Returns the digest of an instance table (xbeat/wire.h), as a number. */
uint64_t heartbeat_digest(const struct xb_instance instances[XB_INSTANCES_MAX],
			  const struct xb_key *key);

/* Returns the tag of packet, as a number (the packet carries it little-endian), between two IP
 * addresses of one family. */
uint64_t heartbeat_tag(const struct xb_packet *packet, const struct xb_address *prober,
		       const struct xb_address *responder, const struct xb_key *key);

#endif
