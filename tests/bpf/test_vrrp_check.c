/* SPDX-License-Identifier: GPL-2.0-or-later */
/* Which adverts of a served instance are accepted: a table for each rule of RFC 3768 and RFC
 * 9568. */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"

#include <string.h>

#define TAKEN XB_DROP_COUNT
#define UNSEEN (XB_DROP_COUNT + 1)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* outcome: TAKEN, UNSEEN, or the reason. */
static void expect(struct fixture *fixture, const struct frame *frame, unsigned outcome)
{
	uint64_t received_count = fixture_entry(fixture)->received_count;

	if (outcome < XB_DROP_COUNT)
		fixture_expect(fixture, frame, ACTION_DROP, outcome);
	else
		fixture_expect_uncounted(fixture, frame, ACTION_PASS);
	assert_int_equal(fixture_entry(fixture)->received_count,
			 received_count + (outcome == TAKEN));
}

static void expect_advert(struct fixture *fixture, const struct advert *advert, unsigned outcome)
{
	struct frame frame;

	advert_build(advert, &frame);
	expect(fixture, &frame, outcome);
}

static void test_ipv4_header(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();
	struct frame good, frame;

	fixture_serve_vrrp(fixture);
	advert_build(&advert, &good);
	frame = good;
	frame.bytes[frame.network + 6] = 0x20; /* more fragments */
	advert_sign_header(&frame);
	expect(fixture, &frame, XB_DROP_VRRP_BAD_HEADER);
	frame = good;
	frame_insert(&frame, frame.udp, 4);
	frame.bytes[frame.network] = 0x46; /* options */
	advert_sign_header(&frame);
	expect(fixture, &frame, XB_DROP_VRRP_BAD_HEADER);
	frame = good;
	frame.bytes[frame.network + 15] ^= 1; /* the source: only the header's checksum shows it */
	expect(fixture, &frame, XB_DROP_VRRP_BAD_HEADER);
	frame = good;
	frame.bytes[frame.network] = 0x44; /* no room for a header */
	expect(fixture, &frame, UNSEEN);
	frame = good;
	frame.bytes[frame.network + 6] = 0x40; /* don't fragment */
	advert_sign_header(&frame);
	expect(fixture, &frame, TAKEN);
}

/* Adverts after extension headers are not searched for. */
static void test_ipv6_header(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_ipv6();
	struct frame good, frame;

	fixture_serve(fixture, 3, VRID, "ff02::12");
	advert_build(&advert, &good);
	frame = good;
	frame.bytes[frame.network] = 0x50;
	expect(fixture, &frame, XB_DROP_VRRP_BAD_HEADER);
	frame = good;
	frame_insert(&frame, frame.network + 40, 8);
	frame.bytes[frame.network + 6] = 60; /* destination options */
	frame.bytes[frame.network + 40] = 112;
	expect(fixture, &frame, UNSEEN);
	frame = good;
	frame_insert(&frame, 12, 4); /* a VLAN's advert is not this interface's */
	memcpy(frame.bytes + 12, "\x81\x00\x00\x0a", 4);
	expect(fixture, &frame, UNSEEN);
	expect(fixture, &good, TAKEN);
}

/* A VRID in both families means two instances. */
static void test_families_are_separate(void **state)
{
	struct fixture *fixture = *state;
	struct advert ipv4 = advert_default(), ipv6 = advert_ipv6();

	fixture_serve(fixture, 3, VRID, "ff02::12");
	expect_advert(fixture, &ipv4, UNSEEN);
	expect_advert(fixture, &ipv6, TAKEN);
	fixture_reset(state);
	fixture_serve_vrrp(fixture);
	expect_advert(fixture, &ipv6, UNSEEN);
	expect_advert(fixture, &ipv4, TAKEN);
}

struct way {
	const char *source, *destination;
	uint8_t ttl;
	unsigned outcome;
};

