/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Frames for the program under test: a heartbeat described in host byte order and built down to its
 * Ethernet header, and independent readings of the result (checksums, tags), which share no code
 * with bpf/. */
#ifndef TESTS_BPF_PACKET_H
#define TESTS_BPF_PACKET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <xbeat/map.h>

#define FRAME_BYTES_MAX 9014 /* of the largest usual MTU: more than a page is in fragments */
#define FRAME_VLAN_ID 101

/* A frame, and where its headers are. */
struct frame {
	uint8_t bytes[FRAME_BYTES_MAX];
	size_t length;
	size_t network; /* offset of the IP header */
	size_t udp; /* offset of the UDP (or VRRP) header */
	bool ipv6;
};

/* A heartbeat before it is built: the IP fields, then the packet in host byte order. */
struct heartbeat {
	bool ipv6;
	unsigned vlan_tags; /* 0, 1 (802.1Q, FRAME_VLAN_ID) or 2 (802.1ad outermost) */
	size_t padding; /* bytes after the IP packet */
	uint8_t ttl; /* 0: 255 */
	struct xb_address source;
	struct xb_address destination;
	const uint8_t *key; /* 16 bytes */
	uint16_t destination_port;

	uint16_t magic;
	uint8_t version;
	uint8_t type;
	uint16_t cluster_id;
	uint8_t key_id;
	uint8_t link;
	uint16_t sender_id;
	uint16_t addressee_id;
	uint32_t seq;
	uint32_t ack;
	uint8_t node_state;
	uint64_t sender_epoch;
	uint64_t addressee_epoch;
	uint64_t t1_ns;
	uint64_t t2_ns;
	uint32_t daemon_age_us;
	uint16_t fenced_bits;
	union {
		struct xb_instance instances[XB_INSTANCES_MAX];
		struct xb_view view; /* in network byte order; QUERY, ANSWER */
		struct xb_page page; /* likewise; COMPARE, COMPARED */
	};
};

/* "10.0.0.1" or "fd00::1". */
struct xb_address address_of(const char *text);

void frame_build(const struct heartbeat *heartbeat, struct frame *frame);

/* Writes the right tag, after a test changed something in the frame. */
void frame_sign(struct frame *frame, const uint8_t key[16]);

/* Inserts zero bytes at an offset, and moves the rest. The headers' lengths stay. */
void frame_insert(struct frame *frame, size_t offset, size_t bytes);

/* Changes the destination to a neighbouring address; the tag stays. */
void frame_readdress(struct frame *frame);

struct xb_packet *frame_packet(struct frame *frame);

/* The digest of XB_INSTANCES_MAX instances. */
uint64_t instances_digest(const struct xb_instance *instances, const uint8_t key[16]);

/* The right tag of the frame. */
uint64_t frame_tag(const struct frame *frame, const uint8_t key[16]);

/* Whether the UDP checksum is present and right, summed byte by byte. */
bool frame_udp_checksum_is_right(const struct frame *frame);

bool frame_ipv4_checksum_is_right(const struct frame *frame);

/* One's complement sum of 16-bit big-endian words (RFC 1071), not folded. */
uint32_t internet_sum(uint32_t sum, const uint8_t *bytes, size_t length);

uint16_t internet_fold(uint32_t sum);

#endif
