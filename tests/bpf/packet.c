/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds and reads frames for the program under test. */
#include "tests/bpf/packet.h"

#include <arpa/inet.h>
#include <endian.h>
#include <string.h>
#include <xbeat/siphash.h>

#define ETHERNET_BYTES 14
#define UDP_BYTES 8

struct xb_address address_of(const char *text)
{
	struct xb_address address = {{0}};

	if (inet_pton(AF_INET6, text, address.bytes) == 1)
		return address;
	memset(address.bytes, 0, sizeof(address.bytes));
	address.bytes[10] = 0xff;
	address.bytes[11] = 0xff;
	inet_pton(AF_INET, text, address.bytes + 12);
	return address;
}

static void put16(uint8_t *where, unsigned value)
{
	where[0] = (uint8_t)(value >> 8);
	where[1] = (uint8_t)value;
}

uint32_t internet_sum(uint32_t sum, const uint8_t *bytes, size_t length)
{
	for (size_t i = 0; i < length; i++)
		sum += (uint32_t)(i % 2 ? bytes[i] : bytes[i] << 8);
	return sum;
}

uint16_t internet_fold(uint32_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

static size_t put_ethernet(const struct heartbeat *heartbeat, uint8_t *bytes)
{
	static const uint8_t addresses[12] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2};
	size_t offset = sizeof(addresses);

	memcpy(bytes, addresses, sizeof(addresses));
	for (unsigned tag = heartbeat->vlan_tags; tag > 0; tag--) {
		put16(bytes + offset, tag == 2 ? 0x88a8 : 0x8100);
		put16(bytes + offset + 2, tag == 2 ? 102 : FRAME_VLAN_ID);
		offset += 4;
	}
	put16(bytes + offset, heartbeat->ipv6 ? 0x86dd : 0x0800);
	return offset + 2;
}

static size_t put_ipv4(const struct heartbeat *heartbeat, uint8_t *ip)
{
	ip[0] = 0x45;
	put16(ip + 2, 20 + UDP_BYTES + XB_PACKET_BYTES);
	ip[8] = heartbeat->ttl ? heartbeat->ttl : 255;
	ip[9] = 17;
	memcpy(ip + 12, heartbeat->source.bytes + 12, 4);
	memcpy(ip + 16, heartbeat->destination.bytes + 12, 4);
	put16(ip + 10, (uint16_t)~internet_fold(internet_sum(0, ip, 20)));
	return 20;
}

static size_t put_ipv6(const struct heartbeat *heartbeat, uint8_t *ip)
{
	ip[0] = 0x60;
	put16(ip + 4, UDP_BYTES + XB_PACKET_BYTES);
	ip[6] = 17;
	ip[7] = heartbeat->ttl ? heartbeat->ttl : 255;
	memcpy(ip + 8, heartbeat->source.bytes, 16);
	memcpy(ip + 24, heartbeat->destination.bytes, 16);
	return 40;
}

static bool is_from_prober(uint8_t type)
{
	return type != XB_REPLY && type != XB_ANSWER && type != XB_COMPARED;
}

static void put_packet(const struct heartbeat *heartbeat, struct xb_packet *packet)
{
	bool probe = is_from_prober(heartbeat->type);

	packet->magic = htons(heartbeat->magic);
	packet->version = heartbeat->version;
	packet->type = heartbeat->type;
	packet->cluster_id = htons(heartbeat->cluster_id);
	packet->key_id = heartbeat->key_id;
	packet->link = heartbeat->link;
	packet->reserved1 = 0xa5; /* to be ignored */
	packet->prober_id = htons(probe ? heartbeat->sender_id : heartbeat->addressee_id);
	packet->responder_id = htons(probe ? heartbeat->addressee_id : heartbeat->sender_id);
	packet->seq = htonl(heartbeat->seq);
	packet->ack = htonl(heartbeat->ack);
	packet->node_state = heartbeat->node_state;
	packet->fenced_bits = htons(heartbeat->fenced_bits);
	packet->prober_epoch =
		htobe64(probe ? heartbeat->sender_epoch : heartbeat->addressee_epoch);
	packet->responder_epoch =
		htobe64(probe ? heartbeat->addressee_epoch : heartbeat->sender_epoch);
	packet->t1_ns = htobe64(heartbeat->t1_ns);
	packet->t2_ns = htobe64(heartbeat->t2_ns);
	packet->daemon_age_us = htonl(heartbeat->daemon_age_us);
	memcpy(packet->instances, heartbeat->instances, sizeof(packet->instances));
}

struct xb_packet *frame_packet(struct frame *frame)
{
	return (struct xb_packet *)(void *)(frame->bytes + frame->udp + UDP_BYTES);
}