static void expect_way(struct fixture *fixture, const struct way *way)
{
	struct advert advert = strchr(way->source, ':') ? advert_ipv6() : advert_default();

	print_message("    from %s to %s, TTL %u\n", way->source, way->destination, way->ttl);
	advert.source = way->source;
	advert.destination = way->destination;
	advert.ttl = way->ttl;
	expect_advert(fixture, &advert, way->outcome);
}

static void test_multicast_addresses_and_ttl(void **state)
{
	static const struct way ways[] = {
		{"10.0.0.9", "224.0.0.18", 255, TAKEN},
		{"10.0.0.9", "224.0.0.18", 254, XB_DROP_VRRP_BAD_TTL},
		{"10.0.0.9", "224.0.0.18", 1, XB_DROP_VRRP_BAD_TTL},
		{"10.0.0.9", "224.0.0.19", 255, XB_DROP_VRRP_BAD_DESTINATION},
		{"10.0.0.9", "255.255.255.255", 255, XB_DROP_VRRP_BAD_DESTINATION},
		{"10.0.0.9", "10.0.0.1", 255, XB_DROP_VRRP_BAD_DESTINATION}, /* our address */
		{"10.0.0.9", "10.0.0.2", 255, UNSEEN}, /* forwarded to another host */
		{"0.0.0.0", "224.0.0.18", 255, XB_DROP_VRRP_BAD_SOURCE},
		{"127.0.0.1", "224.0.0.18", 255, XB_DROP_VRRP_BAD_SOURCE},
		{"224.0.0.18", "224.0.0.18", 255, XB_DROP_VRRP_BAD_SOURCE},
		{"255.255.255.255", "224.0.0.18", 255, XB_DROP_VRRP_BAD_SOURCE},
		{"10.0.0.1", "224.0.0.18", 255, XB_DROP_VRRP_OWN},
		{"fe80::9", "ff02::12", 255, TAKEN},
		{"febf::9", "ff02::12", 255, TAKEN},
		{"fe80::9", "ff02::12", 64, XB_DROP_VRRP_BAD_TTL},
		{"fe80::9", "ff02::13", 255, XB_DROP_VRRP_BAD_DESTINATION},
		{"fe80::9", "fe80::1", 255, XB_DROP_VRRP_BAD_DESTINATION}, /* our address */
		{"fe80::9", "fe80::2", 255, UNSEEN},
		{"fd00::9", "ff02::12", 255, TAKEN}, /* keepalived's mcast_src_ip */
		{"2001:db8::9", "ff02::12", 255, TAKEN},
		{"2001:db8::9", "ff02::12", 254, XB_DROP_VRRP_BAD_TTL},
		{"::1", "ff02::12", 255, XB_DROP_VRRP_BAD_SOURCE},
		{"ff02::12", "ff02::12", 255, XB_DROP_VRRP_BAD_SOURCE},
		{"::", "ff02::12", 255, XB_DROP_VRRP_BAD_SOURCE},
		{"fe80::1", "ff02::12", 255, XB_DROP_VRRP_OWN},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(ways); i++) {
		bool ipv6 = strchr(ways[i].source, ':');

		fixture_reset(state);
		fixture_serve(fixture, 3, VRID, ipv6 ? "ff02::12" : "224.0.0.18")->own_source =
			address_of(ipv6 ? "fe80::1" : "10.0.0.1");
		expect_way(fixture, &ways[i]);
	}
}

