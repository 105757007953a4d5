// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The codec of PROBE and QUERY. The tag is checked against a SipHash-2-4 of the same bytes, hashed
 * one buffer at a time, so that a wrong order of the 64-bit words is detected; SipHash has its own
 * test vectors.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "user/core/heartbeat.h"
#include "user/core/histogram.h"
#include "user/lib/address.h"
#include <cmocka.h>
#include <endian.h>
#include <string.h>
#include <xbeat/siphash.h>

static const struct xb_key key = {
	.id = 7, .valid = 1, .word = {0x0706050403020100, 0x0f0e0d0c0b0a0908}};

static const struct xb_self self = {
	.node_id = 0x0102,
	.epoch = 0x1122334455667788,
	.node_state = XB_NODE_RUNNING,
	.current = 1,
	.description[1].instances = {{.vrid = 51, .family_flags = 4, .state = XB_INSTANCE_ACTIVE}},
};

static uint64_t hash_bytes(const uint8_t *bytes, size_t length)
{
	struct xb_siphash hash;

	xb_siphash_init(&hash, key.word);
	for (size_t i = 0; i < length; i += 8) {
		uint64_t word = 0;

		for (size_t n = 0; n < 8; n++)
			word |= (uint64_t)bytes[i + n] << 8 * n;
		xb_siphash_word(&hash, word);
	}
	return xb_siphash_finish(&hash, length, 0);
}

static struct heartbeat_target target_between(const char *local, const char *peer)
{
	struct heartbeat_target target = {.cluster_id = 0x0a0b,
					  .node_id = 0x0304,
					  .link = 1,
					  .seq = 0xdeadbeef,
					  .ack = 0x01020304,
					  .peer_epoch = 0x99};

	assert_int_equal(address_parse(local, &target.local_address), 0);
	assert_int_equal(address_parse(peer, &target.peer_address), 0);
	return target;
}

static void probe_is_laid_out_as_documented(void **state)
{
	static const uint8_t head[16] = {0x58, 0x42, 1,	   7,	 0x0a, 0x0b, 1,	   0,
					 0x01, 0x02, 0x03, 0x04, 0xde, 0xad, 0xbe, 0xef};
	static const uint8_t middle[8] = {1, 1, 0, 0, 0x01, 0x02, 0x03, 0x04};
	struct heartbeat_target target = target_between("10.0.0.1", "10.0.0.2");
	struct xb_packet packet;

	(void)state;
	heartbeat_build_probe(&packet, &self, 0x80000005, &target, 5, &key);
	assert_memory_equal(&packet, head, sizeof(head));
	assert_memory_equal((const uint8_t *)&packet + 40, middle, sizeof(middle));
	assert_int_equal(be64toh(packet.prober_epoch), self.epoch);
	assert_int_equal(be64toh(packet.responder_epoch), 0x99);
	assert_int_equal(be64toh(packet.t1_ns), 5);
	assert_int_equal(packet.t2_ns, 0);
	assert_int_equal(be32toh(packet.late_apps_bits), 0x80000005);
	assert_memory_equal(packet.instances, self.description[1].instances,
			    sizeof(packet.instances));
}

/* Until when the addressee must leave the instances to the claimer: until the last claim ends. */
static void probe_carries_how_long_its_claims_last(void **state)
{
	struct heartbeat_target target = target_between("10.0.0.1", "10.0.0.2");
	struct xb_self claiming = self;
	struct xb_instance *instances = claiming.description[claiming.current].instances;
	struct xb_packet packet;

	(void)state;
	claiming.claim_until_ns[0] = 1000;
	claiming.claim_until_ns[1] = 3000;
	claiming.claim_until_ns[2] = 9000;
	instances[0].family_flags |= XB_INSTANCE_CLAIM;
	instances[1].family_flags |= XB_INSTANCE_CLAIM;
	heartbeat_build_probe(&packet, &claiming, 0, &target, 600, &key);
	assert_int_equal(be64toh(packet.t2_ns), 2400);
	heartbeat_build_probe(&packet, &claiming, 0, &target, 3001, &key);
	assert_int_equal(packet.t2_ns, 0);
}

