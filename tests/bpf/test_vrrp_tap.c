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

static void test_reserved_bits_are_ignored(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();

	fixture_serve_vrrp(fixture);
	advert.interval_cs = 0xf000 | 250;
	expect_taken(fixture, &advert);
	assert_int_equal(fixture_entry(fixture)->interval_cs, 250);
}

static struct xb_vrrp *serve_as(struct fixture *fixture, enum xb_vrrp_role role)
{
	static uint32_t period;
	struct xb_vrrp *entry = fixture_entry(fixture);

	fixture_serve_vrrp(fixture);
	entry->own_source = address_of("10.0.0.5");
	period++;
	entry->rule =
		(struct xb_vrrp_rule){.period = period, .role = (uint8_t)role, .priority = 100};
	return entry;
}

static void expect_from(struct fixture *fixture, const char *source, uint8_t priority)
{
	struct advert advert = advert_default();

	advert.source = source;
	advert.priority = priority;
	expect_taken(fixture, &advert);
}

static void assert_is(const struct xb_vrrp_advert *heard, const char *source, uint8_t priority)
{
	struct xb_address address = address_of(source);

	assert_memory_equal(&heard->source, &address, sizeof(address));
	assert_int_equal(heard->priority, priority);
}

/* A flood of lower adverts hides neither the followed Active nor its release. */
static void test_backup_hears_the_active_beside_a_flood(void **state)
{
	struct fixture *fixture = *state;
	struct xb_vrrp *entry = serve_as(fixture, XB_VRRP_BACKUP);
	const struct xb_vrrp_heard *heard = &entry->heard;
	uint64_t heard_ns;

	expect_from(fixture, "10.0.0.9", 150);
	heard_ns = entry->arrival_ns;
	for (uint8_t i = 1; i < 4; i++)
		expect_from(fixture, "10.0.0.10", i);
	assert_is(&heard->last, "10.0.0.9", 150);
	assert_int_equal(heard->last.arrival_ns, heard_ns);
	assert_is(&heard->lower, "10.0.0.10", 3);
	assert_int_equal(heard->lower.arrival_ns, entry->arrival_ns);
	assert_int_equal(entry->priority, 3);
	expect_from(fixture, "10.0.0.10", 0); /* not followed */
	assert_int_equal(heard->last.arrival_ns, heard_ns);
	expect_from(fixture, "10.0.0.9", 0);
	expect_from(fixture, "10.0.0.10", 5);
	assert_is(&heard->last, "10.0.0.9", 0);
	expect_from(fixture, "10.0.0.9", 150);
	assert_is(&heard->last, "10.0.0.9", 150);
}

static void test_active_hears_the_higher_rival_beside_a_flood(void **state)
{
	struct fixture *fixture = *state;
	const struct xb_vrrp_heard *heard = &serve_as(fixture, XB_VRRP_ACTIVE)->heard;

	expect_from(fixture, "10.0.0.4", 100); /* equal, with a lower address */
	expect_from(fixture, "10.0.0.10", 0);
	assert_is(&heard->lower, "10.0.0.4", 100);
	assert_is(&heard->last, "10.0.0.10", 0);
	assert_int_equal(heard->rival.arrival_ns, 0);
	expect_from(fixture, "10.0.0.6", 100);
	for (uint8_t i = 1; i < 4; i++)
		expect_from(fixture, "10.0.0.10", i);
	assert_is(&heard->rival, "10.0.0.6", 100);
	assert_is(&heard->last, "10.0.0.6", 100);
}

/* Another period: what the daemon has taken in is forgotten, and its base applies. */
static void test_period_begins_with_the_base(void **state)
{
	struct fixture *fixture = *state;
	struct xb_vrrp *entry = serve_as(fixture, XB_VRRP_BACKUP);

	expect_from(fixture, "10.0.0.9", 150);
	entry->rule.period++;
	entry->rule.flags = XB_VRRP_ENDURES_LOWER;
	entry->base.followed = address_of("10.0.0.8");
	entry->base.lower_since_ns = 7;
	expect_from(fixture, "10.0.0.9", 0); /* no longer followed */
	assert_int_equal(entry->heard.period, entry->rule.period);
	assert_int_equal(entry->heard.last.arrival_ns, 0);
	expect_from(fixture, "10.0.0.8", 50);
	assert_is(&entry->heard.last, "10.0.0.8", 50);
	assert_int_equal(entry->heard.lower_since_ns, 7);
	expect_from(fixture, "10.0.0.8", 0);
	assert_int_equal(entry->heard.last.interval_cs, 100);
	assert_int_equal(entry->heard.lower_since_ns, 0);
}