static void test_unicast_addresses_and_ttl(void **state)
{
	static const struct way ways[] = {
		{"10.0.0.9", "10.0.0.1", 64, TAKEN},
		{"10.0.0.9", "10.0.0.1", 60, TAKEN},
		{"10.0.0.9", "10.0.0.1", 59, XB_DROP_VRRP_BAD_TTL},
		{"10.0.0.9", "10.0.0.1", 65, XB_DROP_VRRP_BAD_TTL},
		{"10.0.0.8", "10.0.0.1", 64, XB_DROP_VRRP_BAD_SOURCE},
		{"10.0.0.9", "224.0.0.18", 255, XB_DROP_VRRP_BAD_DESTINATION},
		{"10.0.0.9", "10.0.0.2", 64, UNSEEN},
		{"fd00::9", "fd00::1", 64, TAKEN},
		{"fd00::9", "fd00::1", 255, XB_DROP_VRRP_BAD_TTL},
		{"fd00::8", "fd00::1", 64, XB_DROP_VRRP_BAD_SOURCE},
		{"fd00::9", "ff02::12", 255, XB_DROP_VRRP_BAD_DESTINATION},
		{"fd00::9", "fd00::2", 64, UNSEEN},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(ways); i++) {
		bool ipv6 = strchr(ways[i].source, ':');
		const char *own = ipv6 ? "fd00::1" : "10.0.0.1";

		fixture_reset(state);
		fixture_serve(fixture, 3, VRID, own)->own_source = address_of(own);
		fixture_add_unicast_peer(fixture, VRRP_SLOT, ipv6 ? "fd00::9" : "10.0.0.9", 60, 64);
		expect_way(fixture, &ways[i]);
	}
}

/* The peers of one instance are not accepted for another. */
static void test_unicast_peers_are_per_slot(void **state)
{
	const struct way way = {"10.0.0.9", "10.0.0.1", 255, XB_DROP_VRRP_BAD_SOURCE};
	struct fixture *fixture = *state;

	fixture_serve(fixture, 3, VRID, "10.0.0.1")->unicast = 1;
	fixture_add_unicast_peer(fixture, VRRP_SLOT + 1, "10.0.0.9", 0, 255);
	expect_way(fixture, &way);
}

static void test_authentication(void **state)
{
	static const struct {
		const char *configured; /* NULL: none */
		uint8_t type;
		const char *sent;
		unsigned outcome;
	} cases[] = {
		{NULL, 0, NULL, TAKEN},
		{NULL, 0, "rubbish", TAKEN}, /* to be ignored (RFC 3768 section 5.3.10) */
		{NULL, 1, "12345", XB_DROP_VRRP_BAD_PASSWORD},
		{NULL, 2, NULL, XB_DROP_VRRP_BAD_PASSWORD},
		{"12345", 1, "12345", TAKEN},
		{"12345", 1, "12346", XB_DROP_VRRP_BAD_PASSWORD},
		{"12345", 1, "123456", XB_DROP_VRRP_BAD_PASSWORD},
		{"12345", 1, "1234", XB_DROP_VRRP_BAD_PASSWORD},
		{"12345", 0, "12345", XB_DROP_VRRP_BAD_PASSWORD},
		{"12345", 0, NULL, XB_DROP_VRRP_BAD_PASSWORD},
		{"12345", 2, "12345", XB_DROP_VRRP_BAD_PASSWORD},
		{"12345678", 1, "12345678", TAKEN},
		{"12345678", 1, "02345678", XB_DROP_VRRP_BAD_PASSWORD},
		{"12345678", 1, "12345670", XB_DROP_VRRP_BAD_PASSWORD},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(cases); i++) {
		struct advert advert = advert_version2();

		print_message("    %s: type %u, %s\n", cases[i].configured, cases[i].type,
			      cases[i].sent);
		fixture_reset(state);
		fixture_serve(fixture, 2, VRID, "224.0.0.18");
		fixture_set_password(fixture, cases[i].configured);
		advert.authentication_type = cases[i].type;
		advert.password = cases[i].sent;
		expect_advert(fixture, &advert, cases[i].outcome);
	}
}

