/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Builds the frames of neighbour_packet.h; announce.c sends them. */
#include "user/net/neighbour_packet.h"
#include "user/lib/address.h"
#include "user/lib/checksum.h"
#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/if_ether.h>
#include <netinet/ip6.h>
#include <string.h>

#define HOP_LIMIT 255 /* proves that it was not forwarded (RFC 4861 section 7.1.2) */

struct arp_frame {
	struct ether_header ethernet;
	struct ether_arp arp;
} __attribute__((packed));

/* The addresses, the length and the protocol of the IPv6 header are the pseudo-header. */
struct advertisement_frame {
	struct ether_header ethernet;
	struct ip6_hdr ip;
	struct nd_neighbor_advert advertisement;
	struct nd_opt_hdr option;
	uint8_t mac[NEIGHBOUR_MAC_BYTES];
} __attribute__((packed));

_Static_assert(sizeof(struct advertisement_frame) == NEIGHBOUR_PACKET_BYTES_MAX,
	       "the larger of the two");

#define ADVERTISEMENT_BYTES                                                                        \
	(sizeof(struct advertisement_frame) - offsetof(struct advertisement_frame, advertisement))

static struct ether_header ethernet_header(const uint8_t *to, const uint8_t *from, uint16_t type)
{
	struct ether_header header = {.ether_type = htons(type)};

	memcpy(header.ether_dhost, to, sizeof(header.ether_dhost));
	memcpy(header.ether_shost, from, sizeof(header.ether_shost));
	return header;
}

static size_t build_arp(const struct xb_address *address, const uint8_t *mac, uint8_t *bytes)
{
	static const uint8_t broadcast[NEIGHBOUR_MAC_BYTES] = {0xff, 0xff, 0xff, 0xff, 0xff, 0xff};
	struct arp_frame frame = {
		.ethernet = ethernet_header(broadcast, mac, ETHERTYPE_ARP),
		.arp.ea_hdr = {.ar_hrd = htons(ARPHRD_ETHER),
			       .ar_pro = htons(ETHERTYPE_IP),
			       .ar_hln = NEIGHBOUR_MAC_BYTES,
			       .ar_pln = 4,
			       .ar_op = htons(ARPOP_REQUEST)},
	};

	memcpy(frame.arp.arp_sha, mac, NEIGHBOUR_MAC_BYTES);
	memcpy(frame.arp.arp_spa, address->bytes + 12, 4);
	memcpy(frame.arp.arp_tpa, address->bytes + 12, 4);
	memcpy(bytes, &frame, sizeof(frame));
	return sizeof(frame);
}

static uint16_t advertisement_checksum(const struct advertisement_frame *frame)
{
	const uint8_t *addresses = (const uint8_t *)&frame->ip.ip6_src;
	const uint8_t *message = (const uint8_t *)&frame->advertisement;
	uint32_t sum = checksum_add(IPPROTO_ICMPV6 + ADVERTISEMENT_BYTES, addresses,
				    2 * sizeof(struct in6_addr));

	return htons(checksum_finish(checksum_add(sum, message, ADVERTISEMENT_BYTES)));
}

static size_t build_advertisement(const struct xb_address *address, const uint8_t *mac, bool router,
				  uint8_t *bytes)
{
	static const uint8_t all_nodes_mac[NEIGHBOUR_MAC_BYTES] = {0x33, 0x33, 0, 0, 0, 1};
	static const struct in6_addr all_nodes = {{{0xff, 2, [15] = 1}}};
	struct advertisement_frame frame = {
		.ethernet = ethernet_header(all_nodes_mac, mac, ETHERTYPE_IPV6),
		.ip = {.ip6_flow = htonl(6U << 28),
		       .ip6_plen = htons(ADVERTISEMENT_BYTES),
		       .ip6_nxt = IPPROTO_ICMPV6,
		       .ip6_hlim = HOP_LIMIT,
		       .ip6_dst = all_nodes},
		.option = {.nd_opt_type = ND_OPT_TARGET_LINKADDR, .nd_opt_len = 1},
	};

	memcpy(&frame.ip.ip6_src, address->bytes, sizeof(address->bytes));
	frame.advertisement.nd_na_type = ND_NEIGHBOR_ADVERT;
	frame.advertisement.nd_na_flags_reserved =
		ND_NA_FLAG_OVERRIDE | (router ? ND_NA_FLAG_ROUTER : 0);
	memcpy(&frame.advertisement.nd_na_target, address->bytes, sizeof(address->bytes));
	memcpy(frame.mac, mac, NEIGHBOUR_MAC_BYTES);
	frame.advertisement.nd_na_cksum = advertisement_checksum(&frame);
	memcpy(bytes, &frame, sizeof(frame));
	return sizeof(frame);
}

size_t neighbour_packet_build(const struct xb_address *address,
			      const uint8_t mac[static NEIGHBOUR_MAC_BYTES], bool router,
			      uint8_t frame[static NEIGHBOUR_PACKET_BYTES_MAX])
{
	return address_is_ipv4(address) ? build_arp(address, mac, frame)
					: build_advertisement(address, mac, router, frame);
}
