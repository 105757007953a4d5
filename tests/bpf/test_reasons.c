/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * For each reason of XB_DROP_REASONS, a packet that is counted under this reason only, and that is
 * no evidence.
 */
#include "tests/bpf/advert.h"
#include "tests/bpf/fixture.h"
#include "tests/bpf/signed_reasons.h"

#include <arpa/inet.h>
#include <string.h>

/* Builds a frame, and the state of the maps in which it is dropped for this reason. */
typedef void prepare(struct fixture *fixture, struct frame *frame);

static void plain_probe(struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);

	frame_build(&heartbeat, frame);
}

/* A PROBE with one byte of the packet changed before it is signed. */
static void probe_with_byte(struct frame *frame, size_t offset, uint8_t value)
{
	plain_probe(frame);
	((uint8_t *)frame_packet(frame))[offset] = value;
	frame_sign(frame, key_old);
}

static void bad_ip_header(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	plain_probe(frame);
	frame->bytes[frame->network] = 0x55;
}

static void ip_options(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	plain_probe(frame);
	frame_insert(frame, frame->udp, 4);
	frame->bytes[frame->network] = 0x46;
}

static void ip_fragment(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	plain_probe(frame);
	frame->bytes[frame->network + 6] = 0x20;
}

static void set_udp_length(struct frame *frame, uint8_t bytes)
{
	plain_probe(frame);
	frame->bytes[frame->udp + 5] = bytes;
}

static void too_short(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	set_udp_length(frame, 143);
}

static void too_long(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	set_udp_length(frame, 145);
}

static void bad_magic(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	probe_with_byte(frame, 0, 0);
}

static void bad_version(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	probe_with_byte(frame, 2, 2);
}

static void bad_type(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	probe_with_byte(frame, 40, XB_COMPARED + 1);
}

static void bad_cluster(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	probe_with_byte(frame, 5, CLUSTER + 1);
}

static void not_for_me(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	probe_with_byte(frame, 11, OWN_NODE + 1);
}

static void unknown_peer(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	probe_with_byte(frame, 9, 77);
}

static void bad_address(struct fixture *fixture, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);

	(void)fixture;
	heartbeat.source = address_of("10.0.1.2");
	frame_build(&heartbeat, frame);
}

static void unknown_key(struct fixture *fixture, struct frame *frame)
{
	(void)fixture;
	probe_with_byte(frame, 3, 3);
}

static void bad_tag(struct fixture *fixture, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);

	(void)fixture;
	heartbeat.key = key_new; /* under the old key's id */
	frame_build(&heartbeat, frame);
}

static void old_epoch(struct fixture *fixture, struct frame *frame)
{
	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH + 1;
	plain_probe(frame);
}

static void wrong_vlan(struct fixture *fixture, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);

	(void)fixture;
	heartbeat.vlan_tags = 1;
	frame_build(&heartbeat, frame);
}

static struct heartbeat probe_of_on_link_peer(struct fixture *fixture)
{
	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	fixture->peers[SLOT_A].on_link = 1;
	return heartbeat_from(SLOT_A, XB_PROBE);
}

static void bad_ttl(struct fixture *fixture, struct frame *frame)
{
	struct heartbeat heartbeat = probe_of_on_link_peer(fixture);

	heartbeat.ttl = 254;
	frame_build(&heartbeat, frame);
}

static void wrong_interface(struct fixture *fixture, struct frame *frame)
{
	struct heartbeat heartbeat = probe_of_on_link_peer(fixture);

	fixture->peers[SLOT_A].interface_index = INTERFACE_INDEX + 1;
	frame_build(&heartbeat, frame);
}

static void wrong_epoch(struct fixture *fixture, struct frame *frame)
{
	fixture->self->epoch = OWN_EPOCH + 1;
	plain_probe(frame);
}

static void replay(struct fixture *fixture, struct frame *frame)
{
	plain_probe(frame);
	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	fixture->peers[SLOT_A].probe_window = (struct xb_window){.seen_bits = 1, .high_seq = 40};
}

static void old_seq(struct fixture *fixture, struct frame *frame)
{
	plain_probe(frame);
	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	fixture->peers[SLOT_A].probe_window =
		(struct xb_window){.seen_bits = 1, .high_seq = 40 + XB_WINDOW_BITS};
}