static void test_sender_of_a_refused_advert_is_noted(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();
	struct xb_vrrp *entry = fixture_entry(fixture);

	fixture_serve_vrrp(fixture);
	expect_advert(fixture, &advert, TAKEN);
	assert_int_equal(entry->refused_arrival_ns, 0);
	advert.version = 2;
	expect_advert(fixture, &advert, XB_DROP_VRRP_BAD_VERSION);
	assert_memory_equal(&entry->refused_source, &entry->source, sizeof(entry->source));
	assert_int_equal(entry->refused_reason, XB_DROP_VRRP_BAD_VERSION);
	assert_int_not_equal(entry->refused_arrival_ns, 0);
	/* For some time, further ones are only counted. */
	advert.version = 3;
	advert.type = 2;
	expect_advert(fixture, &advert, XB_DROP_VRRP_BAD_TYPE);
	assert_int_equal(entry->refused_reason, XB_DROP_VRRP_BAD_VERSION);
	entry->refused_arrival_ns -= XB_REFUSAL_SPACING_NS;
	expect_advert(fixture, &advert, XB_DROP_VRRP_BAD_TYPE);
	assert_int_equal(entry->refused_reason, XB_DROP_VRRP_BAD_TYPE);
}

static void test_version_and_type(void **state)
{
	struct fixture *fixture = *state;

	for (uint8_t served = 2; served <= 3; served++) {
		struct advert good = served == 2 ? advert_version2() : advert_default();

		fixture_reset(state);
		fixture_serve(fixture, served, VRID, "224.0.0.18");
		for (uint8_t number = 0; number < 16; number++) {
			struct advert advert = good;

			advert.version = number;
			expect_advert(fixture, &advert,
				      number == served ? TAKEN : XB_DROP_VRRP_BAD_VERSION);
			advert = good;
			advert.type = number;
			expect_advert(fixture, &advert,
				      number == 1 ? TAKEN : XB_DROP_VRRP_BAD_TYPE);
		}
	}
}

static void test_version2_interval_is_the_configured(void **state)
{
	static const uint16_t intervals_s[] = {1, 3, 255};
	struct fixture *fixture = *state;
	struct advert advert = advert_version2();

	fixture_serve(fixture, 2, VRID, "224.0.0.18");
	for (size_t i = 0; i < COUNT(intervals_s); i++) {
		fixture_entry(fixture)->served_interval_cs = (uint16_t)(intervals_s[i] * 100);
		advert.interval_cs = (uint16_t)(intervals_s[i] * 100);
		expect_advert(fixture, &advert, TAKEN);
		assert_int_equal(fixture_entry(fixture)->interval_cs, intervals_s[i] * 100);
		advert.interval_cs = 200;
		expect_advert(fixture, &advert, XB_DROP_VRRP_BAD_INTERVAL);
		advert.interval_cs = 0;
		expect_advert(fixture, &advert, XB_DROP_VRRP_BAD_INTERVAL);
	}
}

static void test_version3_interval_is_learnt(void **state)
{
	struct fixture *fixture = *state;
	struct advert advert = advert_default();

	fixture_serve_vrrp(fixture);
	advert.interval_cs = 4095;
	expect_advert(fixture, &advert, TAKEN);
	assert_int_equal(fixture_entry(fixture)->interval_cs, 4095);
	advert.interval_cs = 0;
	expect_advert(fixture, &advert, XB_DROP_VRRP_BAD_INTERVAL);
}

/* Version 3 over IPv4 may have the group in the pseudo-header of unicast. */
static void test_checksum_with_the_group(void **state)
{
	struct fixture *fixture = *state;
	struct advert adverts[] = {advert_default(), advert_version2(), advert_ipv6()};

	for (size_t i = 0; i < COUNT(adverts); i++) {
		struct advert *advert = &adverts[i];
		bool ipv6 = strchr(advert->source, ':');

		fixture_reset(state);
		advert->destination = ipv6 ? "fd00::1" : "10.0.0.1";
		advert->source = ipv6 ? "fd00::9" : "10.0.0.9";
		advert->checksum = CHECKSUM_GROUP;
		fixture_serve(fixture, advert->version, VRID, advert->destination);
		fixture_add_unicast_peer(fixture, VRRP_SLOT, advert->source, 0, 255);
		expect_advert(fixture, advert, i == 0 ? TAKEN : XB_DROP_VRRP_BAD_CHECKSUM);
		assert_int_equal(fixture_entry(fixture)->pseudo_header,
				 i == 0 ? XB_PSEUDO_GROUP : XB_PSEUDO_NONE);
	}
}