/* What fits no node's report is stored for the daemon, which is woken, and changes nothing else. */
static void test_held_to_nodes(void **state)
{
	struct fixture *fixture = *state;
	struct xb_vrrp *entry = serve_as(fixture, XB_VRRP_BACKUP);
	const struct xb_vrrp_heard *heard = &entry->heard;

	entry->rule.flags = XB_VRRP_HELD_TO_NODES;
	entry->rule.active_priority = 150;
	expect_from(fixture, "10.0.0.9", 150);
	read_events(fixture);
	expect_from(fixture, "10.0.0.10", 254);
	assert_int_equal(read_events(fixture), 1);
	expect_from(fixture, "10.0.0.9", 0);
	assert_int_equal(read_events(fixture), 1);
	assert_is(&heard->last, "10.0.0.9", 150);
	assert_is(&heard->aside, "10.0.0.10", 254);
	assert_is(&heard->aside_release, "10.0.0.9", 0);
	assert_int_equal(heard->aside_count, 2);
	/* Another period forgets none of it; without an Active a release fits, if all have reported. */
	entry->rule.period++;
	entry->rule.active_priority = 0;
	entry->rule.flags |= XB_VRRP_NODE_UNHEARD;
	expect_from(fixture, "10.0.0.9", 0);
	assert_int_equal(heard->aside_count, 3);
	entry->rule.flags = XB_VRRP_HELD_TO_NODES;
	expect_from(fixture, "10.0.0.9", 0);
	assert_is(&heard->last, "10.0.0.9", 0);
	assert_is(&heard->aside, "10.0.0.10", 254);
	assert_int_equal(heard->aside_count, 3);
}

/* An Active yields to the priority that a node reports, and between equal ones not to a source. */
static void test_active_held_to_nodes(void **state)
{
	struct fixture *fixture = *state;
	struct xb_vrrp *entry = serve_as(fixture, XB_VRRP_ACTIVE);

	entry->rule.flags = XB_VRRP_HELD_TO_NODES;
	entry->rule.active_priority = 100;
	expect_from(fixture, "10.0.0.9", 254);
	expect_from(fixture, "10.0.0.9", 100);
	assert_int_equal(entry->heard.rival.arrival_ns, 0);
	assert_int_equal(entry->heard.aside_count, 1);
	entry->rule.flags |= XB_VRRP_EQUAL_OUTRANKS;
	entry->rule.period++;
	expect_from(fixture, "10.0.0.1", 100);
	assert_is(&entry->heard.rival, "10.0.0.1", 100);
	assert_int_equal(entry->heard.aside_count, 1);
}

/* A Backup is woken by what brings its timer forward, an Active by all. */
static void test_events(void **state)
{
	static const struct {
		const char *what, *source;
		enum xb_vrrp_role role;
		uint8_t priority;
		uint16_t interval_cs;
		size_t events;
	} steps[] = {
		{"in no role", "10.0.0.9", XB_VRRP_NO_ROLE, 150, 100, 0},
		{"the first that is followed", "10.0.0.9", XB_VRRP_BACKUP, 150, 100, 1},
		{"the same", "10.0.0.9", XB_VRRP_BACKUP, 150, 100, 0},
		{"another Active", "10.0.0.8", XB_VRRP_BACKUP, 120, 100, 0},
		{"a longer interval", "10.0.0.8", XB_VRRP_BACKUP, 120, 200, 0},
		{"a shorter one", "10.0.0.8", XB_VRRP_BACKUP, 120, 50, 1},
		{"a lower priority", "10.0.0.8", XB_VRRP_BACKUP, 90, 10, 0},
		{"a release by another", "10.0.0.9", XB_VRRP_BACKUP, 0, 50, 0},
		{"a release", "10.0.0.8", XB_VRRP_BACKUP, 0, 50, 1},
		{"a lower one at an Active", "10.0.0.8", XB_VRRP_ACTIVE, 50, 100, 1},
		{"the same at an Active", "10.0.0.8", XB_VRRP_ACTIVE, 50, 100, 1},
	};
	struct fixture *fixture = *state;
	struct xb_vrrp *entry = serve_as(fixture, XB_VRRP_NO_ROLE);

	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		struct advert advert = advert_default();

		print_message("    %s\n", steps[i].what);
		entry->rule.role = (uint8_t)steps[i].role;
		advert.source = steps[i].source;
		advert.priority = steps[i].priority;
		advert.interval_cs = steps[i].interval_cs;
		expect_taken(fixture, &advert);
		assert_int_equal(read_events(fixture), steps[i].events);
	}
	assert_int_equal(fixture->events[0].kind, XB_EVENT_ADVERT);
	assert_int_equal(fixture->events[0].slot, VRRP_SLOT);
	assert_int_equal(fixture->events[0].arrival_ns, entry->arrival_ns);
}

