/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Signed adverts in the programs of XDP and tc: known answers, each refusal, replays, marks, and
 * the modes of an instance. */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"
#include "tests/bpf/signed.h"

#include <string.h>

#define TAKEN XB_DROP_COUNT
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define S(seconds) ((uint64_t)(seconds) << 32)
#define NOW S(1700000000)

static const struct signed_vector *const plain = &signed_vectors[2];

static uint64_t refused_count(struct fixture *fixture, enum xb_drop reason)
{
	return signed_state(fixture)->refused_count[reason - XB_SIGNED_REASON_FIRST];
}

/* outcome: TAKEN or the reason, which the instance counts, too. */
static void expect(struct fixture *fixture, const struct frame *frame, unsigned outcome)
{
	uint64_t received_count = fixture_entry(fixture)->received_count;
	uint64_t counted = 0;

	if (outcome >= XB_SIGNED_REASON_FIRST && outcome <= XB_DROP_VRRP_REPLAY)
		counted = refused_count(fixture, outcome);
	if (outcome == TAKEN)
		fixture_expect_uncounted(fixture, frame, ACTION_PASS);
	else
		fixture_expect(fixture, frame, ACTION_DROP, outcome);
	assert_int_equal(fixture_entry(fixture)->received_count,
			 received_count + (outcome == TAKEN));
	if (outcome >= XB_SIGNED_REASON_FIRST && outcome <= XB_DROP_VRRP_REPLAY)
		assert_int_equal(refused_count(fixture, outcome), counted + 1);
}

static void test_known_answers(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < SIGNED_VECTOR_COUNT; i++) {
		struct frame frame;

		print_message("    %s\n", signed_vectors[i].what);
		fixture_reset(state);
		signed_prepare(fixture, &signed_vectors[i], &frame);
		if (frame.ipv6 && fixture_entry(fixture)->served_version == 2)
			continue; /* no instance of version 2 has IPv6 */
		expect(fixture, &frame, TAKEN);
		assert_int_equal(signed_state(fixture)->accepted_count, 1);
		expect(fixture, &frame, XB_DROP_VRRP_REPLAY);
	}
}

/* Each changed byte of the second vector, and what keepalived's own test expects of it. */
static const struct {
	const char *what;
	size_t offset; /* in the message, 24 bytes, and the trailer */
	unsigned outcome;
} changes[] = {
	{"priority", 2, XB_DROP_VRRP_INVALID_HMAC},
	{"interval", 5, XB_DROP_VRRP_INVALID_HMAC},
	{"last byte of the address", 23, XB_DROP_VRRP_INVALID_HMAC},
	{"type", 24, XB_DROP_VRRP_MALFORMED},
	{"key id", 25, XB_DROP_VRRP_UNKNOWN_KEY},
	{"reserved", 27, XB_DROP_VRRP_MALFORMED},
	{"seconds", 31, XB_DROP_VRRP_INVALID_HMAC},
	{"counter", 35, XB_DROP_VRRP_INVALID_HMAC},
	{"tag", 51, XB_DROP_VRRP_INVALID_HMAC},
	/* The checksum is not signed; it is checked afterwards. */
	{"checksum", 7, XB_DROP_VRRP_BAD_CHECKSUM},
};

static void test_changed_bytes(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(changes); i++) {
		struct frame frame;

		print_message("    %s\n", changes[i].what);
		fixture_reset(state);
		signed_prepare(fixture, &signed_vectors[1], &frame);
		signed_add_peer(fixture, "fe80::10");
		fixture_entry(fixture)->destination = address_of("fe80::20");
		frame.bytes[frame.udp + changes[i].offset] ^= 1;
		expect(fixture, &frame, changes[i].outcome);
	}
}

/* Another source than the one that signed, as NAT would make it. */
static void test_source_is_signed(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	signed_prepare(fixture, plain, &frame);
	frame.bytes[frame.network + 15] ^= 4;
	advert_sign_header(&frame);
	expect(fixture, &frame, XB_DROP_VRRP_INVALID_HMAC);
	assert_int_equal(signed_state(fixture)->marks[0].arrival_ns, 0);
}

static const struct {
	uint8_t mode;
	unsigned outcome; /* of an advert without a signature */
} modes[] = {
	{XB_SIGNED_NONE, TAKEN},
	{XB_SIGNED_RECEIVE_ONLY, TAKEN},
	{XB_SIGNED_PERMISSIVE, TAKEN},
	{XB_SIGNED_ENFORCE, XB_DROP_VRRP_MISSING},
};