/* Over IPv4, version 3 may leave the pseudo-header out, version 2 has none, IPv6 always has it. */
static void test_checksum(void **state)
{
	struct {
		struct advert advert;
		unsigned plain, pseudo_header;
	} kinds[] = {
		{advert_default(), TAKEN, TAKEN},
		{advert_version2(), TAKEN, XB_DROP_VRRP_BAD_CHECKSUM},
		{advert_ipv6(), XB_DROP_VRRP_BAD_CHECKSUM, TAKEN},
	};
	struct fixture *fixture = *state;

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct advert *advert = &kinds[i].advert;

		fixture_reset(state);
		fixture_serve(fixture, advert->version, VRID, advert->destination);
		advert->checksum = CHECKSUM_PLAIN;
		expect_advert(fixture, advert, kinds[i].plain);
		assert_int_equal(fixture_entry(fixture)->pseudo_header, 0);
		advert->checksum = CHECKSUM_PSEUDO_HEADER;
		expect_advert(fixture, advert, kinds[i].pseudo_header);
		assert_int_equal(fixture_entry(fixture)->pseudo_header,
				 kinds[i].pseudo_header == TAKEN);
	}
}

/* Adds to the length in the IP header. */
static void lengthen(struct frame *frame, int bytes)
{
	uint8_t *low = frame->bytes + frame->network + (frame->ipv6 ? 5 : 3);

	*low = (uint8_t)(*low + bytes);
	if (!frame->ipv6)
		advert_sign_header(frame);
}

/* Ethernet padding must not replace missing bytes of the IP packet. */
static void test_length_is_that_of_the_ip_packet(void **state)
{
	struct fixture *fixture = *state;
	struct advert kinds[] = {advert_default(), advert_version2(), advert_ipv6()};

	for (size_t i = 0; i < COUNT(kinds); i++) {
		struct advert advert = kinds[i];
		struct frame frame;

		fixture_reset(state);
		fixture_serve(fixture, advert.version, VRID, advert.destination);
		advert_build(&advert, &frame);
		lengthen(&frame, -1);
		expect(fixture, &frame, XB_DROP_VRRP_BAD_LENGTH);
		lengthen(&frame, 2); /* past the end of the frame */
		expect(fixture, &frame, XB_DROP_VRRP_BAD_LENGTH);
		advert.padding = 20;
		expect_advert(fixture, &advert, TAKEN);
		advert_build(&advert, &frame);
		lengthen(&frame, 20); /* more than the message is harmless */
		expect(fixture, &frame, TAKEN);
		advert.address_count = 0;
		expect_advert(fixture, &advert,
			      advert.version == 2 ? TAKEN : XB_DROP_VRRP_BAD_LENGTH);
		fixture->vrrp[VRRP_SLOT].no_addresses = 1;
		expect_advert(fixture, &advert, TAKEN);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_ipv4_header),
		FIXTURE_TEST(test_ipv6_header),
		FIXTURE_TEST(test_families_are_separate),
		FIXTURE_TEST(test_multicast_addresses_and_ttl),
		FIXTURE_TEST(test_unicast_addresses_and_ttl),
		FIXTURE_TEST(test_unicast_peers_are_per_slot),
		FIXTURE_TEST(test_authentication),
		FIXTURE_TEST(test_sender_of_a_refused_advert_is_noted),
		FIXTURE_TEST(test_version_and_type),
		FIXTURE_TEST(test_version2_interval_is_the_configured),
		FIXTURE_TEST(test_version3_interval_is_learnt),
		FIXTURE_TEST(test_checksum),
		FIXTURE_TEST(test_checksum_with_the_group),
		FIXTURE_TEST(test_length_is_that_of_the_ip_packet),
	};

	return FIXTURE_RUN(tests);
}