/* Its header is that of a PROBE; it has the subject instead of instances. */
static void query_is_laid_out_as_documented(void **state)
{
	static const uint8_t middle[4] = {3, 1, 0x02, 0x01};
	uint8_t view[sizeof(struct xb_view)] = {0xab, 0xcd};
	struct heartbeat_target target = target_between("fd00::1", "fd00::2");
	struct xb_self fenced = self;
	struct xb_packet packet;
	struct xb_packet probe;

	(void)state;
	fenced.fenced_bits = 0x0201;
	heartbeat_build_query(&packet, &fenced, &target, 0xabcd, 5, &key);
	heartbeat_build_probe(&probe, &fenced, 0, &target, 5, &key);
	assert_memory_equal(&packet, &probe, XB_HEAD_BYTES);
	assert_memory_equal((const uint8_t *)&packet + 40, middle, sizeof(middle));
	assert_memory_equal(&packet.view, view, sizeof(view));
	assert_int_equal(le64toh(packet.tag),
			 heartbeat_tag(&packet, &target.local_address, &target.peer_address, &key));
}

/* The authenticated message, byte by byte. */
static uint64_t tag_by_hand(const struct xb_packet *packet, const uint8_t *addresses, size_t bytes)
{
	uint64_t digest = htole64(hash_bytes((const uint8_t *)packet->instances, 64));
	uint8_t message[40 + 32 + 24 + 8];

	memcpy(message, packet, 40);
	memcpy(message + 40, addresses, bytes);
	memcpy(message + 40 + bytes, (const uint8_t *)packet + 40, 24);
	memcpy(message + 64 + bytes, &digest, 8);
	return hash_bytes(message, 72 + bytes);
}

static void tag_covers_packet_and_addresses(void **state)
{
	struct heartbeat_target ipv4 = target_between("10.0.0.1", "10.0.0.2");
	struct heartbeat_target ipv6 = target_between("fd00::1", "fd00::2");
	uint8_t addresses[32] = {10, 0, 0, 1, 10, 0, 0, 2};
	struct xb_packet packet;

	(void)state;
	heartbeat_build_probe(&packet, &self, 0, &ipv4, 5, &key);
	assert_int_equal(le64toh(packet.tag), tag_by_hand(&packet, addresses, 8));
	assert_int_equal(heartbeat_digest(packet.instances, &key),
			 hash_bytes((const uint8_t *)packet.instances, 64));

	heartbeat_build_probe(&packet, &self, 0, &ipv6, 5, &key);
	memcpy(addresses, ipv6.local_address.bytes, 16);
	memcpy(addresses + 16, ipv6.peer_address.bytes, 16);
	assert_int_equal(le64toh(packet.tag), tag_by_hand(&packet, addresses, 32));
}

static void quantiles(void **state)
{
	struct xb_rtt_hist histogram = {{0}};

	(void)state;
	assert_int_equal(histogram_quantile_ns(&histogram, 0.5, 0, 0), 0);
	histogram.bucket_count[10] = 98; /* 1024..2047 ns */
	histogram.bucket_count[20] = 2;
	assert_in_range(histogram_quantile_ns(&histogram, 0.5, 1030, 2000000), 1500, 1600);
	assert_in_range(histogram_quantile_ns(&histogram, 0.99, 1030, 2000000), 1 << 20, 2 << 20);
	assert_int_equal(histogram_quantile_ns(&histogram, 0.99, 1030, 1100000), 1100000);
	assert_int_equal(histogram_quantile_ns(&histogram, 0.0, 1500, 1100000), 1500);
}

static void fingerprint(void **state)
{
	struct xb_key other = key;

	(void)state;
	assert_true(key_fingerprint(&key) == hash_bytes((const uint8_t *)"xbeatkey", 8));
	other.id = 9; /* names the key, not its id */
	assert_true(key_fingerprint(&key) == key_fingerprint(&other));
	other.word[1] ^= 1;
	assert_true(key_fingerprint(&key) != key_fingerprint(&other));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(probe_is_laid_out_as_documented),
		cmocka_unit_test(probe_carries_how_long_its_claims_last),
		cmocka_unit_test(query_is_laid_out_as_documented),
		cmocka_unit_test(tag_covers_packet_and_addresses),
		cmocka_unit_test(quantiles),
		cmocka_unit_test(fingerprint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
