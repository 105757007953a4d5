// SPDX-License-Identifier: GPL-2.0-or-later
/* Reads Ethernet, VLAN tags, ARP, IPv4, IPv6 and UDP; see packet.h. */
#include "user/ctl/capture/packet.h"
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <string.h>

#define ETHERTYPE_OFFSET 12
#define TAG_BYTES 4
#define TAGS_MAX 2
#define ETHERTYPE_8021AD 0x88a8
#define ARP_SENDER_OFFSET 14
#define ARP_BYTES 28
#define FRAGMENT_OFFSET_MASK 0x1fff

/* What is still to be read. */
struct rest {
	const uint8_t *data;
	size_t bytes;
};

static bool skip(struct rest *rest, size_t bytes)
{
	if (bytes > rest->bytes)
		return false;
	rest->data += bytes;
	rest->bytes -= bytes;
	return true;
}

static unsigned read16(const uint8_t *data)
{
	return (unsigned)data[0] << 8 | data[1];
}

/* Returns the EtherType after the tags, 0 if it is not whole. */
static unsigned read_ethernet(struct rest *rest)
{
	unsigned type = 0;

	if (!skip(rest, ETHERTYPE_OFFSET))
		return 0;
	for (int i = 0; i <= TAGS_MAX && rest->bytes >= 2; i++) {
		type = read16(rest->data);
		if (type != ETHERTYPE_VLAN && type != ETHERTYPE_8021AD)
			return skip(rest, 2) ? type : 0;
		if (!skip(rest, TAG_BYTES))
			return 0;
	}
	return 0;
}

static bool read_arp(struct packet *packet, const struct rest *rest)
{
	if (rest->bytes < ARP_BYTES)
		return false;
	inet_ntop(AF_INET, rest->data + ARP_SENDER_OFFSET, packet->source, sizeof(packet->source));
	return true;
}

static bool read_ipv4(struct packet *packet, struct rest *rest)
{
	struct iphdr header;

	if (rest->bytes < sizeof(header))
		return false;
	memcpy(&header, rest->data, sizeof(header));
	packet->family = 4;
	inet_ntop(AF_INET, &header.saddr, packet->source, sizeof(packet->source));
	if (!(ntohs(header.frag_off) & FRAGMENT_OFFSET_MASK) && skip(rest, header.ihl * 4UL))
		packet->protocol = header.protocol;
	return true;
}

static bool read_ipv6(struct packet *packet, struct rest *rest)
{
	struct ip6_hdr header;

	if (rest->bytes < sizeof(header))
		return false;
	memcpy(&header, rest->data, sizeof(header));
	packet->family = 6;
	packet->protocol = header.ip6_nxt;
	inet_ntop(AF_INET6, &header.ip6_src, packet->source, sizeof(packet->source));
	return skip(rest, sizeof(header));
}

bool packet_read(struct packet *packet, const uint8_t *data, size_t bytes, bool bare)
{
	struct rest rest = {data, bytes};
	unsigned type = bare ? bytes && data[0] >> 4 == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IP
			     : read_ethernet(&rest);
	bool found = false;

	*packet = (struct packet){0};
	if (type == ETHERTYPE_ARP)
		found = read_arp(packet, &rest);
	else if (type == ETHERTYPE_IP)
		found = read_ipv4(packet, &rest);
	else if (type == ETHERTYPE_IPV6)
		found = read_ipv6(packet, &rest);
	if (packet->protocol == IPPROTO_UDP && !skip(&rest, sizeof(struct udphdr)))
		packet->protocol = 0;
	packet->payload = rest.data;
	packet->payload_bytes = rest.bytes;
	return found;
}

static void swap(uint8_t *data, size_t bytes)
{
	uint8_t first[16];

	memcpy(first, data, bytes);
	memcpy(data, data + bytes, bytes);
	memcpy(data + bytes, first, bytes);
}

void packet_swap_addresses(uint8_t *data, size_t bytes)
{
	if (bytes >= sizeof(struct ip6_hdr) && data[0] >> 4 == 6)
		swap(data + 8, sizeof(struct in6_addr));
	else if (bytes >= sizeof(struct iphdr) && data[0] >> 4 == 4)
		swap(data + 12, sizeof(struct in_addr));
}
