/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Adverts of a served instance are checked, stored and passed; others are passed unchanged. */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"

#include <string.h>

/* Handles the ring buffer as the daemon does. Returns the number of events. */
static size_t read_events(struct fixture *fixture)
{
	fixture_entry(fixture)->event_pending = 0;
	return fixture_events(fixture);
}

static void expect_taken(struct fixture *fixture, const struct advert *advert)
{
	uint64_t received_count = fixture_entry(fixture)->received_count;
	struct frame frame;

	advert_build(advert, &frame);
	fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	assert_int_equal(fixture_entry(fixture)->received_count, received_count + 1);
}

static void expect_refused(struct fixture *fixture, const struct frame *frame, enum xb_drop reason)
{
	fixture_expect(fixture, frame, ACTION_DROP, reason);
	assert_int_equal(fixture_entry(fixture)->received_count, 0);
	assert_int_equal(fixture_entry(fixture)->arrival_ns, 0);
}

static void expect_unseen(struct fixture *fixture, const struct frame *frame)
{
	fixture_expect_uncounted(fixture, frame, ACTION_PASS);
	assert_int_equal(fixture_entry(fixture)->received_count, 0);
}

static void check_stored(struct fixture *fixture, const struct advert *advert)
{
	const struct xb_vrrp *entry = fixture_entry(fixture);
	struct xb_address source = address_of(advert->source);

	assert_memory_equal(&entry->source, &source, sizeof(source));
	assert_int_equal(entry->version, advert->version);
	assert_int_equal(entry->pseudo_header, advert->checksum == CHECKSUM_PSEUDO_HEADER);
	assert_int_equal(entry->priority, advert->priority);
	assert_int_equal(entry->address_count, advert->address_count);
	assert_int_equal(entry->interval_cs, advert->interval_cs & 0x0fff);
	assert_int_equal(entry->addresses_digest, advert_digest(advert));
	assert_true(entry->arrival_ns > 0);
	assert_int_equal(entry->lock_sequence % 2, 0);
}

static void test_stores_with_both_checksums(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();

	fixture_serve_vrrp(fixture);
	expect_taken(fixture, &advert);
	check_stored(fixture, &advert);
	advert.checksum = CHECKSUM_PSEUDO_HEADER;
	expect_taken(fixture, &advert);
	check_stored(fixture, &advert);
	assert_int_equal(fixture_entry(fixture)->changed_count, 1);
}

static void expect_every_count(struct fixture *fixture, struct advert advert, unsigned last)
{
	fixture_serve(fixture, advert.version, VRID, advert.destination);
	for (unsigned count = 1; count <= last; count++) {
		advert.address_count = (uint8_t)count;
		advert.padding = count % 3 * 7;
		expect_taken(fixture, &advert);
		check_stored(fixture, &advert);
	}
	assert_int_equal(fixture_entry(fixture)->changed_count, last);
}

/* A test run's frame holds at most 200 IPv6 addresses. */
static void test_every_address_count(void **state)
{
	expect_every_count(*state, advert_default(), 255);
	expect_every_count(*state, advert_version2(), 255);
	expect_every_count(*state, advert_ipv6(), 200);
}

/* A flood from rivals does not hide the adverts of the followed Active. */
static void test_followed_active_is_stored_separately(void **state)
{
	struct fixture *fixture = *state;
	struct xb_vrrp *entry = fixture_entry(fixture);
	struct advert active = advert_default(), rival = advert_default();
	uint64_t heard_ns;

	fixture_serve_vrrp(fixture);
	active.interval_cs = 50;
	rival.source = "10.0.0.10";
	rival.priority = 10;
	expect_taken(fixture, &active);
	assert_int_equal(entry->followed_arrival_ns, 0); /* no Active is followed yet */
	entry->followed = address_of(active.source);
	expect_taken(fixture, &active);
	heard_ns = entry->followed_arrival_ns;
	assert_int_equal(heard_ns, entry->arrival_ns);
	for (int i = 0; i < 3; i++)
		expect_taken(fixture, &rival);
	assert_int_equal(entry->followed_arrival_ns, heard_ns);
	assert_int_equal(entry->followed_priority, 150);
	assert_int_equal(entry->followed_interval_cs, 50);
	assert_int_equal(entry->priority, 10);
	active.priority = 0;
	expect_taken(fixture, &active);
	assert_true(entry->followed_arrival_ns > heard_ns);
	assert_int_equal(entry->followed_priority, 0);
}

static void test_reserved_bits_are_ignored(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();

	fixture_serve_vrrp(fixture);
	advert.interval_cs = 0xf000 | 250;
	expect_taken(fixture, &advert);
	assert_int_equal(fixture_entry(fixture)->interval_cs, 250);
}

/* Only changes are reported, and the event carries the advert. */
static void test_events(void **state)
{
	struct fixture *fixture = *state;
	struct advert first = advert_default();
	struct advert variants[] = {first, first, first, first, first, first};

	variants[1].source = "10.0.0.8";
	variants[2].priority = 0;
	variants[3].interval_cs = 10;
	variants[4].address_count = 3;
	variants[5].first_address = 101;
	fixture_serve_vrrp(fixture);
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++) {
		struct xb_event *event = &fixture->events[0];

		expect_taken(fixture, &variants[i]);
		expect_taken(fixture, &variants[i]);
		assert_int_equal(read_events(fixture), 1);
		assert_int_equal(event->kind, XB_EVENT_ADVERT);
		assert_int_equal(event->slot, VRRP_SLOT);
		assert_int_equal(event->advert.priority, variants[i].priority);
		assert_int_equal(event->advert.interval_cs, variants[i].interval_cs);
		assert_int_equal(event->advert.version, 3);
		assert_int_equal(event->advert.address_count, variants[i].address_count);
		assert_int_equal(event->advert.addresses_digest, advert_digest(&variants[i]));
	}
	assert_int_equal(fixture_entry(fixture)->changed_count, 6);
	fixture_entry(fixture)->wake_always = 1;
	expect_taken(fixture, &variants[5]);
	assert_int_equal(read_events(fixture), 1);
	assert_int_equal(fixture->events[0].arrival_ns, fixture_entry(fixture)->arrival_ns);
	assert_int_equal(fixture_entry(fixture)->changed_count, 6);
}