/* A trailer that is there must be right in each mode. */
static void test_modes(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(modes); i++) {
		struct frame right, unsigned_frame, wrong;

		fixture_reset(state);
		signed_prepare(fixture, plain, &right);
		fixture_entry(fixture)->signed_mode = modes[i].mode;
		unsigned_frame = right;
		unsigned_frame.length -= XB_SIGNED_TRAILER_BYTES;
		unsigned_frame.bytes[unsigned_frame.network + 3] -= XB_SIGNED_TRAILER_BYTES;
		advert_sign_header(&unsigned_frame);
		wrong = right;
		wrong.bytes[wrong.length - 1] ^= 1;
		expect(fixture, &unsigned_frame, modes[i].outcome);
		expect(fixture, &wrong, modes[i].mode ? XB_DROP_VRRP_INVALID_HMAC : TAKEN);
		expect(fixture, &right, TAKEN);
	}
}

/* A trailer is recognized by the length; anything else after the message is none. */
static void test_other_lengths_are_unsigned(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	signed_prepare(fixture, plain, &frame);
	frame.length += 4;
	frame.bytes[frame.network + 3] += 4;
	advert_sign_header(&frame);
	expect(fixture, &frame, XB_DROP_VRRP_MISSING);
	frame.length -= 8;
	frame.bytes[frame.network + 3] -= 8;
	advert_sign_header(&frame);
	expect(fixture, &frame, XB_DROP_VRRP_MISSING);
}

/* What the Ethernet frame has after the IP packet does not count. */
static void test_padding_is_no_trailer(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame;

	signed_prepare(fixture, plain, &frame);
	frame.length += 9;
	expect(fixture, &frame, TAKEN);
	fixture_reset(state);
	signed_prepare(fixture, plain, &frame);
	frame.bytes[frame.network + 3] -= XB_SIGNED_TRAILER_BYTES;
	advert_sign_header(&frame);
	expect(fixture, &frame, XB_DROP_VRRP_MISSING);
}

static struct xb_address addresses[VRRP_ADDRESSES_MAX];

static struct vrrp_message message_from(const char *source, size_t address_count)
{
	bool ipv6 = strchr(source, ':') != NULL;
	struct vrrp_message message = {
		.version = 3,
		.vrid = VRID,
		.priority = 150,
		.interval_cs = 100,
		.ttl = 255,
		.pseudo_header = true,
		.source = address_of(source),
		.destination = address_of(ipv6 ? "ff02::12" : "224.0.0.18"),
		.addresses = addresses,
		.address_count = address_count,
	};

	for (size_t i = 0; i < VRRP_ADDRESSES_MAX; i++) {
		addresses[i] = address_of(ipv6 ? "fd00::" : "10.0.0.0");
		addresses[i].bytes[15] = (uint8_t)i;
	}
	return message;
}

/* An instance of VRID with the key 7; the clock stands at NOW. */
static void serve(struct fixture *fixture, bool ipv6)
{
	struct xb_vrrp *entry = fixture_serve(fixture, 3, VRID, ipv6 ? "ff02::12" : "224.0.0.18");

	entry->signed_mode = XB_SIGNED_ENFORCE;
	signed_state(fixture)->window_s = SIGNED_WINDOW_S;
	signed_add_key(fixture, 7, SECRET_7);
	signed_set_clock(fixture, NOW);
}

static void expect_from(struct fixture *fixture, const char *source, uint64_t sequence,
			unsigned outcome)
{
	struct vrrp_signing_key key = signed_key(SECRET_7, 7);
	struct frame frame;

	signed_build(message_from(source, 1), &key, sequence, &frame);
	expect(fixture, &frame, outcome);
}

/* Each number of addresses, so that the padding of the hash begins anywhere. */
static void test_lengths(void **state)
{
	struct fixture *fixture = *state;
	struct vrrp_signing_key key = signed_key(SECRET_7, 7);
	struct frame frame;

	for (int ipv6 = 0; ipv6 < 2; ipv6++) {
		fixture_reset(state);
		serve(fixture, ipv6);
		for (size_t count = 1; count <= VRRP_ADDRESSES_MAX; count++) {
			signed_build(message_from(ipv6 ? "fe80::9" : "10.0.0.9", count), &key,
				     NOW + count, &frame);
			expect(fixture, &frame, TAKEN);
			frame.bytes[frame.udp + 8 + 4 * (count - 1)] ^= 0x10;
			expect(fixture, &frame, XB_DROP_VRRP_INVALID_HMAC);
		}
	}
}

