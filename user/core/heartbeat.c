/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Heartbeat packets as user space builds them; the kernel's side of the same format is in bpf/. */
#include <endian.h>
#include <string.h>
#include <user/core/address.h>
#include <user/core/heartbeat.h>
#include <xbeat/siphash.h>

/* The addresses under the tag: 4 bytes each for IPv4, 16 each for IPv6. */
static void hash_addresses(struct xb_siphash *hash, const struct xb_address *source,
			   const struct xb_address *destination)
{
	size_t bytes = address_is_ipv4(source) ? 4 : 16;
	uint64_t words[4];

	memcpy(words, source->bytes + 16 - bytes, bytes);
	memcpy((uint8_t *)words + bytes, destination->bytes + 16 - bytes, bytes);
	for (size_t i = 0; i < 2 * bytes / 8; i++)
		xb_siphash_word(hash, le64toh(words[i]));
}

uint64_t heartbeat_tag(const struct xb_packet *packet, const struct xb_address *source,
		       const struct xb_address *destination, const struct xb_key *key)
{
	uint64_t address_bytes = address_is_ipv4(source) ? 8 : 32;
	struct xb_siphash hash;
	uint64_t words[XB_TAGGED_BYTES / 8];

	memcpy(words, packet, sizeof(words));
	xb_siphash_init(&hash, key->word);
	for (size_t i = 0; i < XB_TAGGED_BYTES / 8; i++)
		xb_siphash_word(&hash, le64toh(words[i]));
	hash_addresses(&hash, source, destination);
	return xb_siphash_finish(&hash, XB_TAGGED_BYTES + address_bytes, 0);
}

void heartbeat_build_probe(struct xb_packet *packet, const struct xb_self *self,
			   const struct heartbeat_target *target, uint64_t t1_ns,
			   const struct xb_key *key)
{
	*packet = (struct xb_packet){
		.magic = htobe16(XB_MAGIC),
		.version = XB_WIRE_VERSION,
		.type = XB_PROBE,
		.cluster_id = htobe16(target->cluster_id),
		.key_id = key->id,
		.link = target->link,
		.sender_id = htobe16(self->node_id),
		.addressee_id = htobe16(target->node_id),
		.seq = htobe32(target->seq),
		.ack = htobe32(target->ack),
		.node_state = self->node_state,
		.sender_epoch = htobe64(self->epoch),
		.addressee_epoch = htobe64(target->peer_epoch),
		.t1_ns = htobe64(t1_ns),
		.health = htobe32(self->health),
	};
	memcpy(packet->instances, self->instances, sizeof(packet->instances));
	packet->tag =
		htole64(heartbeat_tag(packet, &target->local_address, &target->peer_address, key));
}
