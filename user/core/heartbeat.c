/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Heartbeat packets as user space builds them; the kernel's side of the same format is in bpf/. */
#include "user/core/heartbeat.h"
#include "user/lib/address.h"
#include "user/lib/time.h"
#include <endian.h>
#include <stddef.h>
#include <string.h>
#include <xbeat/siphash.h>

static void hash_words(struct xb_siphash *hash, const void *bytes, size_t length)
{
	uint64_t word;

	for (size_t i = 0; i < length; i += sizeof(word)) {
		memcpy(&word, (const uint8_t *)bytes + i, sizeof(word));
		xb_siphash_word(hash, le64toh(word));
	}
}

uint64_t heartbeat_digest(const struct xb_instance instances[XB_INSTANCES_MAX],
			  const struct xb_key *key)
{
	size_t bytes = XB_INSTANCES_MAX * sizeof(*instances);
	struct xb_siphash hash;

	xb_siphash_init(&hash, key->word);
	hash_words(&hash, instances, bytes);
	return xb_siphash_finish(&hash, bytes, 0);
}

uint64_t heartbeat_tag(const struct xb_packet *packet, const struct xb_address *prober,
		       const struct xb_address *responder, const struct xb_key *key)
{
	size_t instances = offsetof(struct xb_packet, instances);
	size_t address_bytes = address_is_ipv4(prober) ? 4 : 16;
	uint8_t addresses[32];
	struct xb_siphash hash;

	memcpy(addresses, prober->bytes + 16 - address_bytes, address_bytes);
	memcpy(addresses + address_bytes, responder->bytes + 16 - address_bytes, address_bytes);
	xb_siphash_init(&hash, key->word);
	hash_words(&hash, packet, XB_HEAD_BYTES);
	hash_words(&hash, addresses, 2 * address_bytes);
	hash_words(&hash, (const uint8_t *)packet + XB_HEAD_BYTES, instances - XB_HEAD_BYTES);
	xb_siphash_word(&hash, heartbeat_digest(packet->instances, key));
	return xb_siphash_finish(&hash, instances + 2 * address_bytes + sizeof(uint64_t), 0);
}

/* What all questions have in common. */
static void fill(struct xb_packet *packet, enum xb_packet_type type, const struct xb_self *self,
		 const struct heartbeat_target *target, uint64_t t1_ns, const struct xb_key *key)
{
	*packet = (struct xb_packet){
		.magic = htobe16(XB_MAGIC),
		.version = XB_WIRE_VERSION,
		.key_id = key->id,
		.cluster_id = htobe16(target->cluster_id),
		.link = target->link,
		.prober_id = htobe16(self->node_id),
		.responder_id = htobe16(target->node_id),
		.seq = htobe32(target->seq),
		.prober_epoch = htobe64(self->epoch),
		.responder_epoch = htobe64(target->peer_epoch),
		.t1_ns = htobe64(t1_ns),
		.type = (uint8_t)type,
		.node_state = self->node_state,
		.ack = htobe32(target->ack),
		.fenced_bits = htobe16(self->fenced_bits),
	};
}

static void sign(struct xb_packet *packet, const struct heartbeat_target *target,
		 const struct xb_key *key)
{
	packet->tag =
		htole64(heartbeat_tag(packet, &target->local_address, &target->peer_address, key));
}

/* How long after t1_ns the last of the claims in instances may still be carried out; 0: no
 * claim. */
static uint64_t claim_left_ns(const struct xb_self *self,
			      const struct xb_instance instances[XB_INSTANCES_MAX], uint64_t t1_ns)
{
	uint64_t left_ns = 0;

	for (size_t i = 0; i < XB_INSTANCES_MAX; i++) {
		uint64_t until_ns = self->claim_until_ns[i];

		if ((instances[i].family_flags & XB_INSTANCE_CLAIM) &&
		    !time_reached(t1_ns, until_ns) && until_ns - t1_ns > left_ns)
			left_ns = until_ns - t1_ns;
	}
	return left_ns;
}

void heartbeat_build_probe(struct xb_packet *packet, const struct xb_self *self,
			   uint32_t late_apps_bits, const struct heartbeat_target *target,
			   uint64_t t1_ns, const struct xb_key *key)
{
	fill(packet, XB_PROBE, self, target, t1_ns, key);
	packet->late_apps_bits = htobe32(late_apps_bits);
	memcpy(packet->instances, self->description[self->current].instances,
	       sizeof(packet->instances));
	packet->t2_ns = htobe64(claim_left_ns(self, packet->instances, t1_ns));
	sign(packet, target, key);
}

void heartbeat_build_query(struct xb_packet *packet, const struct xb_self *self,
			   const struct heartbeat_target *target, uint16_t subject_id,
			   uint64_t t1_ns, const struct xb_key *key)
{
	fill(packet, XB_QUERY, self, target, t1_ns, key);
	packet->view.subject_id = htobe16(subject_id);
	sign(packet, target, key);
}

void heartbeat_build_compare(struct xb_packet *packet, const struct xb_self *self,
			     const struct heartbeat_target *target, uint16_t page, uint64_t t1_ns,
			     const struct xb_key *key)
{
	fill(packet, XB_COMPARE, self, target, t1_ns, key);
	packet->page.page = htobe16(page);
	sign(packet, target, key);
}

uint64_t key_fingerprint(const struct xb_key *key)
{
	static const char message[] = "xbeatkey";
	struct xb_siphash hash;
	uint64_t word;

	memcpy(&word, message, sizeof(word));
	xb_siphash_init(&hash, key->word);
	xb_siphash_word(&hash, le64toh(word));
	return xb_siphash_finish(&hash, sizeof(word), 0);
}