/* Adverts count as changed that differ from the one before. */
static void test_changes_are_counted(void **state)
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
		expect_taken(fixture, &variants[i]);
		expect_taken(fixture, &variants[i]);
	}
	assert_int_equal(fixture_entry(fixture)->changed_count, 6);
}

/* The daemon clears event_pending some time after it has read an event. */
static void test_one_event_is_pending_at_a_time(void **state)
{
	struct fixture *fixture = *state;
	struct xb_vrrp *entry = serve_as(fixture, XB_VRRP_ACTIVE);

	for (uint8_t i = 1; i < 4; i++)
		expect_from(fixture, "10.0.0.10", i);
	assert_int_equal(fixture_events(fixture), 1);
	expect_from(fixture, "10.0.0.10", 4);
	assert_int_equal(fixture_events(fixture), 0);
	assert_is(&entry->heard.lower, "10.0.0.10", 4);
	entry->event_pending = 0;
	expect_from(fixture, "10.0.0.10", 5);
	assert_int_equal(fixture_events(fixture), 1);
}

static void hear_priority(struct fixture *fixture, uint8_t priority)
{
	struct advert advert = advert_default();
	struct frame frame;

	advert.priority = priority;
	advert_build(&advert, &frame);
	fixture_run(fixture, &frame);
}

/* Otherwise the next one would not be reported either. Any advert makes up for a lost event. */
static void test_full_ring_leaves_nothing_pending(void **state)
{
	struct fixture *fixture = *state;
	struct xb_vrrp *entry = serve_as(fixture, XB_VRRP_ACTIVE);

	while (fixture_drop_count(fixture, XB_DROP_EVENT_LOST) == 0) {
		entry->event_pending = 0;
		hear_priority(fixture, 50);
	}
	assert_int_equal(entry->event_pending, 0);
	read_events(fixture);
	entry->rule.role = XB_VRRP_BACKUP;
	hear_priority(fixture, 50);
	assert_int_equal(entry->event_pending, 1);
	assert_int_equal(read_events(fixture), 1);
	hear_priority(fixture, 50);
	assert_int_equal(read_events(fixture), 0);
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
		FIXTURE_TEST(test_backup_hears_the_active_beside_a_flood),
		FIXTURE_TEST(test_active_hears_the_higher_rival_beside_a_flood),
		FIXTURE_TEST(test_period_begins_with_the_base),
		FIXTURE_TEST(test_reserved_bits_are_ignored),
		FIXTURE_TEST(test_held_to_nodes),
		FIXTURE_TEST(test_active_held_to_nodes),
		FIXTURE_TEST(test_events),
		FIXTURE_TEST(test_changes_are_counted),
		FIXTURE_TEST(test_one_event_is_pending_at_a_time),
		FIXTURE_TEST(test_full_ring_leaves_nothing_pending),
		FIXTURE_TEST(test_others_pass_unchanged),
		FIXTURE_TEST(test_priority_tag),
		FIXTURE_TEST(test_bit_flips_and_truncations),
		FIXTURE_TEST(test_own_advert),
	};

	return FIXTURE_RUN(tests);
}