static void unasked_reply(struct fixture *fixture, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_REPLY);

	(void)fixture;
	heartbeat.seq = SENT_SEQ + 1;
	frame_build(&heartbeat, frame);
}

static void stale_ack(struct fixture *fixture, struct frame *frame)
{
	fixture->peers[SLOT_A].probe_sent_seq = SENT_SEQ + ACK_WINDOW + 1;
	plain_probe(frame);
}

static void old_answer(struct fixture *fixture, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_ANSWER);

	(void)fixture;
	heartbeat.t1_ns = 1; /* soon after the start of this machine */
	frame_build(&heartbeat, frame);
}

static void old_query(struct fixture *fixture, struct frame *frame)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_QUERY);

	fixture->peers[SLOT_A].peer_epoch = PEER_EPOCH;
	fixture->peers[SLOT_A].query_t1_ns = heartbeat.t1_ns + 1;
	frame_build(&heartbeat, frame);
}

static void peer_busy(struct fixture *fixture, struct frame *frame)
{
	fixture->peers[SLOT_A].lock_sequence = 1;
	plain_probe(frame);
}

static void no_self(struct fixture *fixture, struct frame *frame)
{
	fixture->self->epoch = 0;
	plain_probe(frame);
}

static void build_advert(struct fixture *fixture, const struct advert *advert, struct frame *frame)
{
	fixture_serve_vrrp(fixture);
	advert_build(advert, frame);
}

static void vrrp_bad_ttl(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	advert.ttl = 254;
	build_advert(fixture, &advert, frame);
}

static void vrrp_bad_version(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	advert.version = 2;
	build_advert(fixture, &advert, frame);
}

static void vrrp_bad_type(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	advert.type = 2;
	build_advert(fixture, &advert, frame);
}

static void vrrp_bad_length(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	build_advert(fixture, &advert, frame);
	frame->bytes[frame->udp + 3]++;
}

static void vrrp_bad_checksum(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	build_advert(fixture, &advert, frame);
	frame->bytes[frame->udp + 2]++;
}

static void vrrp_bad_interval(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	advert.interval_cs = 0xf000; /* the reserved bits do not count */
	build_advert(fixture, &advert, frame);
}

static void vrrp_bad_header(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	build_advert(fixture, &advert, frame);
	frame->bytes[frame->network + 11]++; /* its checksum */
}

static void vrrp_bad_destination(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	advert.destination = "224.0.0.19";
	build_advert(fixture, &advert, frame);
}

static void vrrp_bad_source(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_ipv6();

	advert.source = "ff02::9";
	fixture_serve(fixture, 3, VRID, advert.destination);
	advert_build(&advert, frame);
}

static void vrrp_bad_password(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_version2();

	fixture_serve(fixture, 2, VRID, advert.destination);
	fixture_set_password(fixture, "12345");
	advert_build(&advert, frame);
}

static void no_accept(struct fixture *fixture, struct frame *frame)
{
	plain_probe(frame);
	frame->bytes[frame->network + 9] = 6; /* TCP */
	fixture_no_accept(fixture, INTERFACE_INDEX, "10.0.0.1");
}

static void fenced(struct fixture *fixture, struct frame *frame)
{
	plain_probe(frame);
	frame->bytes[frame->network + 9] = 6; /* TCP */
	fixture_guard(fixture, 0, 0, "10.0.0.1", XB_GUARD_NO_INSTANCE, XB_GUARD_FENCED);
	fixture->self->fencing = XB_FENCING_SOME;
}

static void vrrp_own(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	build_advert(fixture, &advert, frame);
	fixture->vrrp[VRRP_SLOT].own_source = address_of(advert.source);
}

/* The tc program, which would know the tag, does not run here. */
static void vrrp_unknown_vlan(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	build_advert(fixture, &advert, frame);
	fixture_hide_tags(fixture, XB_VLAN_NO_TC);
}

/* Events until the ring buffer is full, because none is read. */
static void event_lost(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	build_advert(fixture, &advert, frame);
	fixture->vrrp[VRRP_SLOT].rule =
		(struct xb_vrrp_rule){.role = XB_VRRP_ACTIVE, .priority = 200};
	while (fixture_drop_count(fixture, XB_DROP_EVENT_LOST) == 0) {
		fixture->vrrp[VRRP_SLOT].event_pending = 0;
		fixture_run(fixture, frame);
	}
}

