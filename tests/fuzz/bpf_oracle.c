/* SPDX-License-Identifier: GPL-2.0-or-later */
/* A simple decoder of frames, byte by byte. */
#include "tests/fuzz/bpf_oracle.h"
#include "user/core/heartbeat.h"
#include "user/lib/address.h"
#include <endian.h>
#include <netinet/in.h>
#include <string.h>

#define PROTOCOL_VRRP 112

/* The IP packet in a frame. */
struct packet {
	bool ipv6;
	unsigned vlan_id;
	const uint8_t *ip, *payload, *end;
};

static uint16_t read_word(const uint8_t *bytes)
{
	return (uint16_t)(bytes[0] << 8 | bytes[1]);
}

/* RFC 1071. */
static uint32_t sum_bytes(const uint8_t *bytes, size_t length, uint32_t sum)
{
	for (size_t i = 0; i + 1 < length; i += 2)
		sum += read_word(bytes + i);
	if (length & 1)
		sum += (uint32_t)bytes[length - 1] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum;
}

static bool find_packet(const uint8_t *frame, size_t length, struct packet *packet)
{
	size_t type_at = 12;

	*packet = (struct packet){.end = frame + length};
	for (int tags = 0; tags < 2 && type_at + 6 <= length; tags++) {
		uint16_t type = read_word(frame + type_at);

		if (type != 0x8100 && type != 0x88a8)
			break;
		packet->vlan_id |= read_word(frame + type_at + 2) & 0xfff;
		type_at += 4;
	}
	packet->ip = frame + type_at + 2;
	packet->ipv6 = read_word(frame + type_at) == 0x86dd;
	packet->payload = packet->ip + (packet->ipv6 ? 40 : 20);
	return (packet->ipv6 || read_word(frame + type_at) == 0x0800) &&
	       packet->payload <= packet->end;
}

static void read_addresses(const struct packet *packet, struct xb_address *source,
			   struct xb_address *destination)
{
	uint32_t word;

	if (packet->ipv6) {
		memcpy(source->bytes, packet->ip + 8, sizeof(source->bytes));
		memcpy(destination->bytes, packet->ip + 24, sizeof(destination->bytes));
		return;
	}
	memcpy(&word, packet->ip + 12, sizeof(word));
	*source = address_from_ipv4(word);
	memcpy(&word, packet->ip + 16, sizeof(word));
	*destination = address_from_ipv4(word);
}

bool oracle_tag_is_right(const uint8_t *frame, size_t length, const struct xb_key *keys,
			 size_t key_count)
{
	struct xb_address source, destination;
	struct xb_packet heartbeat;
	struct packet packet;
	bool asks;

	if (!find_packet(frame, length, &packet) || packet.ip[packet.ipv6 ? 6 : 9] != IPPROTO_UDP ||
	    packet.end - packet.payload < 8 + XB_PACKET_BYTES)
		return false;
	read_addresses(&packet, &source, &destination);
	memcpy(&heartbeat, packet.payload + 8, sizeof(heartbeat));
	asks = heartbeat.type == XB_PROBE || heartbeat.type == XB_QUERY ||
	       heartbeat.type == XB_COMPARE;
	for (size_t i = 0; i < key_count; i++)
		if (keys[i].id == heartbeat.key_id &&
		    heartbeat.tag ==
			    htole64(heartbeat_tag(&heartbeat, asks ? &source : &destination,
						  asks ? &destination : &source, &keys[i])))
			return true;
	return false;
}

/* Length of the payload in the IP header, if an advert may have such a header; else 0. */
static size_t advert_room(const struct packet *packet, const struct xb_vrrp *entry)
{
	static const uint8_t group[] = {224, 0, 0, 18};
	const uint8_t *ip = packet->ip;
	size_t total;

	if (packet->ipv6)
		return ip[0] >> 4 == 6 && ip[6] == PROTOCOL_VRRP && ip[7] == 255 && ip[8] != 0xff &&
				       !memcmp(ip + 24, entry->destination.bytes, 16)
			       ? read_word(ip + 4)
			       : 0;
	total = read_word(ip + 2);
	return ip[0] == 0x45 && ip[8] == 255 && ip[9] == PROTOCOL_VRRP && total > 20 &&
			       sum_bytes(ip, 20, 0) == 0xffff && !(ip[6] & 0x3f) && !ip[7] &&
			       ip[12] != 0 && ip[12] != 127 && ip[12] < 224 &&
			       !memcmp(ip + 16, group, sizeof(group))
		       ? total - 20
		       : 0;
}

static bool checksum_is_good(const struct packet *packet, size_t bytes, bool version2)
{
	size_t addresses = packet->ipv6 ? 32 : 8;
	uint32_t pseudo_sum = sum_bytes(packet->ip + (packet->ipv6 ? 8 : 12), addresses, 0) +
			      PROTOCOL_VRRP + (uint32_t)bytes;

	if (!version2 && sum_bytes(packet->payload, bytes, pseudo_sum) == 0xffff)
		return true;
	return !packet->ipv6 && sum_bytes(packet->payload, bytes, 0) == 0xffff;
}

bool oracle_advert_is_good(const uint8_t *frame, size_t length, const struct xb_vrrp *entry)
{
	bool version2 = entry->served_version == 2;
	const uint8_t *advert;
	struct packet packet;
	size_t room, bytes;

	if (!find_packet(frame, length, &packet) || packet.vlan_id ||
	    packet.ipv6 != (entry->family == 6))
		return false;
	room = advert_room(&packet, entry);
	advert = packet.payload;
	if (room < 8 || (size_t)(packet.end - advert) < room ||
	    advert[0] != (entry->served_version << 4 | 1) || advert[1] != entry->vrid)
		return false;
	bytes = 8 + (size_t)advert[3] * (packet.ipv6 ? 16 : 4) + (version2 ? 8 : 0);
	if ((!version2 && !advert[3]) || bytes > room ||
	    !checksum_is_good(&packet, bytes, version2))
		return false;
	if (version2)
		return advert[4] == 0 && advert[5] == 1;
	return (read_word(advert + 4) & 0xfff) != 0;
}