/* While an event is unread, newer adverts are only stored in the slot. */
static void test_one_event_is_pending_at_a_time(void **state)
{
	static const struct {
		const char *what;
		uint8_t priority;
		bool wake_always;
		bool read_before;
		size_t waiting; /* events, then */
	} steps[] = {
		{"the first", 150, false, false, 1},
		{"another, while that one is unread", 10, false, false, 1},
		{"any, at an Active", 10, true, false, 1},
		{"the same, when all is read", 10, false, true, 0},
		{"another, when all is read", 150, false, false, 1},
		{"any, at an Active that has read all", 150, true, true, 1},
	};
	struct fixture *fixture = *state;
	struct xb_vrrp *entry = fixture_entry(fixture);
	size_t waiting = 0;

	fixture_serve_vrrp(fixture);
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct advert advert = advert_default();

		print_message("    %s\n", steps[i].what);
		if (steps[i].read_before)
			assert_int_equal(read_events(fixture), waiting);
		advert.priority = steps[i].priority;
		entry->wake_always = steps[i].wake_always;
		expect_taken(fixture, &advert);
		check_stored(fixture, &advert);
		waiting = steps[i].waiting;
		assert_int_equal(entry->event_pending, waiting);
	}
	assert_int_equal(read_events(fixture), waiting);
	assert_int_equal(entry->changed_count, 3);
}

/* Otherwise the next one would not be reported either. */
static void test_full_ring_leaves_nothing_pending(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();
	struct xb_vrrp *entry = fixture_entry(fixture);
	struct frame frame;

	fixture_serve_vrrp(fixture);
	entry->wake_always = 1;
	advert_build(&advert, &frame);
	while (fixture_drop_count(fixture, XB_DROP_EVENT_LOST) == 0) {
		entry->event_pending = 0;
		fixture_run(fixture, &frame);
	}
	assert_int_equal(entry->event_pending, 0);
	read_events(fixture);
	expect_taken(fixture, &advert);
	assert_int_equal(entry->event_pending, 1);
	assert_int_equal(read_events(fixture), 1);
}

static void test_others_pass_unchanged(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();
	struct frame frame;

	advert_build(&advert, &frame);
	expect_unseen(fixture, &frame); /* not served at all */
	fixture_serve_vrrp(fixture);
	advert.vrid++;
	advert.ttl = 1;
	advert_build(&advert, &frame);
	expect_unseen(fixture, &frame); /* another VRID, even if malformed */
	advert = advert_default();
	advert_build(&advert, &frame);
	frame_insert(&frame, 12, 4); /* a VLAN's advert is not this interface's */
	memcpy(frame.bytes + 12, "\x81\x00\x00\x0a", 4);
	expect_unseen(fixture, &frame);
	advert_build(&advert, &frame);
	frame.bytes[frame.network + 7] = 1; /* only the first fragment has a VRID */
	expect_unseen(fixture, &frame);
}

/* A tag with VLAN 0 carries a priority and no VLAN. */
static void test_priority_tag(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();
	struct frame frame;

	fixture_serve_vrrp(fixture);
	advert_build(&advert, &frame);
	frame_insert(&frame, 12, 4);
	memcpy(frame.bytes + 12, "\x81\x00\xe0\x00", 4);
	fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	check_stored(fixture, &advert);
}

static void test_bit_flips_and_truncations(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();
	struct frame good;

	fixture_serve_vrrp(fixture);
	advert_build(&advert, &good);
	for (size_t byte = good.udp; byte < good.length; byte++) {
		struct frame bad = good;

		bad.bytes[byte] ^= 0x10;
		fixture_run(fixture, &bad);
	}
	for (size_t length = 14; length < good.length; length++) {
		struct frame cut = good;

		cut.length = length;
		fixture_run(fixture, &cut);
	}
	assert_int_equal(fixture_entry(fixture)->received_count, 0);
}

static void test_own_advert(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();
	struct frame frame;

	fixture_serve_vrrp(fixture);
	fixture_entry(fixture)->own_source = address_of(advert.source);
	advert_build(&advert, &frame);
	expect_refused(fixture, &frame, XB_DROP_VRRP_OWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_stores_with_both_checksums),
		FIXTURE_TEST(test_every_address_count),
		FIXTURE_TEST(test_followed_active_is_stored_separately),
		FIXTURE_TEST(test_reserved_bits_are_ignored),
		FIXTURE_TEST(test_events),
		FIXTURE_TEST(test_one_event_is_pending_at_a_time),
		FIXTURE_TEST(test_full_ring_leaves_nothing_pending),
		FIXTURE_TEST(test_others_pass_unchanged),
		FIXTURE_TEST(test_priority_tag),
		FIXTURE_TEST(test_bit_flips_and_truncations),
		FIXTURE_TEST(test_own_advert),
	};

	return FIXTURE_RUN(tests);
}