/* Only the daemon knows this reason: to the kernel side the advert is a good one. */
static void vrrp_not_a_node(struct fixture *fixture, struct frame *frame)
{
	struct advert advert = advert_default();

	build_advert(fixture, &advert, frame);
	fixture->vrrp[VRRP_SLOT].rule = (struct xb_vrrp_rule){
		.role = XB_VRRP_BACKUP, .priority = 100, .flags = XB_VRRP_HELD_TO_NODES};
}

/* A reason without a function of its name does not compile. */
static prepare *const prepare_for[XB_DROP_COUNT] = {
#define X(id, name, normal, help) [XB_DROP_##id] = name,
	XB_DROP_REASONS(X)
#undef X
};

static enum action action_of(enum xb_drop reason)
{
	switch (reason) {
	case XB_DROP_WRONG_EPOCH:
	case XB_DROP_STALE_ACK:
		return ACTION_TX; /* a PROBE is answered nevertheless */
	case XB_DROP_EVENT_LOST: /* the advert itself is valid */
	case XB_DROP_VRRP_NOT_A_NODE:
	case XB_DROP_VRRP_UNKNOWN_VLAN: /* it may be a VLAN interface's */
		return ACTION_PASS;
	default:
		return ACTION_DROP;
	}
}

static const char *name_of(enum xb_drop reason)
{
	static const char *const names[] = {
#define X(id, name, normal, help) #name,
		XB_DROP_REASONS(X)
#undef X
	};

	return names[reason];
}

static void test_every_reason(void **state)
{
	struct fixture *fixture = *state;

	for (enum xb_drop reason = 0; reason < XB_DROP_COUNT; reason++) {
		struct frame frame;

		fixture_reset(state);
		prepare_for[reason](fixture, &frame);
		print_message("    %s\n", name_of(reason));
		if (reason == XB_DROP_VRRP_NOT_A_NODE)
			fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
		else
			fixture_expect(fixture, &frame, action_of(reason), reason);
		assert_int_equal(fixture->peers[SLOT_A].evidence_count, 0);
		assert_int_equal(fixture->peers[SLOT_A].last_evidence_ns, 0);
	}
}

/* A dropped packet changes nothing in the slot. */
static void test_refused_packets_change_no_state(void **state)
{
	struct fixture *fixture = *state;

	for (enum xb_drop reason = 0; reason < XB_DROP_COUNT; reason++) {
		struct xb_peer before;
		struct frame frame;

		if (action_of(reason) != ACTION_DROP || reason == XB_DROP_UNASKED_REPLY)
			continue; /* the peer's epoch is learned from an authentic packet */
		fixture_reset(state);
		prepare_for[reason](fixture, &frame);
		before = fixture->peers[SLOT_A];
		fixture_run(fixture, &frame);
		before.lock_sequence = fixture->peers[SLOT_A].lock_sequence;
		before.off_link_count =
			reason == XB_DROP_BAD_TTL || reason == XB_DROP_WRONG_INTERFACE;
		assert_memory_equal(&before, &fixture->peers[SLOT_A], sizeof(before));
		assert_int_equal(fixture->peers[SLOT_A].lock_sequence % 2,
				 reason == XB_DROP_PEER_BUSY);
	}
}

/* A wrong heartbeat to an address of no link of this node is another node's. */
static void test_heartbeats_of_others_pass(void **state)
{
	struct fixture *fixture = *state;

	for (enum xb_drop reason = 0; reason < XB_DROP_VRRP_BAD_TTL; reason++) {
		struct frame frame;

		fixture_reset(state);
		prepare_for[reason](fixture, &frame);
		frame_readdress(&frame);
		print_message("    %s\n", name_of(reason));
		fixture_expect_uncounted(fixture, &frame, ACTION_PASS);
	}
}

/* To an address of this node, but on another link than the sender's. */
static void test_address_of_another_link(void **state)
{
	struct heartbeat heartbeat = heartbeat_from(SLOT_A, XB_PROBE);
	struct frame frame;

	heartbeat.destination = address_of("10.0.1.1");
	frame_build(&heartbeat, &frame);
	fixture_expect(*state, &frame, ACTION_DROP, XB_DROP_BAD_ADDRESS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(test_every_reason),
		FIXTURE_TEST(test_refused_packets_change_no_state),
		FIXTURE_TEST(test_heartbeats_of_others_pass),
		FIXTURE_TEST(test_address_of_another_link),
	};

	return FIXTURE_RUN(tests);
}