static void test_tc(void **state)
{
	struct fixture *fixture = *state;
	struct frame frame, wrong;

	signed_prepare(fixture, plain, &frame);
	fixture_hide_tags(fixture, 0);
	wrong = frame;
	wrong.bytes[wrong.length - 1] ^= 1;
	assert_int_equal(fixture_run_tc(fixture, &wrong), 2); /* TC_ACT_SHOT */
	assert_int_equal(refused_count(fixture, XB_DROP_VRRP_INVALID_HMAC), 1);
	assert_int_equal(fixture_run_tc(fixture, &frame), -1); /* TC_ACT_UNSPEC */
	assert_int_equal(fixture_entry(fixture)->received_count, 1);
	assert_int_equal(fixture_run_tc(fixture, &frame), 2);
	assert_int_equal(refused_count(fixture, XB_DROP_VRRP_REPLAY), 1);
}

static void test_window(void **state)
{
	struct fixture *fixture = *state;

	serve(fixture, false);
	expect_from(fixture, "10.0.0.9", NOW - S(6), XB_DROP_VRRP_STALE);
	expect_from(fixture, "10.0.0.9", NOW - S(5), TAKEN);
	expect_from(fixture, "10.0.0.9", NOW + S(6), XB_DROP_VRRP_STALE);
	expect_from(fixture, "10.0.0.9", NOW + S(5), TAKEN);
	expect_from(fixture, "10.0.0.9", NOW + S(4), XB_DROP_VRRP_REPLAY);
	/* monotonic: only the order counts */
	signed_state(fixture)->window_s = 0;
	expect_from(fixture, "10.0.0.9", NOW - S(1), XB_DROP_VRRP_REPLAY);
	expect_from(fixture, "10.0.0.9", NOW + S(1000), TAKEN);
}

/* Whichever clock is set, adverts count as soon as the clocks agree again. */
static void test_clock_steps(void **state)
{
	struct fixture *fixture = *state;
	int64_t offset_ns;

	serve(fixture, false);
	expect_from(fixture, "10.0.0.9", NOW, TAKEN);
	offset_ns = signed_state(fixture)->realtime_offset_ns;
	for (int64_t step_s = -1000; step_s <= 1000; step_s += 2000) {
		signed_state(fixture)->realtime_offset_ns = offset_ns + step_s * 1000000000;
		expect_from(fixture, "10.0.0.9", NOW + 1, XB_DROP_VRRP_STALE);
		expect_from(fixture, "10.0.0.9", NOW + S(step_s), TAKEN); /* the sender's, too */
		expect_from(fixture, "10.0.0.9", NOW + S(step_s), XB_DROP_VRRP_REPLAY);
	}
	signed_state(fixture)->realtime_offset_ns = offset_ns;
	expect_from(fixture, "10.0.0.9", NOW + 2, TAKEN);
}

/* One table for a group: a fifth sender replaces the one that was silent the longest. */
static void test_marks_of_a_group(void **state)
{
	static const char *const sources[] = {"10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4"};
	struct fixture *fixture = *state;

	serve(fixture, false);
	for (size_t i = 0; i < COUNT(sources); i++)
		expect_from(fixture, sources[i], NOW + 1, TAKEN);
	for (size_t i = 0; i < COUNT(sources); i++)
		expect_from(fixture, sources[i], NOW + 1, XB_DROP_VRRP_REPLAY);
	expect_from(fixture, "10.0.0.1", NOW + 2, TAKEN);
	expect_from(fixture, "10.0.0.5", NOW + 1, TAKEN); /* instead of 10.0.0.2 */
	expect_from(fixture, "10.0.0.1", NOW + 2, XB_DROP_VRRP_REPLAY);
	expect_from(fixture, "10.0.0.3", NOW + 1, XB_DROP_VRRP_REPLAY);
	expect_from(fixture, "10.0.0.2", NOW + 1, TAKEN);
}

/* Forged ones neither move a mark nor take one. */
static void test_forged_ones_leave_the_marks(void **state)
{
	struct fixture *fixture = *state;
	struct vrrp_signing_key other = signed_key(SECRET_9, 7);
	struct xb_signed_mark before[XB_SIGNED_SOURCES_MAX];
	struct frame frame;

	serve(fixture, false);
	expect_from(fixture, "10.0.0.9", NOW, TAKEN);
	memcpy(before, signed_state(fixture)->marks, sizeof(before));
	for (unsigned i = 1; i < 20; i++) {
		char source[20];

		snprintf(source, sizeof(source), "10.0.0.%u", i);
		signed_build(message_from(source, 1), &other, NOW + i, &frame);
		expect(fixture, &frame, XB_DROP_VRRP_INVALID_HMAC);
	}
	assert_memory_equal(before, signed_state(fixture)->marks, sizeof(before));
	expect_from(fixture, "10.0.0.9", NOW + 1, TAKEN);
}

