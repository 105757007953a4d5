/* SPDX-License-Identifier: GPL-2.0-or-later */
/* The comments of captured packets, also of damaged ones. */
#include "user/ctl/capture/packet.h"
#include "user/ctl/capture/words.h"
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <xbeat/wire.h>

#include <cmocka.h>

#define ETHERNET_BYTES 14
#define IPV4_BYTES 20
#define UDP_BYTES 8

static const uint8_t headers[] = {
	/* Ethernet, IPv4 from 10.0.0.2 to 10.0.0.1, UDP */
	2, 0,	0,  0, 0, 1,  2, 0, 0, 0,  0, 2, 8, 0, 0x45, 0, 0,   164, 0,   0, 0,
	0, 255, 17, 0, 0, 10, 0, 0, 2, 10, 0, 0, 1, 2, 182,  2, 182, 0,	  144, 0, 0,
};

static void make(struct xb_captured *record, enum xb_verdict verdict, enum xb_packet_type type)
{
	struct xb_packet packet = {.magic = htons(XB_MAGIC),
				   .version = XB_WIRE_VERSION,
				   .type = (uint8_t)type,
				   .prober_id = htons(2),
				   .responder_id = htons(1)};

	*record = (struct xb_captured){.verdict = (uint8_t)verdict,
				       .data_bytes = sizeof(headers) + sizeof(packet)};
	memcpy(record->data, headers, sizeof(headers));
	memcpy(record->data + sizeof(headers), &packet, sizeof(packet));
}

static void check(const struct xb_captured *record, const char *expected)
{
	struct words_names names = {
		.peers = json_pack("[{s:i, s:s}]", "id", 2, "name", "node-b"),
		.vrrp = json_pack("[{s:i, s:s, s:s}]", "vrid", 51, "family", "ipv4", "name",
				  "VI_1"),
	};
	char text[WORDS_BYTES];

	assert_string_equal(words_verdict(&names, record, text), expected);
	json_decref(names.peers);
	json_decref(names.vrrp);
}

static void heartbeats(void **state)
{
	struct xb_captured record;

	(void)state;
	make(&record, XB_CAPTURED_ANSWERED, XB_PROBE);
	check(&record, "PROBE from node-b answered");
	record.reason_bits = 1ULL << XB_DROP_STALE_ACK;
	check(&record, "PROBE from node-b answered, and counted as stale_ack");
	make(&record, XB_CAPTURED_ANSWER, XB_REPLY);
	check(&record, "REPLY to node-b");
	make(&record, XB_CAPTURED_TAKEN, XB_ANSWER);
	check(&record, "ANSWER from node 1 taken");
}

static void refusals(void **state)
{
	struct xb_captured record;

	(void)state;
	make(&record, XB_CAPTURED_REFUSED, XB_PROBE);
	record.reason_bits = 1ULL << XB_DROP_REPLAY;
	check(&record, "PROBE from node-b refused: replay (this seq was seen before)");
	record.data[sizeof(headers)] = 0;
	check(&record, "packet from 10.0.0.2 refused: replay (this seq was seen before)");
}

static void adverts(void **state)
{
	static const uint8_t advert[] = {0x31, 51, 150, 1, 0, 100, 0, 0};
	struct xb_captured record;

	(void)state;
	make(&record, XB_CAPTURED_TAKEN, XB_PROBE);
	record.data[ETHERNET_BYTES + 9] = PACKET_VRRP;
	memcpy(record.data + ETHERNET_BYTES + IPV4_BYTES, advert, sizeof(advert));
	check(&record, "advert of VI_1, priority 150, from 10.0.0.2 taken");
	record.data[ETHERNET_BYTES + IPV4_BYTES + 1] = 52;
	check(&record, "advert of VRID 52, priority 150, from 10.0.0.2 taken");
}

/* Of every length, with and without tags; the sanitizers watch. */
static void damaged(void **state)
{
	const struct words_names none = {0};
	struct xb_captured record;
	char text[WORDS_BYTES];

	(void)state;
	for (unsigned bare = 0; bare < 2; bare++)
		for (unsigned type = 0; type < 256; type++) {
			make(&record, XB_CAPTURED_REFUSED, XB_PROBE);
			record.bare = (uint8_t)bare;
			record.reason_bits = ~0ULL;
			record.data[12] = (uint8_t)(type & 1 ? 0x81 : type & 2 ? 0x86 : 8);
			record.data[13] = (uint8_t)(type & 2 && !(type & 1) ? 0xdd : 0);
			record.data[14] = (uint8_t)type;
			record.data_bytes = (uint16_t)(type * 186 / 255);
			assert_true(strlen(words_verdict(&none, &record, text)) < WORDS_BYTES);
		}
}

static void answers_without_ethernet(void **state)
{
	uint8_t header[IPV4_BYTES];

	(void)state;
	memcpy(header, headers + ETHERNET_BYTES, sizeof(header));
	packet_swap_addresses(header, sizeof(header));
	assert_int_equal(header[15], 1);
	assert_int_equal(header[19], 2);
	packet_swap_addresses(header, 4); /* too short: nothing is done */
	assert_int_equal(header[15], 1);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(heartbeats),
		cmocka_unit_test(refusals),
		cmocka_unit_test(adverts),
		cmocka_unit_test(damaged),
		cmocka_unit_test(answers_without_ethernet),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
