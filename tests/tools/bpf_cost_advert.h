/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The advert that bpf_cost.c measures, and the Backup that receives it. */
#ifndef XBEAT_TOOLS_BPF_COST_ADVERT_H
#define XBEAT_TOOLS_BPF_COST_ADVERT_H

#include "user/core/vrrp/packet.h"
#include <stdint.h>
#include <string.h>
#include <xbeat/map.h>

#define ADVERT_VRID 51
#define ADVERT_PRIORITY 100 /* of the Backup */

static inline struct xb_address ipv4_mapped(const uint8_t *bytes)
{
	struct xb_address address = {{[10] = 0xff, [11] = 0xff}};

	memcpy(address.bytes + 12, bytes, 4);
	return address;
}

static inline struct xb_address advert_group(void)
{
	static const uint8_t group[] = {224, 0, 0, 18};

	return ipv4_mapped(group);
}

static inline struct xb_vrrp served_router(void)
{
	return (struct xb_vrrp){
		.vrid = ADVERT_VRID,
		.family = 4,
		.served_version = 3,
		.destination = advert_group(),
		.rule = {.period = 1, .role = XB_VRRP_BACKUP, .priority = ADVERT_PRIORITY},
	};
}

/* Fills in what the stack would: length and checksum. */
static inline void advert_finish_header(uint8_t *header, int bytes)
{
	uint32_t sum = 0;

	header[2] = 0;
	header[3] = (uint8_t)bytes;
	for (size_t i = 0; i < 20; i += 2)
		sum += (uint32_t)(header[i] << 8 | header[i + 1]);
	sum = (sum & 0xffff) + (sum >> 16);
	sum = ~(sum + (sum >> 16)) & 0xffff;
	header[10] = (uint8_t)(sum >> 8);
	header[11] = (uint8_t)sum;
}

/* Returns its length with the IP header, or a negative errno. */
static inline int advert_build(uint8_t priority, struct xb_address source,
			       uint8_t packet[static VRRP_PACKET_BYTES_MAX])
{
	static const uint8_t vip[] = {10, 0, 0, 100};
	const struct xb_address address = ipv4_mapped(vip);
	const struct vrrp_message message = {
		.version = 3,
		.vrid = ADVERT_VRID,
		.priority = priority,
		.interval_cs = 100,
		.ttl = VRRP_TTL,
		.pseudo_header = true,
		.source = source,
		.destination = advert_group(),
		.addresses = &address,
		.address_count = 1,
	};
	int bytes = vrrp_packet_build(&message, packet, VRRP_PACKET_BYTES_MAX);

	if (bytes > 0)
		advert_finish_header(packet, bytes);
	return bytes;
}

#endif