static void test_marks_of_unicast_peers(void **state)
{
	struct fixture *fixture = *state;

	serve(fixture, false);
	fixture_entry(fixture)->destination = address_of("224.0.0.18");
	for (unsigned i = 1; i < 8; i++) {
		char source[20];

		snprintf(source, sizeof(source), "10.0.0.%u", i);
		signed_add_peer(fixture, source);
		expect_from(fixture, source, NOW + 1, TAKEN);
	}
	for (unsigned i = 1; i < 8; i++) {
		char source[20];

		snprintf(source, sizeof(source), "10.0.0.%u", i);
		expect_from(fixture, source, NOW + 1, XB_DROP_VRRP_REPLAY);
	}
	expect_from(fixture, "10.0.0.77", NOW + 1, XB_DROP_VRRP_BAD_SOURCE);
	assert_int_equal(signed_state(fixture)->marks[0].arrival_ns, 0);
}

static void test_several_keys(void **state)
{
	struct fixture *fixture = *state;
	struct vrrp_signing_key other = signed_key(SECRET_9, 9);
	struct frame frame;

	serve(fixture, false);
	signed_build(message_from("10.0.0.9", 1), &other, NOW, &frame);
	expect(fixture, &frame, XB_DROP_VRRP_UNKNOWN_KEY);
	signed_add_key(fixture, 9, SECRET_9);
	expect(fixture, &frame, TAKEN);
	assert_int_equal(signed_state(fixture)->marks[0].key_id, 9);
	expect_from(fixture, "10.0.0.9", NOW + 1, TAKEN);
	assert_int_equal(signed_state(fixture)->marks[0].key_id, 7);
}

/* The first of a kind is an event, with its sender; later ones are only counted. */
static void test_events(void **state)
{
	struct fixture *fixture = *state;
	struct xb_address sender = address_of("10.0.0.9");
	const struct xb_signed_note *skew = &signed_state(fixture)->notes[XB_SIGNED_SKEW];
	struct xb_signed_note *stale =
		&signed_state(fixture)->notes[XB_DROP_VRRP_STALE - XB_SIGNED_REASON_FIRST];
	uint64_t first_ns;

	serve(fixture, false);
	expect_from(fixture, "10.0.0.9", NOW + S(9), XB_DROP_VRRP_STALE);
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(fixture->events[0].kind, XB_EVENT_SIGNED);
	assert_int_equal(fixture->events[0].slot, VRRP_SLOT);
	assert_int_equal(stale->skew_s, 9);
	assert_int_equal(stale->key_id, 7);
	assert_memory_equal(&stale->source, &sender, sizeof(sender));
	first_ns = stale->arrival_ns;
	assert_true(first_ns);
	expect_from(fixture, "10.0.0.9", NOW + S(9), XB_DROP_VRRP_STALE);
	assert_int_equal(fixture_events(fixture), 0);
	assert_true(stale->arrival_ns > first_ns);
	stale->is_set = 0;
	expect_from(fixture, "10.0.0.9", NOW + S(9), XB_DROP_VRRP_STALE);
	assert_int_equal(fixture_events(fixture), 1);
	expect_from(fixture, "10.0.0.9", NOW + S(2), TAKEN);
	assert_int_equal(fixture_events(fixture), 0);
	expect_from(fixture, "10.0.0.9", NOW + S(3), TAKEN); /* more than half the window */
	assert_int_equal(fixture_events(fixture), 1);
	assert_int_equal(skew->skew_s, 3);
}

/* A looped advert of our own takes no mark. */
static void test_own_advert(void **state)
{
	struct fixture *fixture = *state;

	serve(fixture, false);
	fixture_entry(fixture)->own_source = address_of("10.0.0.9");
	expect_from(fixture, "10.0.0.9", NOW, XB_DROP_VRRP_OWN);
	expect_from(fixture, "10.0.0.9", NOW, XB_DROP_VRRP_OWN);
	assert_int_equal(signed_state(fixture)->marks[0].arrival_ns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_known_answers),
		FIXTURE_TEST(test_changed_bytes),
		FIXTURE_TEST(test_source_is_signed),
		FIXTURE_TEST(test_modes),
		FIXTURE_TEST(test_other_lengths_are_unsigned),
		FIXTURE_TEST(test_padding_is_no_trailer),
		FIXTURE_TEST(test_lengths),
		FIXTURE_TEST(test_tc),
		FIXTURE_TEST(test_window),
		FIXTURE_TEST(test_clock_steps),
		FIXTURE_TEST(test_marks_of_a_group),
		FIXTURE_TEST(test_forged_ones_leave_the_marks),
		FIXTURE_TEST(test_marks_of_unicast_peers),
		FIXTURE_TEST(test_several_keys),
		FIXTURE_TEST(test_events),
		FIXTURE_TEST(test_own_advert),
	};

	return FIXTURE_RUN(tests);
}