void frame_build(const struct heartbeat *heartbeat, struct frame *frame)
{
	uint8_t *udp;
	struct xb_packet packet = {0};

	memset(frame, 0, sizeof(*frame));
	frame->ipv6 = heartbeat->ipv6;
	frame->network = put_ethernet(heartbeat, frame->bytes);
	frame->udp = frame->network +
		     (heartbeat->ipv6 ? put_ipv6(heartbeat, frame->bytes + frame->network)
				      : put_ipv4(heartbeat, frame->bytes + frame->network));
	udp = frame->bytes + frame->udp;
	put16(udp, 40000);
	put16(udp + 2, heartbeat->destination_port);
	put16(udp + 4, UDP_BYTES + XB_PACKET_BYTES);
	put16(udp + 6, 0x1234); /* wrong, as a partial checksum is */
	put_packet(heartbeat, &packet);
	memcpy(udp + UDP_BYTES, &packet, sizeof(packet));
	frame->length = frame->udp + UDP_BYTES + XB_PACKET_BYTES;
	memset(frame->bytes + frame->length, 0xee, heartbeat->padding);
	frame->length += heartbeat->padding;
	frame_sign(frame, heartbeat->key);
}

static const uint8_t *frame_addresses(const struct frame *frame)
{
	return frame->bytes + frame->network + (frame->ipv6 ? 8 : 12);
}

static size_t frame_addresses_bytes(const struct frame *frame)
{
	return frame->ipv6 ? 32 : 8;
}

static uint64_t word_at(const uint8_t *bytes)
{
	uint64_t word;

	memcpy(&word, bytes, sizeof(word));
	return le64toh(word);
}

static uint64_t hash_bytes(const uint8_t *bytes, size_t length, const uint8_t key[16])
{
	const __u64 key_words[2] = {word_at(key), word_at(key + 8)};
	struct xb_siphash hash;

	xb_siphash_init(&hash, key_words);
	for (size_t i = 0; i < length; i += 8)
		xb_siphash_word(&hash, word_at(bytes + i));
	return xb_siphash_finish(&hash, length, 0);
}

uint64_t instances_digest(const struct xb_instance *instances, const uint8_t key[16])
{
	return hash_bytes((const uint8_t *)instances, 64, key);
}

/* The prober's address comes first, also in an answer from the responder. */
static size_t put_addresses(const struct frame *frame, bool probe, uint8_t *bytes)
{
	size_t half = frame_addresses_bytes(frame) / 2;

	memcpy(bytes, frame_addresses(frame) + (probe ? 0 : half), half);
	memcpy(bytes + half, frame_addresses(frame) + (probe ? half : 0), half);
	return 2 * half;
}

uint64_t frame_tag(const struct frame *frame, const uint8_t key[16])
{
	const uint8_t *packet = frame->bytes + frame->udp + UDP_BYTES;
	uint8_t message[40 + 32 + 24 + 8];
	size_t length = 40;
	uint64_t digest = htole64(hash_bytes(packet + 64, 64, key));

	memcpy(message, packet, 40);
	length += put_addresses(frame, is_from_prober(packet[40]), message + length);
	memcpy(message + length, packet + 40, 24);
	memcpy(message + length + 24, &digest, 8);
	return hash_bytes(message, length + 32, key);
}

void frame_sign(struct frame *frame, const uint8_t key[16])
{
	uint64_t tag = htole64(frame_tag(frame, key));

	memcpy(frame->bytes + frame->udp + UDP_BYTES + XB_TAGGED_BYTES, &tag, sizeof(tag));
}

void frame_insert(struct frame *frame, size_t offset, size_t bytes)
{
	memmove(frame->bytes + offset + bytes, frame->bytes + offset, frame->length - offset);
	memset(frame->bytes + offset, 0, bytes);
	frame->length += bytes;
	if (offset <= frame->udp)
		frame->udp += bytes;
}

void frame_readdress(struct frame *frame)
{
	frame->bytes[frame->network + (frame->ipv6 ? 39 : 19)] ^= 0x40;
}

bool frame_udp_checksum_is_right(const struct frame *frame)
{
	const uint8_t *udp = frame->bytes + frame->udp;
	size_t length = (size_t)(udp[4] << 8 | udp[5]);
	uint32_t sum = 17 + (uint32_t)length;

	sum = internet_sum(sum, frame_addresses(frame), frame_addresses_bytes(frame));
	sum = internet_sum(sum, udp, length);
	return (udp[6] || udp[7]) && internet_fold(sum) == 0xffff;
}

bool frame_ipv4_checksum_is_right(const struct frame *frame)
{
	return internet_fold(internet_sum(0, frame->bytes + frame->network, 20)) == 0xffff;
}
